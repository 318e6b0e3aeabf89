using Headgate.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Headgate.Persistence.Mapping;

internal sealed class SnapshotGroupMapping : IEntityTypeConfiguration<SnapshotGroup>
{
    public void Configure(EntityTypeBuilder<SnapshotGroup> builder)
    {
        builder.Aggregate();
        builder.Property(e => e.Name).Name();
        builder.HasIndex(e => new { e.AccountId, e.Name }).IsUnique().HasFilter("\"DeletedAt\" IS NULL");
        builder.HasOne<Account>().WithMany().HasForeignKey(e => e.AccountId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class SnapshotScheduleMapping : IEntityTypeConfiguration<SnapshotSchedule>
{
    public void Configure(EntityTypeBuilder<SnapshotSchedule> builder)
    {
        builder.Aggregate();
        builder.Property(e => e.Name).Name();
        builder.HasIndex(e => new { e.AccountId, e.Name }).IsUnique();
        builder.HasIndex(e => new { e.IsEnabled, e.NextAt });
        builder.HasOne<Account>().WithMany().HasForeignKey(e => e.AccountId).OnDelete(DeleteBehavior.Restrict);
    }
}
