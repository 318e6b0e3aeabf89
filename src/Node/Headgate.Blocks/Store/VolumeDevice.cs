namespace Headgate.Blocks;

/// <summary>
/// The device of a volume in the store: the same object while its image may be exchanged under it (revert). Accesses pass
/// a gate that keeps others off an atomic write, and that a snapshot closes for the moment in which its point in time is
/// taken.
/// </summary>
internal sealed class VolumeDevice(StoredImage image) : IBlockDevice
{
    private readonly RangeGate _gate = new();
    private volatile StoredImage _image = image;
    private volatile bool _gone;
    private volatile bool _hasAtomicWrites;

    public StoredImage Image => _image;

    public long LengthBytes => _image.Device.LengthBytes;

    public int AtomicWriteBytesMax => BlockLimits.AtomicWriteBytesMax;

    public bool HasAtomicWrites => _hasAtomicWrites;

    public IoFault Read(long offset, Span<byte> buffer)
    {
        var place = _gate.Enter(offset, buffer.Length, RangeUse.Read);
        try
        {
            for (; ; )
            {
                if (_gone) return IoFault.Gone;
                var image = _image;
                var fault = image.Read(offset, buffer);
                if (fault != IoFault.Gone || image == _image) return fault; // Gone by a revert meanwhile: read the new one
            }
        }
        finally
        {
            _gate.Exit(place);
        }
    }

    public IoFault Write(long offset, ReadOnlySpan<byte> buffer, bool durable)
    {
        var place = _gate.Enter(offset, buffer.Length, RangeUse.Write);
        try
        {
            return _gone ? IoFault.Gone : _image.Write(offset, buffer, durable);
        }
        finally
        {
            _gate.Exit(place);
        }
    }

    /// <summary>Always durable: what makes it all or nothing does that too.</summary>
    public IoFault WriteAtomic(long offset, ReadOnlySpan<byte> buffer, bool durable)
    {
        if (buffer.Length > AtomicWriteBytesMax) return IoFault.WriteFailed; // the seam's contract; nothing is written
        _hasAtomicWrites = true; // before any of it can be seen
        var place = _gate.Enter(offset, buffer.Length, RangeUse.Exclusive);
        try
        {
            return _gone ? IoFault.Gone : _image.WriteAtomic(offset, buffer);
        }
        finally
        {
            _gate.Exit(place);
        }
    }

    // Not through the gate: a snapshot must not wait for a sync, nor writes behind it.
    public IoFault Flush()
    {
        for (; ; )
        {
            if (_gone) return IoFault.Gone;
            var image = _image;
            var fault = image.Device.Flush();
            if (fault != IoFault.Gone || image == _image) return fault; // what a revert took away meanwhile needs no flush
        }
    }

    public IoFault Discard(long offset, long length)
    {
        var place = _gate.Enter(offset, length, RangeUse.Write);
        try
        {
            return _gone ? IoFault.Gone : _image.Discard(offset, length);
        }
        finally
        {
            _gate.Exit(place);
        }
    }

    public IoFault EraseTraces()
    {
        var place = _gate.Enter(0, LengthBytes, RangeUse.Exclusive);
        try
        {
            return _gone ? IoFault.Gone : _image.EraseTraces();
        }
        finally
        {
            _gate.Exit(place);
        }
    }

    public IoFault GetAllocation(long offset, out bool allocated, out long run) =>
        _image.GetAllocation(offset, out allocated, out run);

    /// <summary>Stops writes: returns when none is under way, and none begins until <see cref="Release"/>.</summary>
    public void Hold() => _gate.Close();

    /// <summary>Lets writes go on.</summary>
    public void Release() => _gate.Open();

    /// <summary>Runs <paramref name="action"/> while no write is under way or can begin.</summary>
    public T WhileStill<T>(Func<T> action)
    {
        Hold();
        try
        {
            return action();
        }
        finally
        {
            Release();
        }
    }

    /// <summary>Puts another image in place. Only while writes stand still.</summary>
    public void Exchange(StoredImage next) => _image = next;

    /// <summary>The volume is deleted: all answers are <see cref="IoFault.Gone"/>.</summary>
    public void Retire() => WhileStill(() => _gone = true);

    /// <summary>Nothing: the store owns the file.</summary>
    public void Dispose()
    {
    }
}
