using Headgate.Persistence.Engines;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Persistence;

/// <summary>The same model on PostgreSQL; a type of its own because migrations belong to a type.</summary>
internal sealed class PostgresDbContext(DbContextOptions<PostgresDbContext> options) : HeadgateDbContext(options)
{
    /// <inheritdoc/>
    public override Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        PostgresText.MakeStorable(ChangeTracker);
        return base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        PostgresText.Map(modelBuilder);
    }
}
