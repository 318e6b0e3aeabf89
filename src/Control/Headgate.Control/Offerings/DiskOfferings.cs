using Headgate.Domain;
using Headgate.Persistence;

namespace Headgate.Control.Offerings;

/// <summary>Disk offerings.</summary>
public sealed class DiskOfferings(HeadgateDatabase database, TimeProvider clock)
    : OfferingCatalog<DiskOffering, DiskOfferingSpec>(database, clock, "disk offering", "volumes")
{
    /// <inheritdoc/>
    protected override DiskOffering Make(DiskOfferingSpec spec, OfferingFrame frame) => new()
    {
        Id = frame.Id, FirstId = frame.FirstId, Number = frame.Number, Name = frame.Name, CreatedAt = frame.At,
        ZoneIds = frame.ZoneIds, AccountIds = frame.AccountIds, Tags = spec.Tags, TagExpression = spec.KeptExpression(), Price = spec.Price,
        Size = spec.Size, SizeFrom = spec.SizeFrom, SizeTo = spec.SizeTo, Qos = spec.Qos,
    };

    /// <inheritdoc/>
    protected override DiskOffering Retired(DiskOffering offering, DateTimeOffset since) => offering with { RetiredAt = since };

    /// <inheritdoc/>
    protected override DiskOffering Superseded(DiskOffering offering, DateTimeOffset since) => offering with { SupersededAt = since };

    /// <inheritdoc/>
    protected override bool IsSame(DiskOffering one, DiskOffering other) => OfferingContent.IsSame(one, other)
        && (one.Size, one.SizeFrom, one.SizeTo, one.TagExpression, one.Price) == (other.Size, other.SizeFrom, other.SizeTo, other.TagExpression, other.Price)
        && one.Qos.Equals(other.Qos) && one.Tags.SequenceEqual(other.Tags);
}
