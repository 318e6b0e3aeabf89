using Headgate.Primitives;

namespace Headgate.Domain;

/// <summary>What an admin publishes and a tenant picks for a VM; QoS and tags are those of its root disk.</summary>
public sealed record ComputeOffering : IOffering
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required int CpuCount { get; init; }

    public required ByteSize Memory { get; init; }

    public OfferingQos RootDiskQos { get; init; } = OfferingQos.None;

    /// <summary>Tags that the root disk's pool must carry, all of them.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Since when it is hidden from new VMs.</summary>
    public DateTimeOffset? RetiredAt { get; init; }

    public long Version { get; init; }
}
