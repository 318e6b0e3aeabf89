using Headgate.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Headgate.Persistence.Mapping;

internal sealed class FindingMapping : IEntityTypeConfiguration<Finding>
{
    public void Configure(EntityTypeBuilder<Finding> builder)
    {
        builder.Aggregate();
        builder.Property(e => e.Kind).HasMaxLength(32);
        // Two checks of one pool at once find the same things: they become one row.
        builder.HasIndex(e => new { e.PoolId, e.Identity }).IsUnique().HasFilter("\"State\" IN ('Open', 'Ignored')");
        builder.HasIndex(e => new { e.State, e.Kind });
        builder.HasOne<StoragePool>().WithMany().HasForeignKey(e => e.PoolId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class OrphanMapping : IEntityTypeConfiguration<Orphan>
{
    public void Configure(EntityTypeBuilder<Orphan> builder)
    {
        builder.Aggregate();
        builder.HasIndex(e => new { e.PoolId, e.Handle }).IsUnique().HasFilter("\"State\" IN ('Quarantined', 'Adopting', 'Deleting')");
        builder.HasIndex(e => e.State);
        builder.HasOne<StoragePool>().WithMany().HasForeignKey(e => e.PoolId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class RecycleRuleMapping : IEntityTypeConfiguration<RecycleRule>
{
    public void Configure(EntityTypeBuilder<RecycleRule> builder) => builder.Aggregate();
}

internal sealed class PoolCheckupMapping : IEntityTypeConfiguration<PoolCheckup>
{
    public void Configure(EntityTypeBuilder<PoolCheckup> builder)
    {
        builder.Aggregate();
        builder.HasIndex(e => e.NextAt);
        builder.HasOne<StoragePool>().WithOne().HasForeignKey<PoolCheckup>(e => e.Id).OnDelete(DeleteBehavior.Restrict);
    }
}
