using Headgate.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Headgate.Persistence.Mapping;

internal static class AggregateMapping
{
    /// <summary>Key and version of every aggregate; ids are ours, the version guards each write.</summary>
    public static void Aggregate<T>(this EntityTypeBuilder<T> builder) where T : class, IAggregate
    {
        builder.HasKey(e => e.Id);
        builder.Property(e => e.Id).ValueGeneratedNever();
        builder.Property(e => e.Version).IsConcurrencyToken();
    }

    /// <summary>A name column.</summary>
    public static void Name<T>(this PropertyBuilder<T> property) => property.HasMaxLength(ObjectName.MaxLength);
}

internal sealed class ZoneMapping : IEntityTypeConfiguration<Zone>
{
    public void Configure(EntityTypeBuilder<Zone> builder)
    {
        builder.Aggregate();
        builder.Property(e => e.Name).Name();
        builder.HasIndex(e => e.Name).IsUnique();
    }
}

internal sealed class ClusterMapping : IEntityTypeConfiguration<Cluster>
{
    public void Configure(EntityTypeBuilder<Cluster> builder)
    {
        builder.Aggregate();
        builder.Property(e => e.Name).Name();
        builder.HasIndex(e => e.Name).IsUnique();
        builder.HasOne<Zone>().WithMany().HasForeignKey(e => e.ZoneId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class HostMapping : IEntityTypeConfiguration<Host>
{
    public void Configure(EntityTypeBuilder<Host> builder)
    {
        builder.Aggregate();
        builder.Property(e => e.Name).Name();
        builder.HasIndex(e => e.Name).IsUnique();
        builder.HasIndex(e => e.InitiatorName).IsUnique();
        builder.HasOne<Cluster>().WithMany().HasForeignKey(e => e.ClusterId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Zone>().WithMany().HasForeignKey(e => e.ZoneId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class AccountMapping : IEntityTypeConfiguration<Account>
{
    public void Configure(EntityTypeBuilder<Account> builder)
    {
        builder.Aggregate();
        builder.Property(e => e.Name).Name();
        builder.HasIndex(e => e.Name).IsUnique();
    }
}

internal sealed class ApiKeyMapping : IEntityTypeConfiguration<ApiKey>
{
    public void Configure(EntityTypeBuilder<ApiKey> builder)
    {
        builder.Aggregate();
        builder.Property(e => e.Name).Name();
        builder.HasIndex(e => e.Hash).IsUnique();
        builder.HasIndex(e => new { e.AccountId, e.Name }).IsUnique();
        builder.HasOne<Account>().WithMany().HasForeignKey(e => e.AccountId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class EventMapping : IEntityTypeConfiguration<Event>
{
    public void Configure(EntityTypeBuilder<Event> builder)
    {
        builder.HasKey(e => e.Id);
        builder.HasIndex(e => new { e.AccountId, e.Id });
        builder.HasIndex(e => new { e.SubjectId, e.Id });
    }
}
