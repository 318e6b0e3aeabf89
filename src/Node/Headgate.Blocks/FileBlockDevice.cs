using Headgate.Blocks.Native;
using Microsoft.Win32.SafeHandles;

namespace Headgate.Blocks;

/// <summary>
/// A block device in one sparse file, past the page cache or through it (<see cref="FileIo"/>). Aligned accesses go to
/// the file as they are; others go through an aligned buffer, and those that write parts of a block of the medium read
/// that block first, with the range for themselves.
/// <para>
/// Linux tells an open file about a failed write-back once and calls the pages clean, so the next sync would say that
/// all is well. One failed sync is therefore the end of this device's promises: every later flush and durable write
/// fails, until the file is opened anew and what is really on the medium is read. Direct I/O does not change that: what
/// is on its way into the medium's own cache is lost in the same way.
/// </para>
/// </summary>
public sealed class FileBlockDevice : IBlockDevice
{
    private const int PieceBytes = 1 << 20; // what goes through an aligned buffer at one time

    private readonly PositionedFile _file;
    private readonly FileIo _io;
    private readonly SharedSync _syncs = new();
    private readonly Func<int> _sync;
    private readonly RangeGate? _partials; // where a write of a sector reads and writes the sectors beside it
    private long _length;
    private volatile bool _punches = true;
    private volatile bool _lostWrites; // a sync failed: writes that were acknowledged may be gone

    private FileBlockDevice(PositionedFile file, long length, FileIo io)
    {
        (_file, _length, _io) = (file, length, io);
        if (io.HasPartialBlocks) _partials = new RangeGate();
        Sync = _ => _file.Sync();
        _sync = SyncOnce;
    }

    /// <inheritdoc/>
    public long LengthBytes => Volatile.Read(ref _length);

    /// <summary>How it reads and writes.</summary>
    public FileIo Io => _io;

    /// <summary>Bytes of the file system that it occupies.</summary>
    public long UsedBytes =>
        Libc.StatExtended(_file.Handle, "", Libc.AT_EMPTY_PATH, Libc.STATX_BLOCKS, out var status) == 0
            ? (long)status.Blocks * BlockLimits.SectorBytes
            : 0;

    /// <summary>The open file, for those who copy or clone it.</summary>
    internal PositionedFile File => _file;

    internal bool IsTraced => _file.IsTraced;

    /// <summary>A sync failed: no flush and no durable write will succeed until it is opened anew.</summary>
    internal bool HasLostWrites => _lostWrites;

    /// <summary>Syncs the file; 0 or the errno. Tests put a failing medium here.</summary>
    internal Func<SafeFileHandle, int> Sync { get; set; }

    /// <summary>Syncs begun up to now, however many flushes they served.</summary>
    internal long SyncsBegun => _syncs.Begun;

    /// <summary>Flushes that wait for a sync to end.</summary>
    internal int FlushesWaiting => _syncs.Waiting;

    /// <summary>Opens an existing file. One whose length direct I/O cannot reach the end of is opened buffered.</summary>
    /// <exception cref="IOException">It is not there or cannot be opened.</exception>
    public static FileBlockDevice Open(string path, FileIo? io = null) => Open(path, io, trace: null);

    /// <summary>Makes a new file of <paramref name="bytes"/> bytes that are all zeros and take no space.</summary>
    /// <exception cref="IOException">It is there already, or cannot be made.</exception>
    public static FileBlockDevice Create(string path, long bytes, FileIo? io = null) => Create(path, bytes, io, trace: null);

    internal static FileBlockDevice Open(string path, FileIo? io, IStoreTrace? trace)
    {
        var length = new FileInfo(path).Length;
        io = Fitting(io, length);
        return new FileBlockDevice(PositionedFile.Open(path, io.IsDirect, trace), length, io);
    }

