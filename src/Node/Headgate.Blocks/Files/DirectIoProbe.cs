using System.Numerics;
using Headgate.Blocks.Native;

namespace Headgate.Blocks;

/// <summary>Finds out whether files in a folder can be read and written past the page cache, and with what alignment.</summary>
public static class DirectIoProbe
{
    private const string ProbeFile = "direct-io-probe.tmp"; // a crash's leftover goes with the store's own
    private const int SafeAlignment = FileIo.AlignmentMax; // where the kernel does not say (before 6.1, or a file system that does not)

    /// <summary>Tries it with one block; never throws for what a file system cannot do.</summary>
    /// <exception cref="IOException">Nothing can be written in the folder at all.</exception>
    public static FileIo Choose(string folder, FileIoMode mode)
    {
        if (mode == FileIoMode.Buffered) return FileIo.Buffered;
        var path = Path.Combine(folder, ProbeFile);
        File.Delete(path);
        var flags = Libc.O_RDWR | Libc.O_CREAT | Libc.O_EXCL | Libc.O_CLOEXEC | Libc.O_DIRECT;
        try
        {
            using var file = PositionedFile.TryOpen(path, flags, out var errno);
            return file is null
                ? Fallback($"the file system refuses O_DIRECT (errno {errno})")
                : Try(file);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static FileIo Try(PositionedFile file)
    {
        var (memory, offset) = AlignmentOf(file);
        if (offset == 0) return Fallback("the file system says that it has no direct I/O");
        if (offset > FileIo.AlignmentMax || memory > FileIo.AlignmentMax)
            return Fallback($"the file system wants direct I/O in multiples of {Math.Max(memory, offset)} bytes, above {FileIo.AlignmentMax}");

        using var block = AlignedBuffer.Rent();
        var bytes = block.Span[..FileIo.AlignmentMax];
        bytes.Clear();
        var errno = file.SetLength(bytes.Length);
        if (errno == 0) errno = file.Write(0, bytes, durable: false);
        if (errno is Libc.ENOSPC or Libc.EDQUOT) errno = 0; // full, and no fault of the way
        else if (errno == 0) errno = file.Read(0, bytes, out _);
        return errno == 0
            ? new FileIo(true, memory, offset, $"the file system takes O_DIRECT, aligned to {offset} bytes ({memory} in memory)")
            : Fallback($"a direct write and read failed with errno {errno}");
    }

    private static (int Memory, int Offset) AlignmentOf(PositionedFile file)
    {
        var isKnown = Libc.StatExtended(file.Handle, "", Libc.AT_EMPTY_PATH, Libc.STATX_DIOALIGN, out var status) == 0
            && (status.Mask & Libc.STATX_DIOALIGN) != 0;
        if (!isKnown) return (SafeAlignment, SafeAlignment);
        if (status.DirectOffsetAlignment == 0) return (0, 0);
        // Powers of two, but nothing promises it.
        return ((int)BitOperations.RoundUpToPowerOf2(Math.Max(1, status.DirectMemoryAlignment)),
            (int)BitOperations.RoundUpToPowerOf2(status.DirectOffsetAlignment));
    }

    private static FileIo Fallback(string reason) => FileIo.Buffered with { Reason = reason };
}
