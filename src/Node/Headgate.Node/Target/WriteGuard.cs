namespace Headgate.Node.Target;

/// <summary>
/// Keeps COMPARE AND WRITE and ORWRITE, which read and then write, apart from the other writes of their volume: they
/// start when all writes before them are done, and writes after them wait until they are. SBC-3 section 5.2 asks for
/// the range only; a whole volume costs less to keep track of, and the commands are rare (locks of cluster file systems).
/// </summary>
/// <remarks>Nobody waits in it: who may not start is parked and submitted by the one that ends. When unused it costs a write two short locks.</remarks>
internal sealed class WriteGuard
{
    [ThreadStatic]
    private static WriteGuard? _draining; // whose parked tasks this thread is starting

    private readonly Lock _gate = new();
    private readonly Queue<ScsiTask> _parked = new();
    private int _writes;
    private bool _exclusive;

    /// <summary>
    /// Whether a command has to run alone: COMPARE AND WRITE and ORWRITE read before they write (SBC-3 sections 5.2 and 5.15),
    /// SANITIZE begins when all writes are done, WRITE ATOMIC shows no other write a part of it.
    /// </summary>
    public static bool IsExclusive(byte opcode) => opcode is 0x89 or 0x8B or 0x48 or 0x9C;

    /// <summary>Whether the task may start; else it is parked.</summary>
    public bool TryEnter(ScsiTask task)
    {
        lock (_gate)
        {
            if (_parked.Count == 0 && MayStart(task))
            {
                Start(task);
                return true;
            }
            _parked.Enqueue(task);
            return false;
        }
    }

    /// <summary>The task has ended, whichever way.</summary>
    public void Leave(ScsiTask task)
    {
        lock (_gate)
        {
            if (task.IsExclusive) _exclusive = false;
            else _writes--;
        }
    }

    /// <summary>Starts the parked tasks that may start now, in the order of their coming.</summary>
    /// <param name="start">
    /// Sets one going. It may end at once (aborted, or the volume is gone), and its end calls here again: that inner call
    /// leaves the rest to the outer one, else thousands of parked tasks would end inside one another, on a small stack.
    /// </param>
    public void StartParked(Action<ScsiTask> start)
    {
        if (_draining == this) return;
        var outer = _draining;
        _draining = this;
        try
        {
            while (TakeStartable() is { } next) start(next);
        }
        finally
        {
            _draining = outer;
        }
    }

    private ScsiTask? TakeStartable()
    {
        lock (_gate)
        {
            if (!_parked.TryPeek(out var next) || !MayStart(next)) return null;
            _parked.Dequeue();
            Start(next);
            return next;
        }
    }

    private bool MayStart(ScsiTask task) => !_exclusive && (!task.IsExclusive || _writes == 0);

    private void Start(ScsiTask task)
    {
        if (task.IsExclusive) _exclusive = true;
        else _writes++;
    }
}
