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
    /// Threads for what may take long (SYNCHRONIZE CACHE, UNMAP, WRITE AND VERIFY and all else but plain reads and
    /// writes, which with FUA too are the data threads'): kept apart, so that they never sit in front of reads. Enough
    /// for four volumes that each use all of <see cref="SlowPerVolumeMax"/>.
    /// </summary>
    public int SlowThreads { get; init; } = 8;

    /// <summary>
    /// Slow threads that one volume may hold; one less than there are, when that is fewer, so that no volume's flush
    /// waits for another's UNMAPs alone. Two, since a unit's own lock lets hardly more than one work: a flush and one other.
    /// </summary>
    public int SlowPerVolumeMax { get; init; } = 2;

    /// <summary>
    /// I/Os at the medium at one time, so that queues form in the scheduler, which knows who is owed what. As many as
    /// there are data threads: more would only wait in the engine, first come first served. What the slow threads do
    /// comes on top, bounded by their number.
    /// </summary>
    public int InFlightMax { get; init; } = 16;

    /// <summary>
    /// I/Os that wait per volume before <see cref="VolumeQueue.IsFull"/> asks the target to shrink its command window:
    /// two sessions at the usual initiator queue depth of 128.
    /// </summary>
    public int WaitingPerVolumeMax { get; init; } = 256;

    /// <summary>Normalised IOPS that the node hands to the medium at most; 0 leaves the pace to the medium itself.</summary>
    public long CapacityIops { get; init; }

    /// <summary>
    /// False takes the scheduler out: all I/O goes to the threads in the order in which it comes, and no promise is kept. For
    /// measuring what the scheduler costs and what it is good for; never for service.
    /// </summary>
    public bool IsScheduled { get; init; } = true;
}
