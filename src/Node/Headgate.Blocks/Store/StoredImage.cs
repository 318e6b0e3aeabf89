namespace Headgate.Blocks;

/// <summary>
/// One file of the store with the copies that it takes part in (at most one that fills it, any number that are filled
/// from it: snapshots and clones under way) and the journal of its atomic writes. The links change under the store's
/// lock, and those for copies out of a volume while its writes stand still; reading them takes no lock.
/// </summary>
internal sealed class StoredImage(ImageName name, FileBlockDevice device, StoreFolder folder) : IDisposable
{
    private readonly Lock _journalGate = new();
    private volatile ChunkCopy? _incoming;
    private volatile ChunkCopy[] _outgoing = [];
    private volatile IntentJournal? _journal;

    public ImageName Name { get; } = name;

    public FileBlockDevice Device { get; } = device;

    /// <summary>Deleted or reverted away, and kept only until copies out of it are done.</summary>
    public bool IsRetired { get; set; }

    public ChunkCopy? Incoming
    {
        get => _incoming;
        set => _incoming = value;
    }

    public bool HasOutgoing => _outgoing.Length > 0;

    public void AddOutgoing(ChunkCopy copy) => _outgoing = [.. _outgoing, copy];

    public void RemoveOutgoing(ChunkCopy copy) => _outgoing = [.. _outgoing.Where(other => other != copy)];

    /// <summary>Makes a range of its file hold what the image holds.</summary>
    public IoFault Fill(long offset, long length) => _incoming?.Fill(offset, length) ?? IoFault.None;

    public IoFault Read(long offset, Span<byte> buffer)
    {
        var fault = _journal?.Settle(offset, buffer.Length, stuckOnly: true) ?? IoFault.None;
        if (fault != IoFault.None) return IoFault.ReadFailed;
        var incoming = _incoming;
        fault = incoming?.Fill(offset, buffer.Length) ?? IoFault.None;
        if (fault == IoFault.NoSpace) return incoming!.ReadThrough(offset, buffer); // reading needs no room
        return fault == IoFault.None ? Device.Read(offset, buffer) : fault;
    }

    public IoFault Write(long offset, ReadOnlySpan<byte> buffer, bool durable)
    {
        var fault = MakeWritable(offset, buffer.Length);
        return fault == IoFault.None ? Device.Write(offset, buffer, durable) : fault;
    }

    /// <summary>All or nothing, and durable. Nothing else may touch the range meanwhile.</summary>
    public IoFault WriteAtomic(long offset, ReadOnlySpan<byte> buffer)
    {
        var fault = Preserve(offset, buffer.Length);
        if (fault == IoFault.None) fault = OpenJournal();
        return fault == IoFault.None ? _journal!.Write(offset, buffer) : fault;
    }

    /// <summary>Leaves nothing of former writes outside the image. Nothing else may touch it meanwhile.</summary>
    public IoFault EraseTraces() => _journal?.Erase() ?? IoFault.None;

    public IoFault Discard(long offset, long length)
    {
        var fault = MakeWritable(offset, length);
        return fault == IoFault.None ? Device.Discard(offset, length) : fault;
    }

    public IoFault GetAllocation(long offset, out bool allocated, out long run)
    {
        if (_incoming is not { } incoming || !incoming.IsPending(offset, out var chunkEnd))
            return Device.GetAllocation(offset, out allocated, out run);
        (allocated, run) = (true, chunkEnd - offset); // may be a hole of the source; "allocated" is the safe answer
        return IoFault.None;
    }

    /// <summary>Closes its files; copies are the store's to end.</summary>
    public void Dispose()
    {
        _journal?.Dispose();
        Device.Dispose();
    }

    private IoFault MakeWritable(long offset, long length)
    {
        var fault = Preserve(offset, length);
        return fault == IoFault.None ? _journal?.Settle(offset, length) ?? IoFault.None : fault;
    }

    private IoFault Preserve(long offset, long length)
    {
        var fault = _incoming?.Preserve(offset, length) ?? IoFault.None;
        foreach (var copy in _outgoing)
        {
            if (fault != IoFault.None) break;
            fault = copy.Preserve(offset, length);
        }
        return fault;
    }

    // Made with the first atomic write, since most volumes never see one; gone with the next start.
    private IoFault OpenJournal()
    {
        if (_journal is not null) return IoFault.None;
        lock (_journalGate)
        {
            if (_journal is not null) return IoFault.None;
            try
            {
                _journal = MakeJournal();
                return IoFault.None;
            }
            catch (IOException failure)
            {
                return Native.FaultMap.OfWrite(failure);
            }
        }
    }

    private IntentJournal MakeJournal()
    {
        var made = IntentJournal.Create(folder.FreshTemporaryPathOf(Name.IntentFile), Device, folder.Trace);
        try
        {
            folder.Commit(Name.IntentFile);
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }
}
