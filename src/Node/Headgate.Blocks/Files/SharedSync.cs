namespace Headgate.Blocks;

/// <summary>
/// Lets flushes that wait at one time share one sync. A sync serves those who asked before it began, and no others: who
/// asks while one is under way waits for the next, which one of them starts. So a hundred flushes at once cost two syncs.
/// </summary>
internal sealed class SharedSync
{
    private readonly object _lock = new(); // a monitor, for its Wait and Pulse
    private long _begun;
    private long _ended;
    private int _waiting;
    private int _errno; // of the last sync; who shares a failed one is told, and all later ones are: see FileBlockDevice

    /// <summary>Syncs begun up to now; tests count them.</summary>
    public long Begun => Volatile.Read(ref _begun);

    /// <summary>Callers that wait for a sync to end; tests await them.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Answers the errno of a sync that began after this call did, or of one after it.</summary>
    public int Run(Func<int> sync)
    {
        lock (_lock)
        {
            var mine = _begun + 1;
            while (_ended < mine)
            {
                if (_begun == _ended)
                {
                    RunOne(sync);
                    continue;
                }
                _waiting++;
                Monitor.Wait(_lock);
                _waiting--;
            }
            return _errno;
        }
    }

    // Called with the lock, left while the medium works.
    private void RunOne(Func<int> sync)
    {
        _begun++;
        var errno = -1;
        Monitor.Exit(_lock);
        try
        {
            errno = sync();
        }
        finally
        {
            Monitor.Enter(_lock);
            _errno = errno;
            _ended = _begun;
            Monitor.PulseAll(_lock);
        }
    }
}
