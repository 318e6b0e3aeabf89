using System.Buffers;
using System.Runtime.InteropServices;
using Headgate.Blocks.Native;
using Microsoft.Win32.SafeHandles;

namespace Headgate.Blocks;

/// <summary>
/// A block device in one sparse file, through the page cache. <see cref="Open"/> is where direct I/O comes in: it
/// needs aligned, pinned buffers from the callers, which an option of the store will turn on.
/// <para>
/// Linux tells an open file about a failed write-back once and calls the pages clean, so the next sync would say that
/// all is well. One failed sync is therefore the end of this device's promises: every later flush and durable write
/// fails, until the file is opened anew and what is really on the medium is read.
/// </para>
/// </summary>
public sealed class FileBlockDevice : IBlockDevice
{
    private const int ZeroBytesMax = 1 << 20; // piece in which zeros are written where holes cannot be punched

    private readonly SafeFileHandle _file;
    private long _length;
    private volatile bool _punches = true;
    private volatile bool _lostWrites; // a sync failed: writes that were acknowledged may be gone

    private FileBlockDevice(SafeFileHandle file, long length) => (_file, _length) = (file, length);

    /// <summary>The open file, for those who copy or clone it.</summary>
    internal SafeFileHandle Handle => _file;

    /// <summary>Syncs the file; 0 or the errno. Tests put a failing medium here.</summary>
    internal Func<SafeFileHandle, int> Sync { get; set; } =
        static file => Libc.DataSync(file) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <inheritdoc/>
    public long LengthBytes => Volatile.Read(ref _length);

    /// <summary>Bytes of the file system that it occupies.</summary>
    public long UsedBytes =>
        Libc.StatExtended(_file, "", Libc.AT_EMPTY_PATH, Libc.STATX_BLOCKS, out var status) == 0 ? (long)status.Blocks * 512 : 0;

    /// <summary>Opens an existing file.</summary>
    /// <exception cref="IOException">It is not there or cannot be opened.</exception>
    public static FileBlockDevice Open(string path)
    {
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        return new FileBlockDevice(file, RandomAccess.GetLength(file));
    }

    /// <summary>Makes a new file of <paramref name="bytes"/> bytes that are all zeros and take no space.</summary>
    /// <exception cref="IOException">It is there already, or cannot be made.</exception>
    public static FileBlockDevice Create(string path, long bytes)
    {
        var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.SetLength(file, bytes);
        return new FileBlockDevice(file, bytes);
    }

    /// <inheritdoc/>
    public IoFault Read(long offset, Span<byte> buffer)
    {
        try
        {
            while (!buffer.IsEmpty)
            {
                var taken = RandomAccess.Read(_file, buffer, offset);
                if (taken == 0) return IoFault.ReadFailed; // the file is shorter than we made it
                buffer = buffer[taken..];
                offset += taken;
            }
            return IoFault.None;
        }
        catch (IOException)
        {
            return IoFault.ReadFailed;
        }
        catch (ObjectDisposedException)
        {
            return IoFault.Gone;
        }
    }

    /// <inheritdoc/>
    public IoFault Write(long offset, ReadOnlySpan<byte> buffer, bool durable)
    {
        try
        {
            if (durable) return WriteDurably(offset, buffer);
            RandomAccess.Write(_file, buffer, offset);
            return IoFault.None;
        }
        catch (IOException failure)
        {
            return FaultMap.OfWrite(failure);
        }
        catch (ObjectDisposedException)
        {
            return IoFault.Gone;
        }
    }

    /// <inheritdoc/>
    public IoFault Flush()
    {
        try
        {
            if (_lostWrites) return IoFault.WriteFailed;
            var errno = Sync(_file);
            while (errno == Libc.EINTR) errno = Sync(_file);
            if (errno != 0) return FailSync(errno);
            // A sync beside this one may have been the one that was told of the loss.
            return _lostWrites ? IoFault.WriteFailed : IoFault.None;
        }
        catch (ObjectDisposedException)
        {
            return IoFault.Gone;
        }
    }

