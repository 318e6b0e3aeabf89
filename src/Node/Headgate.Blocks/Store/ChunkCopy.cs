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

    /// <summary>Makes a range safe to be written, on either side.</summary>
    public IoFault Preserve(long offset, long length)
    {
        if (!TryGetChunks(offset, length, out var first, out var last)) return IoFault.None;
        while (first <= last && Volatile.Read(ref _chunks[first]) == Recorded) first++;
        if (first > last) return IoFault.None;

        var fault = Fill(offset, length);
        if (fault == IoFault.None) fault = Destination.Device.Flush();
        if (fault == IoFault.None) fault = _state.Mark(first, last - first + 1);
        if (fault == IoFault.Gone && _closed) return IoFault.None; // ended while we were at it
        if (fault != IoFault.None) return fault == IoFault.ReadFailed ? IoFault.WriteFailed : fault;
        for (var chunk = first; chunk <= last; chunk++) Volatile.Write(ref _chunks[chunk], Recorded);
        return IoFault.None;
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
