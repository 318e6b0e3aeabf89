using Headgate.Primitives;

namespace Headgate.Storage.Sdk;

// What a driver may do besides. A facet is found by driver.Facet<IQosControl>() and must agree with the declared
// capabilities; no member of any of these ever answers "not supported".

/// <summary>Change QoS apart from everything else.</summary>
public interface IQosControl
{
    /// <summary>
    /// Sets the limits and returns the volume as read back afterwards. What is null becomes the storage's "no limit". Limits
    /// outlive everything but the next change of them: resizing, snapshots, granting, a restart of the server.
    /// </summary>
    ValueTask<Outcome<VolumeView>> SetQosAsync(ObjectKey key, VolumeHandle handle, QosSpec qos, CancellationToken stop);
}

/// <summary>Grow a volume.</summary>
public interface IResize
{
    /// <summary>
    /// Grows to <paramref name="size"/> rounded up; the size it has already is Done; smaller is refused. What was written
    /// stays readable.
    /// </summary>
    ValueTask<Outcome<VolumeView>> ResizeAsync(ObjectKey key, VolumeHandle handle, ByteSize size, CancellationToken stop);
}

/// <summary>The array's name for a snapshot.</summary>
public readonly record struct SnapshotHandle(string Value);

/// <summary>A snapshot as the array has it.</summary>
public sealed record SnapshotView(SnapshotHandle Handle, ObjectKey? Key, VolumeHandle Volume, ByteSize Size, DateTimeOffset CreatedAt);

/// <summary>Point-in-time copies kept on the array.</summary>
public interface ISnapshots
{
    /// <summary>Takes a snapshot under <paramref name="key"/>; crash-consistent at one instant.</summary>
    ValueTask<Outcome<SnapshotView>> CreateSnapshotAsync(
        ObjectKey key, ObjectKey volumeKey, VolumeHandle volume, string name, CancellationToken stop);

    /// <summary>Finds a snapshot of the volume by its key. Done(null) means certainly absent.</summary>
    ValueTask<Outcome<SnapshotView?>> FindSnapshotAsync(ObjectKey key, VolumeHandle volume, CancellationToken stop);

    /// <summary>
    /// Puts the volume's data back to the snapshot's. The volume must not be connected. One that is gone, or was taken of
    /// another volume, is refused with <see cref="FaultCodes.SnapshotNotFound"/> or <see cref="FaultCodes.WrongVolume"/>.
    /// </summary>
    ValueTask<Outcome<Nothing>> RevertAsync(
        ObjectKey volumeKey, VolumeHandle volume, ObjectKey key, SnapshotHandle snapshot, CancellationToken stop);

    /// <summary>Deletes a snapshot; an absent one is Done; one made with another key is refused with <see cref="FaultCodes.WrongVolume"/>.</summary>
    ValueTask<Outcome<Nothing>> DeleteSnapshotAsync(ObjectKey key, SnapshotHandle snapshot, CancellationToken stop);
}

/// <summary>Volumes from other volumes and snapshots.</summary>
public interface IClones
{
    /// <summary>
    /// Makes a volume with the data of <paramref name="source"/> (or of its snapshot) at this instant. Done when it can be
    /// connected; a size below the source's is refused with <see cref="FaultCodes.SizeOutOfRange"/>. Limits are the spec's,
    /// not the source's. From then on neither is changed by what is written to the other.
    /// A storage that can only copy, which takes time, refuses a source that a host has access to with <see cref="FaultCodes.InUse"/>.
    /// </summary>
    ValueTask<Outcome<VolumeView>> CloneAsync(
        ObjectKey key, VolumeSpec spec, VolumeHandle source, SnapshotHandle? snapshot, CancellationToken stop);
}

