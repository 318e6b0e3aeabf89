using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Headgate.Blocks.Native;

/// <summary>
/// One open file of a store: whole positioned reads and writes that answer 0 or the errno, so that no access that fails
/// costs an exception. Every change that a store makes to a file's contents goes through here, and is told to an
/// <see cref="IStoreTrace"/> where there is one.
/// </summary>
/// <exception cref="ObjectDisposedException">Of every call, once it is closed.</exception>
internal sealed class PositionedFile : IDisposable
{
    private readonly IStoreTrace? _trace;
    private readonly object? _traced;

    private PositionedFile(SafeFileHandle handle, IStoreTrace? trace, string path)
    {
        (Handle, _trace) = (handle, trace);
        _traced = trace?.Opened(path);
    }

    /// <summary>Whether somebody hears of its changes; what the kernel would do by itself then has to come through here.</summary>
    public bool IsTraced => _trace is not null;

    /// <summary>For what needs the descriptor itself.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Opens a file; null and the errno when it cannot be.</summary>
    public static PositionedFile? TryOpen(string path, int flags, out int errno, IStoreTrace? trace = null)
    {
        var descriptor = Libc.Open(path, flags, Libc.FileMode644);
        errno = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        return descriptor < 0 ? null : new PositionedFile(new SafeFileHandle(descriptor, ownsHandle: true), trace, path);
    }

    /// <summary>Opens a file that is there.</summary>
    /// <exception cref="IOException">It is not, or cannot be opened; HResult is the errno.</exception>
    public static PositionedFile Open(string path, bool isDirect, IStoreTrace? trace = null) =>
        OpenOrThrow(path, Libc.O_RDWR | (isDirect ? Libc.O_DIRECT : 0), trace);

    /// <summary>Makes a new file.</summary>
    /// <exception cref="IOException">It is there already, or cannot be made; HResult is the errno.</exception>
    public static PositionedFile Create(string path, bool isDirect, IStoreTrace? trace = null) =>
        OpenOrThrow(path, Libc.O_RDWR | Libc.O_CREAT | Libc.O_EXCL | (isDirect ? Libc.O_DIRECT : 0), trace);

    /// <summary>Reads until the buffer is full or the file ends.</summary>
    public unsafe int Read(long offset, Span<byte> buffer, out int taken)
    {
        taken = 0;
        fixed (byte* start = buffer)
        {
            while (taken < buffer.Length)
            {
                var count = Libc.ReadAt(Handle, start + taken, (nuint)(buffer.Length - taken), offset + taken);
                if (count == 0) return 0;
                if (count > 0) taken += (int)count;
                else if (Marshal.GetLastPInvokeError() is var errno and not Libc.EINTR) return errno;
            }
        }
        return 0;
    }

    /// <summary>
    /// Writes all of the buffer. When <paramref name="durable"/>, it is on the medium on return: RWF_DSYNC is FUA for
    /// files, without flushing what others wrote; EOPNOTSUPP or ENOSYS where kernel or file system lack it.
    /// </summary>
    public unsafe int Write(long offset, ReadOnlySpan<byte> buffer, bool durable)
    {
        fixed (byte* start = buffer)
        {
            nint done = 0;
            while (done < buffer.Length)
            {
                nint count;
                if (durable)
                {
                    var vector = new Libc.IoVec { Base = start + done, Length = (nuint)(buffer.Length - done) };
                    count = Libc.WriteVector(Handle, &vector, 1, offset + done, Libc.RWF_DSYNC);
                }
                else
                {
                    count = Libc.WriteAt(Handle, start + done, (nuint)(buffer.Length - done), offset + done);
                }
                if (count > 0)
                {
                    _trace?.Wrote(_traced!, offset + done, buffer.Slice((int)done, (int)count), durable);
                    done += count;
                    continue;
                }
                if (count == 0) return Libc.EIO;
                if (Marshal.GetLastPInvokeError() is var errno and not Libc.EINTR) return errno;
            }
        }
        return 0;
    }

    /// <summary>All writes that returned before are on the medium on return, with the size and extents that reading them needs.</summary>
    public int Sync()
    {
        _trace?.Syncing(_traced!);
        while (Libc.DataSync(Handle) != 0)
        {
            if (Marshal.GetLastPInvokeError() is var errno and not Libc.EINTR) return errno;
        }
        _trace?.Synced(_traced!);
        return 0;
    }

    /// <summary>Makes a hole; the file's length stays.</summary>
    public int Punch(long offset, long length)
    {
        const int mode = Libc.FALLOC_FL_PUNCH_HOLE | Libc.FALLOC_FL_KEEP_SIZE;
        var errno = Libc.Allocate(Handle, mode, offset, length) == 0 ? 0 : Marshal.GetLastPInvokeError();
        if (errno == 0) _trace?.Punched(_traced!, offset, length);
        return errno;
    }

    /// <summary>Takes the room that a range needs, so that writing it later does not run out of it.</summary>
    public int Reserve(long offset, long length) =>
        Libc.Allocate(Handle, Libc.FALLOC_FL_KEEP_SIZE, offset, length) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>Makes it so long; what is new is zeros.</summary>
    public int SetLength(long bytes)
    {
        if (Libc.Truncate(Handle, bytes) != 0) return Marshal.GetLastPInvokeError();
        _trace?.Resized(_traced!, bytes);
        return 0;
    }

    /// <summary>Shares all extents of another file (reflink), whose contents it then has.</summary>
    public int CloneFrom(PositionedFile source)
    {
        if (Libc.IoControl(Handle, Libc.FICLONE, source.Handle.DangerousGetHandle()) != 0) return Marshal.GetLastPInvokeError();
        _trace?.Cloned(source._traced!, _traced!);
        return 0;
    }

    public void Dispose() => Handle.Dispose();

    private static PositionedFile OpenOrThrow(string path, int flags, IStoreTrace? trace)
    {
        var file = TryOpen(path, flags | Libc.O_CLOEXEC, out var errno, trace);
        return file ?? throw new IOException($"{path} could not be opened: {Marshal.GetPInvokeErrorMessage(errno)}.", errno);
    }
}
