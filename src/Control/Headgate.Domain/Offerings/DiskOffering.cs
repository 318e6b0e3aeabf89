using Headgate.Primitives;

namespace Headgate.Domain;

/// <summary>What an admin publishes and a tenant picks for a data disk. Never changes once volumes can use it.</summary>
public sealed record DiskOffering : IOffering
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    /// <summary>The size of every volume of it; null when the tenant chooses.</summary>
    public ByteSize? Size { get; init; }

    public OfferingQos Qos { get; init; } = OfferingQos.None;

    /// <summary>Tags that a pool must carry, all of them.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Since when it is hidden from new volumes; existing ones keep it.</summary>
    public DateTimeOffset? RetiredAt { get; init; }

    public long Version { get; init; }
}
