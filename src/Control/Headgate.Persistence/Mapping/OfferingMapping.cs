using Headgate.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Headgate.Persistence.Mapping;

internal static class OfferingMapping
{
    /// <summary>A row is a version. One of an offering's versions is current, and among current ones names are unique.</summary>
    public static void Offering<T>(this EntityTypeBuilder<T> builder) where T : class, IOffering
    {
        builder.Aggregate();
        builder.Property(e => e.Name).Name();
        builder.Property(e => e.FirstId).UsePropertyAccessMode(PropertyAccessMode.Property); // the first version's is its own id
        builder.HasIndex(e => e.Name).IsUnique().HasFilter("\"RetiredAt\" IS NULL AND \"SupersededAt\" IS NULL");
        builder.HasIndex(e => new { e.FirstId, e.Number }).IsUnique();
    }
}

internal sealed class DiskOfferingMapping : IEntityTypeConfiguration<DiskOffering>
{
    public void Configure(EntityTypeBuilder<DiskOffering> builder) => builder.Offering();
}

internal sealed class ComputeOfferingMapping : IEntityTypeConfiguration<ComputeOffering>
{
    public void Configure(EntityTypeBuilder<ComputeOffering> builder) => builder.Offering();
}
