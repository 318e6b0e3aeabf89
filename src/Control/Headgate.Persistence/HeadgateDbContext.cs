using Headgate.Domain;
using Headgate.Persistence.Mapping;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Persistence;

/// <summary>
/// The database as sets of the domain's immutable records. Queries do not track: read a record, make a changed copy with
/// <c>with</c>, <see cref="Put{T}"/> it. Writing goes through <see cref="HeadgateDatabase.WriteAsync{T}"/>.
/// </summary>
public class HeadgateDbContext(DbContextOptions options) : DbContext(options)
{
    public DbSet<Zone> Zones => Set<Zone>();

    public DbSet<Cluster> Clusters => Set<Cluster>();

    public DbSet<Host> Hosts => Set<Host>();

    public DbSet<Account> Accounts => Set<Account>();

    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    public DbSet<DiskOffering> DiskOfferings => Set<DiskOffering>();

    public DbSet<ComputeOffering> ComputeOfferings => Set<ComputeOffering>();

    public DbSet<StoragePool> Pools => Set<StoragePool>();

    public DbSet<Volume> Volumes => Set<Volume>();

    public DbSet<VolumeMove> VolumeMoves => Set<VolumeMove>();

    public DbSet<VolumeAccess> VolumeAccesses => Set<VolumeAccess>();

    public DbSet<Snapshot> Snapshots => Set<Snapshot>();

    public DbSet<Template> Templates => Set<Template>();

    public DbSet<TemplateCopy> TemplateCopies => Set<TemplateCopy>();

    public DbSet<Event> Events => Set<Event>();

    public DbSet<Operation> Operations => Set<Operation>();

    public DbSet<OperationStep> OperationSteps => Set<OperationStep>();

    public DbSet<OperationSubject> OperationSubjects => Set<OperationSubject>();

    public DbSet<IdempotentReply> IdempotentReplies => Set<IdempotentReply>();

    public DbSet<ControlServer> Servers => Set<ControlServer>();

    public DbSet<DatabaseFact> Facts => Set<DatabaseFact>();

    internal DbSet<WriteMark> WriteMarks => Set<WriteMark>();

    /// <summary>True once a save of this context changed a row.</summary>
    internal bool HasWritten { get; private set; }

    /// <summary>
    /// Stores a changed copy of a record on save. When what is stored by then is of another version than the copy, the save
    /// throws <see cref="DbUpdateConcurrencyException"/> and <see cref="HeadgateDatabase"/> runs the work again.
    /// </summary>
    public void Put<T>(T changed) where T : class, IAggregate
    {
        ArgumentNullException.ThrowIfNull(changed);
        if (Set<T>().Local.FindEntry(changed.Id) is not { } earlier)
        {
            Set<T>().Update(changed);
            return;
        }
        // A second change within one save: the version to check against stays the one that was read.
        var read = earlier.Property(nameof(IAggregate.Version)).CurrentValue;
        earlier.CurrentValues.SetValues(changed);
        earlier.Property(nameof(IAggregate.Version)).CurrentValue = read;
    }

    /// <inheritdoc/>
    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        foreach (var entry in ChangeTracker.Entries<IAggregate>())
        {
            if (entry.State is not (EntityState.Modified or EntityState.Added)) continue;
            var version = entry.Property(nameof(IAggregate.Version));
            version.CurrentValue = entry.State is EntityState.Added ? 1L : (long)version.OriginalValue! + 1;
        }
        var written = await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken).ConfigureAwait(false);
        HasWritten |= written > 0;
        ChangeTracker.Clear(); // what was written is nobody's any more; a later Put begins from what is read then
        return written;
    }

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        ArgumentNullException.ThrowIfNull(configurationBuilder);
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcTicks>();
        configurationBuilder.Properties<ByteSize>().HaveConversion<Bytes>();
        configurationBuilder.Properties<Enum>().HaveConversion<string>().HaveMaxLength(32);
        Json<IReadOnlyList<string>>(configurationBuilder);
        Json<IReadOnlyDictionary<string, string>>(configurationBuilder);
        Json<IReadOnlyList<Promise>>(configurationBuilder);
        Json<OfferingQos>(configurationBuilder);
        Json<OfferingPrice>(configurationBuilder);
        Json<Cause>(configurationBuilder);
        Json<Fault>(configurationBuilder);
    }

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(HeadgateDbContext).Assembly);

    private static void Json<T>(ModelConfigurationBuilder builder) where T : class =>
        builder.Properties<T>().HaveConversion<JsonText<T>, JsonTextComparer<T>>();
}
