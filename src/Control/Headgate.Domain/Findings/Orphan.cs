using Headgate.Primitives;

namespace Headgate.Domain;

/// <summary>Where an orphan stands.</summary>
public enum OrphanState
{
    /// <summary>On the storage and left alone; an admin adopts or deletes it.</summary>
    Quarantined,

    /// <summary>Being made a volume.</summary>
    Adopting,

    /// <summary>A volume of ours again.</summary>
    Adopted,

    /// <summary>Being deleted on the storage, as an admin asked.</summary>
    Deleting,

    /// <summary>Deleted on the storage, as an admin asked.</summary>
    Deleted,

    /// <summary>No longer on the storage, or known to the database again, without our doing.</summary>
    Gone,
}

/// <summary>
/// Something on a pool's storage that carries our key and that the database does not know: left by a crash that nothing could clean up,
/// or newer than a database that was restored. It may be somebody's data, so it is kept apart and never deleted without an admin's word.
/// </summary>
public sealed record Orphan : IAggregate
{
    public required Guid Id { get; init; }

    public required Guid PoolId { get; init; }

    /// <summary>The key on it: the id of the volume that it was made for.</summary>
    public required Guid Key { get; init; }

    /// <summary>The storage's name for it.</summary>
    public required string Handle { get; init; }

    /// <summary>Its name there.</summary>
    public required string Name { get; init; }

    public required ByteSize Size { get; init; }

    /// <summary>Its limits there, IOPS normalised to 4 KiB; null for none.</summary>
    public long? MinIops { get; init; }

    public long? MaxIops { get; init; }

    public long? BurstIops { get; init; }

    public ByteSize? MaxBandwidth { get; init; }

    /// <summary>Who may see it there: somebody may be using it.</summary>
    public IReadOnlyList<string> Initiators { get; init; } = [];

    public OrphanState State { get; init; }

    public required DateTimeOffset FirstSeenAt { get; init; }

    public required DateTimeOffset LastSeenAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Why it could not be adopted or deleted when that was tried last.</summary>
    public Cause? Cause { get; init; }

    public long Version { get; init; }

    /// <summary>Its limits as one spec.</summary>
    public QosSpec Qos => QosSpec.Create(MinIops, MaxIops, BurstIops, MaxBandwidth);

    /// <summary>True while it is on the storage and none of ours.</summary>
    public bool IsPresent => State is OrphanState.Quarantined or OrphanState.Adopting or OrphanState.Deleting;
}
