using System.Runtime.InteropServices;
using Headgate.Blocks.Native;

namespace Headgate.Blocks;

/// <summary>Copies a range of one file to the same place in another, data only: holes stay holes.</summary>
internal static class SparseCopy
{
    private const int PieceBytes = 1 << 20; // in flight at one time, of one copying thread

    /// <summary>Copies; the destination's range must be a hole, or hold the same bytes from an interrupted try.</summary>
    public static IoFault Run(FileBlockDevice source, FileBlockDevice destination, long offset, long length)
    {
        var end = offset + length;
        while (offset < end)
        {
            var fault = source.GetAllocation(offset, out var allocated, out var run);
            if (fault != IoFault.None) return fault;
            run = Math.Min(run, end - offset);
            if (run <= 0) return IoFault.ReadFailed;
            if (allocated) fault = CopyData(source, destination, offset, run);
            if (fault != IoFault.None) return fault;
            offset += run;
        }
        return IoFault.None;
    }

    // The kernel's own copy goes through the page cache, which direct I/O is there to leave alone.
    private static IoFault CopyData(FileBlockDevice source, FileBlockDevice destination, long offset, long length) =>
        source.Io.IsDirect || destination.Io.IsDirect || destination.IsTraced
            ? CopyThroughBuffer(source, destination, offset, length)
            : CopyInKernel(source, destination, offset, length);

    private static IoFault CopyInKernel(FileBlockDevice source, FileBlockDevice destination, long offset, long length)
    {
        var (from, to, left) = (offset, offset, length);
        try
        {
            while (left > 0)
            {
                var taken = Libc.CopyFileRange(source.File.Handle, ref from, destination.File.Handle, ref to, (nuint)left, 0);
                if (taken > 0)
                {
                    left -= taken;
                    continue;
                }
                var errno = Marshal.GetLastPInvokeError();
                if (taken < 0 && errno == Libc.EINTR) continue;
                if (taken < 0 && errno is Libc.ENOSPC or Libc.EDQUOT) return IoFault.NoSpace;
                return CopyThroughBuffer(source, destination, from, left); // old kernel, or a file system without it
            }
            return IoFault.None;
        }
        catch (ObjectDisposedException)
        {
            return IoFault.Gone;
        }
    }

    private static IoFault CopyThroughBuffer(FileBlockDevice source, FileBlockDevice destination, long offset, long length)
    {
        using var buffer = AlignedBuffer.Rent();
        var fault = IoFault.None;
        while (length > 0 && fault == IoFault.None)
        {
            var piece = buffer.Span[..(int)Math.Min(length, PieceBytes)];
            fault = source.Read(offset, piece);
            if (fault == IoFault.None) fault = destination.Write(offset, piece, durable: false);
            offset += piece.Length;
            length -= piece.Length;
        }
        return fault;
    }
}
