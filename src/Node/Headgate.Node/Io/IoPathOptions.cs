namespace Headgate.Node.Io;

/// <summary>Sizes of the I/O path, each with the reason for its default.</summary>
public sealed record IoPathOptions
{
    /// <summary>
    /// Threads that read and write. An access holds its thread while the medium works, so this is also the depth that
    /// the medium sees: SSDs and cloud disks give most of their IOPS at 16 outstanding, and more threads only switch.
    /// </summary>
    public int DataThreads { get; init; } = 16;

    /// <summary>
    /// Threads for what may take long (SYNCHRONIZE CACHE, UNMAP, FUA writes): kept apart, so that flushes of one
    /// volume never sit in front of another volume's reads.
    /// </summary>
    public int SlowThreads { get; init; } = 8;

    /// <summary>
    /// I/Os at the medium at one time, so that queues form in the scheduler, which knows who is owed what. As many as
    /// there are data threads: more would only wait in the engine, first come first served.
    /// </summary>
    public int InFlightMax { get; init; } = 16;

    /// <summary>
    /// I/Os that wait per volume before <see cref="VolumeQueue.IsFull"/> asks the target to shrink its command window:
    /// two sessions at the usual initiator queue depth of 128.
    /// </summary>
    public int WaitingPerVolumeMax { get; init; } = 256;

    /// <summary>Normalised IOPS that the node hands to the medium at most; 0 leaves the pace to the medium itself.</summary>
    public long CapacityIops { get; init; }
}
