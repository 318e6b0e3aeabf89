using Headgate.Primitives;

namespace Headgate.Domain;

/// <summary>What an admin publishes and a tenant picks for a VM: one version of it. QoS, tags and price are those of its root disk.</summary>
public sealed record ComputeOffering : IOffering
{
    private readonly Guid _firstId;

    public required Guid Id { get; init; }

    /// <inheritdoc/>
    public Guid FirstId { get => _firstId == default ? Id : _firstId; init => _firstId = value; }

    /// <inheritdoc/>
    public int Number { get; init; } = 1;

    public required string Name { get; init; }

    public required int CpuCount { get; init; }

    public required ByteSize Memory { get; init; }

    public OfferingQos RootDiskQos { get; init; } = OfferingQos.None;

    /// <summary>Tags that the root disk's pool must carry, all of them.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>What else is asked of that pool's tags, as <see cref="TagExpression"/> writes it; null for nothing.</summary>
    public string? TagExpression { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<Guid> ZoneIds { get; init; } = [];

    /// <inheritdoc/>
    public IReadOnlyList<Guid> AccountIds { get; init; } = [];

    /// <summary>What the root disk costs; null for nothing.</summary>
    public OfferingPrice? Price { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <inheritdoc/>
    public DateTimeOffset? SupersededAt { get; init; }

    /// <summary>Since when it is hidden from new VMs.</summary>
    public DateTimeOffset? RetiredAt { get; init; }

    public long Version { get; init; }
}
