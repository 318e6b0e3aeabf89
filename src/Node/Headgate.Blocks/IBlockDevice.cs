namespace Headgate.Blocks;

/// <summary>Why an access failed.</summary>
public enum IoFault
{
    /// <summary>It did not.</summary>
    None,

    /// <summary>EIO or the like on reading.</summary>
    ReadFailed,

    /// <summary>EIO or the like on writing or flushing.</summary>
    WriteFailed,

    /// <summary>ENOSPC or EDQUOT.</summary>
    NoSpace,

    /// <summary>The device was closed or removed.</summary>
    Gone,
}

/// <summary>
/// A volume's bytes. Calls may come from several threads at once; overlapping writes in flight at one time land in any
/// order. Offsets and lengths are within <see cref="LengthBytes"/> and multiples of 512.
/// </summary>
public interface IBlockDevice : IDisposable
{
    /// <summary>Size in bytes. Grows by <c>VolumeStore.Grow</c> while in use; never shrinks.</summary>
    long LengthBytes { get; }

    /// <summary>Fills <paramref name="buffer"/>; never written or discarded ranges are zeros.</summary>
    IoFault Read(long offset, Span<byte> buffer);

    /// <summary>Writes all of <paramref name="buffer"/>; when <paramref name="durable"/>, it is on the medium on return.</summary>
    IoFault Write(long offset, ReadOnlySpan<byte> buffer, bool durable);

    /// <summary>Most bytes of one <see cref="WriteAtomic"/>; 0 for a device that cannot write atomically. Fixed while it is open.</summary>
    int AtomicWriteBytesMax => 0;

    /// <summary>
    /// Writes all of <paramref name="buffer"/> or nothing of it: after a crash at any moment the range holds either what it
    /// held before or all of the buffer, and a read of one call beside it sees no mix (WRITE ATOMIC, SBC-4). When
    /// <paramref name="durable"/>, it is on the medium on return. Called only up to <see cref="AtomicWriteBytesMax"/> bytes.
    /// </summary>
    IoFault WriteAtomic(long offset, ReadOnlySpan<byte> buffer, bool durable) => IoFault.WriteFailed;

    /// <summary>
    /// Whether a <see cref="WriteAtomic"/> was begun since it is open. From then on only a read in one call sees no mix; one
    /// in pieces that finds it changed while it went on must be done again.
    /// </summary>
    bool HasAtomicWrites => false;

    /// <summary>All writes that returned before are on the medium on return.</summary>
    IoFault Flush();

    /// <summary>Gives the range back to the file system; it reads as zeros afterwards.</summary>
    IoFault Discard(long offset, long length);

    /// <summary>After all of it was overwritten or discarded: does away with what the device keeps of former writes elsewhere.</summary>
    IoFault EraseTraces() => IoFault.None;

    /// <summary>Whether <paramref name="offset"/> is allocated, and for how many bytes from there that holds.</summary>
    IoFault GetAllocation(long offset, out bool allocated, out long run);
}
