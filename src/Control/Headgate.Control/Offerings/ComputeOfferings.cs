using Headgate.Domain;
using Headgate.Persistence;

namespace Headgate.Control.Offerings;

/// <summary>Compute offerings.</summary>
public sealed class ComputeOfferings(HeadgateDatabase database, TimeProvider clock)
    : OfferingCatalog<ComputeOffering, ComputeOfferingSpec>(database, clock, "compute offering", "VMs")
{
    /// <inheritdoc/>
    protected override ComputeOffering Make(ComputeOfferingSpec spec, OfferingFrame frame) => new()
    {
        Id = frame.Id, FirstId = frame.FirstId, Number = frame.Number, Name = frame.Name, CreatedAt = frame.At,
        ZoneIds = frame.ZoneIds, AccountIds = frame.AccountIds, Tags = spec.Tags, TagExpression = spec.KeptExpression(), Price = spec.Price,
        CpuCount = spec.CpuCount, Memory = spec.Memory, RootDiskQos = spec.RootDiskQos,
    };

    /// <inheritdoc/>
    protected override ComputeOffering Retired(ComputeOffering offering, DateTimeOffset since) => offering with { RetiredAt = since };

    /// <inheritdoc/>
    protected override ComputeOffering Superseded(ComputeOffering offering, DateTimeOffset since) => offering with { SupersededAt = since };

    /// <inheritdoc/>
    protected override bool IsSame(ComputeOffering one, ComputeOffering other) => OfferingContent.IsSame(one, other)
        && (one.CpuCount, one.Memory, one.TagExpression, one.Price) == (other.CpuCount, other.Memory, other.TagExpression, other.Price)
        && one.RootDiskQos.Equals(other.RootDiskQos) && one.Tags.SequenceEqual(other.Tags);
}