    internal static FileBlockDevice Create(string path, long bytes, FileIo? io, IStoreTrace? trace)
    {
        io = Fitting(io, bytes);
        var file = PositionedFile.Create(path, io.IsDirect, trace);
        var device = new FileBlockDevice(file, 0, io);
        try
        {
            device.Grow(bytes);
            return device;
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public unsafe IoFault Read(long offset, Span<byte> buffer)
    {
        try
        {
            bool isAligned;
            fixed (byte* start = buffer) isAligned = _io.Takes((nuint)start, offset, buffer.Length);
            if (!isAligned) return ReadThroughBuffer(offset, buffer);
            var errno = _file.Read(offset, buffer, out var taken);
            return errno == 0 && taken == buffer.Length ? IoFault.None : IoFault.ReadFailed; // short: the file is not what we made
        }
        catch (ObjectDisposedException)
        {
            return IoFault.Gone;
        }
    }

    /// <inheritdoc/>
    public unsafe IoFault Write(long offset, ReadOnlySpan<byte> buffer, bool durable)
    {
        try
        {
            bool isAligned;
            fixed (byte* start = buffer) isAligned = _io.Takes((nuint)start, offset, buffer.Length);
            if (!isAligned) return WriteThroughBuffer(offset, buffer, durable);
            if (_partials is null) return WriteAligned(offset, buffer, durable);
            var place = _partials.Enter(offset, buffer.Length, RangeUse.Write);
            try
            {
                return WriteAligned(offset, buffer, durable);
            }
            finally
            {
                _partials.Exit(place);
            }
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
            var errno = _syncs.Run(_sync);
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
            var place = _partials?.Enter(offset, length, RangeUse.Exclusive) ?? -1; // the kernel clears parts of blocks by itself
            int errno;
            try
            {
                errno = _file.Punch(offset, length);
            }
            finally
            {
                if (place >= 0) _partials!.Exit(place);
            }
            if (errno == 0) return IoFault.None;
            if (errno is not (Libc.EOPNOTSUPP or Libc.ENOSYS)) return FaultMap.OfWrite(errno);
            _punches = false;
            return WriteZeros(offset, length);
        }
        catch (ObjectDisposedException)
        {
            return IoFault.Gone;
        }
    }

    /// <inheritdoc/>
    public IoFault GetAllocation(long offset, out bool allocated, out long run) =>
        ExtentMap.Find(_file, offset, LengthBytes, out allocated, out run);

    /// <summary>Makes it larger; the new part is zeros. Any thread, while it is in use.</summary>
    /// <exception cref="IOException">The file system refused, or direct I/O could not reach the new end.</exception>
    internal void Grow(long bytes)
    {
        if (bytes <= LengthBytes) return;
        if (bytes % _io.OffsetAlignment != 0)
            throw new IOException($"{bytes} bytes are no multiple of the {_io.OffsetAlignment} that direct I/O on this file system goes by.");
        var errno = _file.SetLength(bytes);
        if (errno != 0) throw new IOException($"The file could not be made {bytes} bytes long (errno {errno}).", errno);
        Volatile.Write(ref _length, bytes);
    }

    /// <summary>After a reflink: it is now as long as what it was made of.</summary>
    internal void TakeLengthOf(FileBlockDevice source) => Volatile.Write(ref _length, source.LengthBytes);

    /// <summary>Takes the room that a range needs; none where the file system has no way to.</summary>
    internal IoFault Reserve(long offset, long length)
    {
        try
        {
            var errno = _file.Reserve(offset, length);
            return errno is 0 or Libc.EOPNOTSUPP or Libc.ENOSYS ? IoFault.None : FaultMap.OfWrite(errno);
        }
        catch (ObjectDisposedException)
        {
            return IoFault.Gone;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static FileIo Fitting(FileIo? io, long length)
    {
        io ??= FileIo.Buffered;
        return length % io.OffsetAlignment == 0
            ? io
            : FileIo.Buffered with { Reason = $"its {length} bytes are no multiple of the {io.OffsetAlignment} that direct I/O goes by" };
    }

    private IoFault ReadThroughBuffer(long offset, Span<byte> buffer)
    {
        using var rented = AlignedBuffer.Rent();
        while (!buffer.IsEmpty)
        {
            var piece = buffer[..Math.Min(buffer.Length, PieceBytes)];
            var start = offset & -_io.OffsetAlignment;
            var before = (int)(offset - start);
            var window = rented.Span[..RoundUp(before + piece.Length)];
            var errno = _file.Read(start, window, out var taken);
            if (errno != 0 || taken < before + piece.Length) return IoFault.ReadFailed;
            window.Slice(before, piece.Length).CopyTo(piece);
            buffer = buffer[piece.Length..];
            offset += piece.Length;
        }
        return IoFault.None;
    }

    private IoFault WriteThroughBuffer(long offset, ReadOnlySpan<byte> buffer, bool durable)
    {
        var isPartial = ((offset | (long)buffer.Length) & (_io.OffsetAlignment - 1)) != 0;
        var place = _partials?.Enter(
            offset & -_io.OffsetAlignment, RoundUp(buffer.Length) + _io.OffsetAlignment, isPartial ? RangeUse.Exclusive : RangeUse.Write) ?? -1;
        try
        {
            using var rented = AlignedBuffer.Rent();
            while (!buffer.IsEmpty)
            {
                var piece = buffer[..Math.Min(buffer.Length, PieceBytes)];
                var fault = WritePiece(rented.Span, offset, piece, durable);
                if (fault != IoFault.None) return fault;
                buffer = buffer[piece.Length..];
                offset += piece.Length;
            }
            return IoFault.None;
        }
        finally
        {
            if (place >= 0) _partials!.Exit(place);
        }
    }

    private IoFault WritePiece(Span<byte> scratch, long offset, ReadOnlySpan<byte> piece, bool durable)
    {
        var block = _io.OffsetAlignment;
        var start = offset & -block;
        var before = (int)(offset - start);
        var window = scratch[..RoundUp(before + piece.Length)];
        var after = window.Length - before - piece.Length;
        // The blocks at both ends, when they are not written whole; one read when they are the same one.
        if (before > 0 && !ReadBlock(start, window[..block])) return IoFault.WriteFailed;
        if (after > 0 && (before == 0 || window.Length > block) && !ReadBlock(start + window.Length - block, window[^block..]))
            return IoFault.WriteFailed;
        piece.CopyTo(window[before..]);
        return WriteAligned(start, window, durable);
    }

    private bool ReadBlock(long offset, Span<byte> block) => _file.Read(offset, block, out var taken) == 0 && taken == block.Length;

    private int RoundUp(int bytes) => (bytes + _io.OffsetAlignment - 1) & -_io.OffsetAlignment;

    private IoFault WriteAligned(long offset, ReadOnlySpan<byte> buffer, bool durable)
    {
        if (!durable) return FaultMap.OfWrite(_file.Write(offset, buffer, durable: false));
        if (_lostWrites) return IoFault.WriteFailed;
        var errno = _file.Write(offset, buffer, durable: true);
        if (errno == 0) return _lostWrites ? IoFault.WriteFailed : IoFault.None;
        if (errno is not (Libc.EOPNOTSUPP or Libc.ENOSYS or Libc.ENOSPC or Libc.EDQUOT)) return FailSync(errno);

        // Fails when there is no room for the write itself. If there is, it was the sync that had none (thin pools say
        // so only then), and its loss may be of other writes.
        var plain = FaultMap.OfWrite(_file.Write(offset, buffer, durable: false));
        if (plain != IoFault.None) return plain;
        return errno is Libc.ENOSPC or Libc.EDQUOT ? FailSync(errno) : Flush();
    }

    internal int SyncOnce()
    {
        var errno = Sync(_file.Handle);
        while (errno == Libc.EINTR) errno = Sync(_file.Handle);
        if (errno != 0) _lostWrites = true; // before the next sync can begin: that one would be told that all is well
        return errno;
    }

    private IoFault FailSync(int errno)
    {
        _lostWrites = true;
        return FaultMap.OfWrite(errno);
    }

    private IoFault WriteZeros(long offset, long length)
    {
        using var zeros = AlignedBuffer.Rent();
        zeros.Span[..PieceBytes].Clear();
        var fault = IoFault.None;
        while (length > 0 && fault == IoFault.None)
        {
            var piece = (int)Math.Min(length, PieceBytes);
            fault = Write(offset, zeros.Span[..piece], durable: false);
            offset += piece;
            length -= piece;
        }
        return fault;
    }
}
