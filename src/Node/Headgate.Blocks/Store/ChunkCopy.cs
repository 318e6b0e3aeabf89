namespace Headgate.Blocks;

/// <summary>
/// Fills one image with what another held at a point in time, chunk by chunk, while both are in use. Before either side
/// is written, the chunks touched are copied and recorded (copy before write); before the destination is read, they are
/// copied; a background thread copies the rest.
/// <para>
/// Crash windows. A chunk that is copied but not recorded is copied again after a crash: harmless, since neither side
/// has been written in between. Data is on the medium before its record is, and the record before the write that it
/// allows, so a recorded chunk is never copied from a source that has moved on.
/// </para>
/// <para>
/// When a flush of the destination fails, all that is copied and not recorded is pending again, since the medium may
/// have none of it. The destination's file then refuses every flush, so nothing more is recorded, and writes that need
/// a record fail, until the store is opened again and the copy goes on from its records; reads go on being served.
/// </para>
/// </summary>
internal sealed class ChunkCopy
{
    private const byte Pending = 0, Copied = 1, Recorded = 2;
    private const int LockStripes = 64; // chunks that can be copied at one time, far more than there are I/O threads

    private readonly CopyState _state;
    private readonly byte[] _chunks;
    private readonly Lock[] _locks = new Lock[LockStripes];
    private volatile bool _closed; // complete or cancelled: nothing is left to preserve

    /// <param name="source">Null when a former process left a state whose source is missing: what is pending is lost.</param>
    /// <param name="destination">Filled; owns the state.</param>
    /// <param name="state">On disk.</param>
    /// <param name="done">A byte per chunk: not 0 for what is recorded.</param>
    public ChunkCopy(StoredImage? source, StoredImage destination, CopyState state, ReadOnlySpan<byte> done)
    {
        (Source, Destination, _state) = (source, destination, state);
        _chunks = new byte[state.Chunks];
        for (var i = 0; i < _chunks.Length; i++) _chunks[i] = done[i] == 0 ? Pending : Recorded;
        for (var i = 0; i < _locks.Length; i++) _locks[i] = new Lock();
    }

    public StoredImage? Source { get; }

    /// <summary>What it copies from, there or not.</summary>
    public ImageName SourceName => _state.Source;

    public StoredImage Destination { get; }

    /// <summary>Set when the destination is deleted before it is full, or the store is closed.</summary>
    public bool IsCancelled { get; private set; }

    /// <summary>Makes a range of the destination readable.</summary>
    public IoFault Fill(long offset, long length)
    {
        if (!TryGetChunks(offset, length, out var first, out var last)) return IoFault.None;
        for (var chunk = first; chunk <= last; chunk++)
        {
            var fault = CopyChunk(chunk);
            if (fault != IoFault.None) return fault;
        }
        return IoFault.None;
    }

