namespace Headgate.Node.Io;

/// <summary>Sizes of the I/O path, each with the reason for its default.</summary>
public sealed record IoPathOptions
{
    /// <summary>
    /// Threads that read and write. An access holds its thread while the medium works, so there are as many as
    /// <see cref="InFlightMax"/> allows I/Os: none ever waits for a thread. Only as many as are needed are awake.
    /// </summary>
    public int DataThreads { get; init; } = 40;

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
    /// I/Os at the medium at one time, whatever they are; how many of them surplus may have is adapted to the medium's
    /// latency (<see cref="Headgate.Qos.MediumWindow"/>). 32, at which SSDs and cloud disks give all that they have, and
    /// <see cref="ReservedPlaces"/>. What the slow threads do comes on top, bounded by their number.
    /// </summary>
    public int InFlightMax { get; init; } = 40;

    /// <summary>
    /// Of <see cref="InFlightMax"/>, places that surplus leaves free, so that an I/O within a min goes at once. By Little's
    /// law eight are enough for 40,000 IOPS of mins at 200 us; beyond that they compete with surplus, and come first.
    /// </summary>
    public int ReservedPlaces { get; init; } = 8;

    /// <summary>
    /// Largest access that its own submitter makes when nothing waits behind it (<see cref="IoPath.SubmitAlone"/>); 0 for
    /// none. An SSD takes 80 us for 16 KiB, and waking another thread for it takes a tenth to a half of that.
    /// </summary>
    public int AloneBytesMax { get; init; } = 16 << 10;

    /// <summary>
    /// Bytes of one access to the medium; a larger I/O is a row of them. Measured on a cloud disk: 64 KiB takes 86 us
    /// alone and two at a time give all of its bandwidth, while a 1 MiB access holds what comes behind it for 750 us.
    /// </summary>
    public int PieceBytes { get; init; } = 64 << 10;

    /// <summary>
    /// The same for a volume that is alone and so holds up nobody but itself. The same disk moves 1.2 GB/s at 256 KiB a time
    /// and 0.8 GB/s at 64 KiB; in larger accesses it gives no more.
    /// </summary>
    public int AlonePieceBytes { get; init; } = 256 << 10;

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
