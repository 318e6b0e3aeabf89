namespace Headgate.Domain;

/// <summary>A tenant: owner of volumes and snapshots; sees nothing of other accounts.</summary>
public sealed record Account : INamed
{
    public required Guid Id { get; init; }

    /// <summary>Unique among those that are not removed; may change.</summary>
    public required string Name { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Since when none of its keys opens anything; its volumes stay connected. Null while it is enabled.</summary>
    public DateTimeOffset? DisabledAt { get; init; }

    /// <summary>Since when it is kept for the record only: what it once owned still names it.</summary>
    public DateTimeOffset? RemovedAt { get; init; }

    /// <summary>The most that it may hold; null for no bound.</summary>
    public AccountQuota? Quota { get; init; }

    public long Version { get; init; }
}