/// <summary>Volumes overwritten with the data of others.</summary>
public interface ICopies
{
    /// <summary>
    /// Overwrites the data of <paramref name="target"/> with that of <paramref name="source"/> (or of its snapshot) at this
    /// instant. Only the data: the target keeps its handle, key, size, limits and access. Done when all of it is there; a
    /// target that is written in part is never Done, and the same call made again finishes it.
    /// </summary>
    /// <remarks>
    /// <para>
    /// A source larger than the target is refused with <see cref="FaultCodes.SizeOutOfRange"/>. Of a larger target the rest
    /// reads as zeros; a storage that copies between equal sizes only refuses it with the same code. A source that is gone is
    /// refused with <see cref="FaultCodes.VolumeNotFound"/> or <see cref="FaultCodes.SnapshotNotFound"/>, and a volume is not copied
    /// onto itself: <see cref="FaultCodes.InvalidArgument"/>. A target that a host has open is refused with <see cref="FaultCodes.InUse"/>.
    /// A storage that can only copy byte by byte, which takes time, refuses a source that a host has access to in the same way.
    /// </para>
    /// <para>
    /// <paramref name="key"/> names this copy. A repeat of the copy done last is Done and does no harm: a storage that keeps
    /// keys with its volumes does not copy again, so that what was written to the target since stays.
    /// </para>
    /// </remarks>
    ValueTask<Outcome<VolumeView>> CopyAsync(
        ObjectKey key, ObjectKey targetKey, VolumeHandle target, VolumeHandle source, SnapshotHandle? snapshot, CancellationToken stop);
}

/// <summary>Lists everything on the storage: what reconciliation lives on.</summary>
public interface IInventory
{
    /// <summary>
    /// Every volume, ours (with key) and foreign (without), deleted-but-recoverable ones left out. One that an interrupted
    /// create left behind is listed with its key. A key is listed once.
    /// </summary>
    ValueTask<Outcome<IReadOnlyList<VolumeView>>> ListAsync(CancellationToken stop);
}

/// <summary>What one volume was served.</summary>
/// <param name="At">When this was read.</param>
/// <param name="Iops">Normalised I/Os per second over the last sample.</param>
/// <param name="BytesPerSecond">Read and written together, over the last sample.</param>
/// <param name="LatencyMicros">Mean over the last sample, as the array saw it.</param>
/// <param name="Throttle">0 (nothing held back) to 1.</param>
/// <param name="BurstCredit">Saved-up normalised I/Os; null when the array does not tell.</param>
public sealed record VolumeStatistics(
    DateTimeOffset At, double Iops, double BytesPerSecond, double LatencyMicros, double Throttle, long? BurstCredit)
{
    /// <summary>Where the time of its I/O goes; null where the storage does not tell.</summary>
    public VolumeService? Service { get; init; }
}

/// <summary>Where the time of a volume's I/O goes, and how its promises were kept.</summary>
/// <param name="QueueDepth">I/Os of clients that wait or are under way.</param>
/// <param name="LatencyP50Micros">Median of the last seconds.</param>
/// <param name="LatencyP99Micros">What 99 of 100 I/Os of the last seconds stayed within.</param>
/// <param name="SchedulerMicros">Mean wait for their turn, over the last sample.</param>
/// <param name="MediumMicros">Mean time at the medium, over the last sample.</param>
/// <param name="HeldByLimit">0 to 1: share of the last sample in which the volume's own limit held I/O back.</param>
/// <param name="HeldByLimitSeconds">The same in seconds, since the volume came into service.</param>
/// <param name="BelowMinSeconds">Seconds in which it always had I/O waiting and got less than its min, since it came into service.</param>
public sealed record VolumeService(
    long QueueDepth, double LatencyP50Micros, double LatencyP99Micros, double SchedulerMicros, double MediumMicros,
    double HeldByLimit, double HeldByLimitSeconds, double BelowMinSeconds);

/// <summary>Used and provisioned capacity of the whole storage, everybody's volumes included.</summary>
public sealed record PoolStatistics(
    ByteSize? ProvisionedBytes, ByteSize? UsedBytes, ByteSize? CapacityBytes, long? PromisedIops, long? CapacityIops);

/// <summary>Measured figures.</summary>
public interface IStatistics
{
    /// <summary>Figures of one volume; none is negative, and shares lie between 0 and 1.</summary>
    ValueTask<Outcome<VolumeStatistics>> GetVolumeStatisticsAsync(VolumeHandle handle, CancellationToken stop);

    /// <summary>Figures of the pool; a volume made counts among the bytes provisioned, one that is deleted no more.</summary>
    ValueTask<Outcome<PoolStatistics>> GetPoolStatisticsAsync(CancellationToken stop);
}
