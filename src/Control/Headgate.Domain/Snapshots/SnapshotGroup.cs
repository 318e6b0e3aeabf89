namespace Headgate.Domain;

/// <summary>What the snapshots of a group have in common.</summary>
public enum GroupConsistency
{
    /// <summary>Taken at one and the same moment: together they are what a crash of all hosts at that moment would have left.</summary>
    OneMoment,

    /// <summary>Each is consistent by itself; they were taken one after the other, as their storage knows no groups.</summary>
    PerVolume,
}

/// <summary>Snapshots of several volumes of one account that were taken together. Its members are the snapshots with its id.</summary>
public sealed record SnapshotGroup : IAggregate
{
    public required Guid Id { get; init; }

    /// <summary>Unique among the account's groups that are not deleted.</summary>
    public required string Name { get; init; }

    public required Guid AccountId { get; init; }

    public GroupConsistency Consistency { get; init; }

    /// <summary>When nothing of it was left.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>Why it could not be taken, or deleted.</summary>
    public Cause? Cause { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public long Version { get; init; }
}
