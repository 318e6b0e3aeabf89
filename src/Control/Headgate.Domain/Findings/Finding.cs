namespace Headgate.Domain;

/// <summary>Where a finding stands.</summary>
public enum FindingState
{
    /// <summary>Seen at the last check.</summary>
    Open,

    /// <summary>Seen at the last check, and an admin said that it may stay so: it is neither repaired nor counted.</summary>
    Ignored,

    /// <summary>Gone after a repair was begun for it.</summary>
    Repaired,

    /// <summary>Gone by itself, or by what somebody did.</summary>
    Gone,
}

/// <summary>A difference between the database and a pool's storage, from the check that saw it first to the one that did not see it any more.</summary>
public sealed record Finding : IAggregate
{
    public required Guid Id { get; init; }

    public required Guid PoolId { get; init; }

    /// <summary>Stable kebab-case kind, for example <c>qos-drift</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>What makes it the same one at the next check; unique among the pool's that are open or ignored.</summary>
    public required string Identity { get; init; }

    /// <summary>The volume, template's copy, operation or pool that it is about; null for what nobody here knows.</summary>
    public Guid? SubjectId { get; init; }

    /// <summary>The volume, when it is about one.</summary>
    public Guid? VolumeId { get; init; }

    /// <summary>The volume's name, when it is about one.</summary>
    public string? Volume { get; init; }

    /// <summary>The storage's name for it; empty for what has none there.</summary>
    public required string Handle { get; init; }

    /// <summary>What the database says, what the storage has.</summary>
    public required string Message { get; init; }

    /// <summary>What to do about it.</summary>
    public required string Action { get; init; }

    /// <summary>True when a repair sets it right without any danger to data.</summary>
    public bool Repairable { get; init; }

    public FindingState State { get; init; }

    public required DateTimeOffset FirstSeenAt { get; init; }

    public required DateTimeOffset LastSeenAt { get; init; }

    /// <summary>When a check did not see it any more.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Who ignored it, <c>account/key</c>.</summary>
    public string? IgnoredBy { get; init; }

    /// <summary>The operation that was begun last to repair it.</summary>
    public Guid? RepairOperationId { get; init; }

    /// <summary>How often a repair was begun.</summary>
    public int Repairs { get; init; }

    /// <summary>No repair is begun by itself before.</summary>
    public DateTimeOffset? RepairNotBefore { get; init; }

    public long Version { get; init; }

    /// <summary>True while the difference is there.</summary>
    public bool IsPresent => State is FindingState.Open or FindingState.Ignored;
}