    /// <summary>
    /// Reads a range of the destination when there is no room to fill it: what is pending comes from the source, under
    /// the chunk's lock, so that the source cannot be written meanwhile.
    /// </summary>
    public IoFault ReadThrough(long offset, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var chunkEnd = (offset / CopyState.ChunkBytes + 1) * CopyState.ChunkBytes;
            var piece = buffer[..(int)Math.Min(buffer.Length, chunkEnd - offset)];
            var fault = ReadPiece(offset, piece);
            if (fault != IoFault.None) return fault;
            buffer = buffer[piece.Length..];
            offset += piece.Length;
        }
        return IoFault.None;
    }

    /// <summary>Makes a range safe to be written, on either side.</summary>
    public IoFault Preserve(long offset, long length)
    {
        if (!TryGetChunks(offset, length, out var first, out var last)) return IoFault.None;
        while (first <= last && Volatile.Read(ref _chunks[first]) == Recorded) first++;
        if (first > last) return IoFault.None;

        var fault = Fill(offset, length);
        if (fault == IoFault.None) fault = FlushCopied();
        if (fault == IoFault.None) fault = _state.Mark(first, last - first + 1);
        if (fault == IoFault.Gone && _closed) return IoFault.None; // ended while we were at it
        if (fault != IoFault.None) return fault == IoFault.ReadFailed ? IoFault.WriteFailed : fault;
        return Record(first, last) ? IoFault.None : IoFault.WriteFailed;
    }

    /// <summary>Whether the chunk at an offset is still only in the source, and where that chunk ends.</summary>
    public bool IsPending(long offset, out long chunkEnd)
    {
        chunkEnd = Math.Min((offset / CopyState.ChunkBytes + 1) * CopyState.ChunkBytes, _state.LengthBytes);
        return offset < _state.LengthBytes && Volatile.Read(ref _chunks[offset / CopyState.ChunkBytes]) == Pending;
    }

    /// <summary>The next range from <paramref name="offset"/> that is not recorded, of at most so many chunks; false at the end.</summary>
    public bool TryFindUnrecorded(ref long offset, int chunksMax, out long length)
    {
        var chunk = (int)(offset / CopyState.ChunkBytes);
        while (chunk < _chunks.Length && Volatile.Read(ref _chunks[chunk]) == Recorded) chunk++;
        var end = chunk;
        while (end < _chunks.Length && end - chunk < chunksMax && Volatile.Read(ref _chunks[end]) != Recorded) end++;
        offset = (long)chunk * CopyState.ChunkBytes;
        length = (long)(end - chunk) * CopyState.ChunkBytes;
        return length > 0;
    }

    /// <summary>Puts its state file on the medium as it was made.</summary>
    /// <exception cref="IOException">It failed.</exception>
    public void SyncState() => _state.Sync();

    /// <summary>Bytes that are not yet safely in the destination; a whole chunk counts until it is.</summary>
    public long PendingBytes
    {
        get
        {
            var pending = (long)_chunks.AsSpan().Count(Pending) + _chunks.AsSpan().Count(Copied);
            return Math.Min(pending * CopyState.ChunkBytes, _state.LengthBytes);
        }
    }

    /// <summary>Gives it up, or ends it: nothing touches the state file any more.</summary>
    public void Close(bool cancelled)
    {
        IsCancelled = cancelled;
        _closed = true;
        _state.Dispose();
    }

    private bool TryGetChunks(long offset, long length, out int first, out int last)
    {
        (first, last) = (0, -1);
        var end = Math.Min(offset + length, _state.LengthBytes); // what was grown since is not part of the copy
        if (offset >= end) return false;
        first = (int)(offset / CopyState.ChunkBytes);
        last = (int)((end - 1) / CopyState.ChunkBytes);
        return true;
    }

    // Within one chunk, or beyond what is copied.
    private IoFault ReadPiece(long offset, Span<byte> piece)
    {
        var chunk = offset / CopyState.ChunkBytes;
        if (Source is { } source && chunk < _chunks.Length && Volatile.Read(ref _chunks[chunk]) == Pending)
        {
            lock (_locks[chunk % LockStripes])
            {
                if (_chunks[chunk] == Pending) return ReadPending(source, offset, piece);
            }
        }
        return Destination.Device.Read(offset, piece);
    }

    // The last chunk may end with what the destination was grown by, which the source never had.
    private IoFault ReadPending(StoredImage source, long offset, Span<byte> piece)
    {
        var copied = (int)Math.Min(piece.Length, Math.Max(0, _state.LengthBytes - offset));
        var fault = copied > 0 ? source.Read(offset, piece[..copied]) : IoFault.None;
        return fault == IoFault.None && copied < piece.Length ? Destination.Device.Read(offset + copied, piece[copied..]) : fault;
    }

    // Under the locks: what a failed flush beside this one made pending may be on its way into the destination again,
    // and the write that the record allows must not land under that.
    private bool Record(int first, int last)
    {
        for (var chunk = first; chunk <= last; chunk++)
        {
            lock (_locks[chunk % LockStripes])
            {
                if (_chunks[chunk] == Pending) return false;
                Volatile.Write(ref _chunks[chunk], Recorded);
            }
        }
        return true;
    }

    // Any copied chunk may be among what a failed flush lost, also those that others have copied and not yet recorded.
    private IoFault FlushCopied()
    {
        var fault = Destination.Device.Flush();
        if (fault is IoFault.None or IoFault.Gone) return fault;
        for (var chunk = 0; chunk < _chunks.Length; chunk++)
        {
            if (Volatile.Read(ref _chunks[chunk]) == Recorded) continue;
            lock (_locks[chunk % LockStripes])
            {
                if (_chunks[chunk] == Copied) Volatile.Write(ref _chunks[chunk], Pending);
            }
        }
        return fault;
    }

    // Locks are taken from a copy towards its source, and an image is always younger than its source: no cycle.
    private IoFault CopyChunk(int chunk)
    {
        if (Volatile.Read(ref _chunks[chunk]) != Pending) return IoFault.None;
        lock (_locks[chunk % LockStripes])
        {
            if (_chunks[chunk] != Pending) return IoFault.None;
            if (Source is null) return IoFault.ReadFailed;
            var offset = (long)chunk * CopyState.ChunkBytes;
            var length = Math.Min(CopyState.ChunkBytes, _state.LengthBytes - offset);
            var fault = Source.Fill(offset, length);
            if (fault == IoFault.None) fault = SparseCopy.Run(Source.Device, Destination.Device, offset, length);
            if (fault == IoFault.None) Volatile.Write(ref _chunks[chunk], Copied);
            return fault;
        }
    }
}
