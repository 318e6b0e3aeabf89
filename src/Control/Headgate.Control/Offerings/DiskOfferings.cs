using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;

namespace Headgate.Control.Offerings;

/// <summary>What a disk offering shall be.</summary>
/// <param name="Name">Unique among those in use.</param>
/// <param name="Size">The size of every volume of it; null with <paramref name="CustomSize"/>.</param>
/// <param name="CustomSize">The tenant chooses the size.</param>
/// <param name="Qos">The limits.</param>
/// <param name="Tags">Tags that a pool must carry, all of them.</param>
public sealed record DiskOfferingSpec(string Name, ByteSize? Size, bool CustomSize, OfferingQos Qos, IReadOnlyList<string> Tags);

/// <summary>Disk offerings.</summary>
public sealed class DiskOfferings(HeadgateDatabase database, TimeProvider clock)
    : OfferingCatalog<DiskOffering>(database, clock, "disk offering", "volumes")
{
    /// <summary>Publishes an offering.</summary>
    public Task<Outcome<DiskOffering>> CreateAsync(Caller caller, DiskOfferingSpec spec, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return PublishAsync(
            caller, spec.Name, ProblemsOf(spec),
            (id, now) => new DiskOffering
            {
                Id = id, Name = spec.Name, Size = spec.Size, Qos = spec.Qos, Tags = spec.Tags, CreatedAt = now,
            },
            stop);
    }

    /// <inheritdoc/>
    protected override DiskOffering Retired(DiskOffering offering, DateTimeOffset since) => offering with { RetiredAt = since };

    private static List<string> ProblemsOf(DiskOfferingSpec spec) =>
    [
        .. OfferingRules.SizeProblems(spec.Size, spec.CustomSize),
        .. OfferingRules.QosProblems(spec.Qos),
        .. OfferingRules.TagProblems(spec.Tags),
    ];
}
