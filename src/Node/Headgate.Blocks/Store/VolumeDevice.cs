namespace Headgate.Blocks;

/// <summary>
/// The device of a volume in the store: the same object while its image may be exchanged under it (revert). Writes pass
/// a gate that a snapshot closes for the moment in which its point in time is taken; reads take no lock.
/// </summary>
internal sealed class VolumeDevice(StoredImage image) : IBlockDevice
{
    private readonly ReaderWriterLockSlim _writes = new(LockRecursionPolicy.NoRecursion);
    private volatile StoredImage _image = image;
    private volatile bool _gone;

    public StoredImage Image => _image;

    public long LengthBytes => _image.Device.LengthBytes;

    public IoFault Read(long offset, Span<byte> buffer)
    {
        for (; ; )
        {
            if (_gone) return IoFault.Gone;
            var image = _image;
            var fault = image.Read(offset, buffer);
            if (fault != IoFault.Gone || image == _image) return fault; // Gone by a revert meanwhile: read the new one
        }
    }

    public IoFault Write(long offset, ReadOnlySpan<byte> buffer, bool durable)
    {
        _writes.EnterReadLock();
        try
        {
            return _gone ? IoFault.Gone : _image.Write(offset, buffer, durable);
        }
        finally
        {
            _writes.ExitReadLock();
        }
    }

    public IoFault Flush()
    {
        _writes.EnterReadLock();
        try
        {
            return _gone ? IoFault.Gone : _image.Device.Flush();
        }
        finally
        {
            _writes.ExitReadLock();
        }
    }

    public IoFault Discard(long offset, long length)
    {
        _writes.EnterReadLock();
        try
        {
            return _gone ? IoFault.Gone : _image.Discard(offset, length);
        }
        finally
        {
            _writes.ExitReadLock();
        }
    }

    public IoFault GetAllocation(long offset, out bool allocated, out long run) =>
        _image.GetAllocation(offset, out allocated, out run);

    /// <summary>Runs <paramref name="action"/> while no write is under way or can begin.</summary>
    public T WhileStill<T>(Func<T> action)
    {
        _writes.EnterWriteLock();
        try
        {
            return action();
        }
        finally
        {
            _writes.ExitWriteLock();
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
