using Headgate.Primitives;

namespace Headgate.Domain;

/// <summary>What an admin publishes and a tenant picks for a data disk: one version of it.</summary>
public sealed record DiskOffering : IOffering
{
    private readonly Guid _firstId;

    public required Guid Id { get; init; }

    /// <inheritdoc/>
    public Guid FirstId { get => _firstId == default ? Id : _firstId; init => _firstId = value; }

    /// <inheritdoc/>
    public int Number { get; init; } = 1;

    public required string Name { get; init; }

    /// <summary>The size of every volume of it; null when the tenant chooses.</summary>
    public ByteSize? Size { get; init; }

    /// <summary>The smallest size that a tenant may choose; null for any.</summary>
    public ByteSize? SizeFrom { get; init; }

    /// <summary>The largest size that a tenant may choose; null for any.</summary>
    public ByteSize? SizeTo { get; init; }

    public OfferingQos Qos { get; init; } = OfferingQos.None;

    /// <summary>Tags that a pool must carry, all of them.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>What else is asked of a pool's tags, as <see cref="TagExpression"/> writes it; null for nothing.</summary>
    public string? TagExpression { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<Guid> ZoneIds { get; init; } = [];

    /// <inheritdoc/>
    public IReadOnlyList<Guid> AccountIds { get; init; } = [];

    /// <summary>What its volumes cost; null for nothing.</summary>
    public OfferingPrice? Price { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <inheritdoc/>
    public DateTimeOffset? SupersededAt { get; init; }

    /// <summary>Since when it is hidden from new volumes; existing ones keep it.</summary>
    public DateTimeOffset? RetiredAt { get; init; }

    public long Version { get; init; }
}
