using Headgate.Primitives;

namespace Headgate.Domain;

/// <summary>A volume's data at one instant, kept on its pool. Its id is its key there.</summary>
public sealed record Snapshot : IAggregate
{
    public required Guid Id { get; init; }

    /// <summary>Unique among the account's snapshots that are not deleted.</summary>
    public required string Name { get; init; }

    public required Guid AccountId { get; init; }

    public required Guid VolumeId { get; init; }

    public required Guid PoolId { get; init; }

    public SnapshotState State { get; init; }

    /// <summary>Why it is in state error, or was given up.</summary>
    public Cause? Cause { get; init; }

    /// <summary>The volume's size at that instant.</summary>
    public required ByteSize Size { get; init; }

    /// <summary>The storage's name for it; null until it is taken.</summary>
    public string? Handle { get; init; }

    /// <summary>The group that it was taken with.</summary>
    public Guid? GroupId { get; init; }

    /// <summary>The schedule that had it taken, and deletes it when it is not to be kept any more.</summary>
    public Guid? ScheduleId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public long Version { get; init; }
}