    /// <inheritdoc/>
    public IoFault Discard(long offset, long length)
    {
        if (length == 0) return IoFault.None; // fallocate refuses it
        try
        {
            if (!_punches) return WriteZeros(offset, length);
            const int punch = Libc.FALLOC_FL_PUNCH_HOLE | Libc.FALLOC_FL_KEEP_SIZE;
            if (Libc.Allocate(_file, punch, offset, length) == 0) return IoFault.None;
            if (Marshal.GetLastPInvokeError() is not (Libc.EOPNOTSUPP or Libc.ENOSYS)) return FaultMap.OfLastWrite();
            _punches = false;
            return WriteZeros(offset, length);
        }
        catch (ObjectDisposedException)
        {
            return IoFault.Gone;
        }
    }

    /// <inheritdoc/>
    public IoFault GetAllocation(long offset, out bool allocated, out long run)
    {
        (allocated, run) = (true, LengthBytes - offset);
        try
        {
            var data = Libc.Seek(_file, offset, Libc.SEEK_DATA);
            if (data < 0)
            {
                // ENXIO: a hole up to the end. A file system that cannot tell calls everything data and never comes here.
                if (Marshal.GetLastPInvokeError() != Libc.ENXIO) return IoFault.ReadFailed;
                allocated = false;
                return IoFault.None;
            }
            if (data > offset)
            {
                (allocated, run) = (false, Math.Min(data, LengthBytes) - offset);
                return IoFault.None;
            }
            var hole = Libc.Seek(_file, offset, Libc.SEEK_HOLE);
            if (hole < 0) return IoFault.ReadFailed;
            run = Math.Min(hole, LengthBytes) - offset;
            return IoFault.None;
        }
        catch (ObjectDisposedException)
        {
            return IoFault.Gone;
        }
    }

    /// <summary>Makes it larger; the new part is zeros. Any thread, while it is in use.</summary>
    /// <exception cref="IOException">The file system refused.</exception>
    internal void Grow(long bytes)
    {
        if (bytes <= LengthBytes) return;
        RandomAccess.SetLength(_file, bytes);
        Volatile.Write(ref _length, bytes);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    // One system call per piece: pwritev2 with RWF_DSYNC is FUA for files, without flushing what others wrote.
    private unsafe IoFault WriteDurably(long offset, ReadOnlySpan<byte> buffer)
    {
        if (_lostWrites) return IoFault.WriteFailed;
        fixed (byte* start = buffer)
        {
            nint done = 0;
            while (done < buffer.Length)
            {
                var vector = new Libc.IoVec { Base = start + done, Length = (nuint)(buffer.Length - done) };
                var taken = Libc.WriteVector(_file, &vector, 1, offset + done, Libc.RWF_DSYNC);
                if (taken > 0)
                {
                    done += taken;
                    continue;
                }
                var errno = Marshal.GetLastPInvokeError();
                if (taken < 0 && errno == Libc.EINTR) continue;
                if (taken < 0 && errno is not (Libc.EOPNOTSUPP or Libc.ENOSYS or Libc.ENOSPC or Libc.EDQUOT)) return FailSync(errno);
                // Throws when there is no room for the write itself. If there is, it was the sync that had none (thin
                // pools say so only then), and its loss may be of other writes.
                RandomAccess.Write(_file, buffer[(int)done..], offset + done);
                return errno is Libc.ENOSPC or Libc.EDQUOT ? FailSync(errno) : Flush();
            }
        }
        return _lostWrites ? IoFault.WriteFailed : IoFault.None;
    }

    private IoFault FailSync(int errno)
    {
        _lostWrites = true;
        return FaultMap.OfWrite(errno);
    }

    private IoFault WriteZeros(long offset, long length)
    {
        var zeros = ArrayPool<byte>.Shared.Rent((int)Math.Min(length, ZeroBytesMax));
        try
        {
            Array.Clear(zeros);
            var fault = IoFault.None;
            while (length > 0 && fault == IoFault.None)
            {
                var piece = (int)Math.Min(length, zeros.Length);
                fault = Write(offset, zeros.AsSpan(0, piece), durable: false);
                offset += piece;
                length -= piece;
            }
            return fault;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(zeros);
        }
    }
}
