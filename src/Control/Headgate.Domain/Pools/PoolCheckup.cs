namespace Headgate.Domain;

/// <summary>When a pool is compared with its storage next, and which server does it: its id is the pool's.</summary>
public sealed record PoolCheckup : IAggregate
{
    public required Guid Id { get; init; }

    /// <summary>Due from then on.</summary>
    public required DateTimeOffset NextAt { get; init; }

    /// <summary>The server that compares it now; null when none does.</summary>
    public string? LeaseOwner { get; init; }

    /// <summary>Until when that is believed.</summary>
    public DateTimeOffset? LeaseUntil { get; init; }

    /// <summary>When it was compared to the end last.</summary>
    public DateTimeOffset? LastAt { get; init; }

    public long Version { get; init; }
}
