namespace Headgate.Node.Io;

/// <summary>
/// A queue and the threads that serve it, first come first served. Threads that block in a system call, so their number
/// is the depth that the medium sees. This is the portable engine; another one (io_uring) takes the same batches.
/// </summary>
internal sealed class EngineLane : IDisposable
{
    private readonly Action<VolumeIo> _execute;
    private readonly object _lock = new(); // a monitor, for its Wait and Pulse
    private readonly Thread[] _threads;
    private VolumeIo? _first, _last;
    private int _idle;
    private bool _stopping;

    public EngineLane(string name, int threads, Action<VolumeIo> execute)
    {
        _execute = execute;
        _threads = new Thread[threads];
        for (var i = 0; i < threads; i++)
        {
            _threads[i] = new Thread(Run) { IsBackground = true, Name = $"{name}-{i}" };
            _threads[i].Start();
        }
    }

    /// <summary>Hands one I/O to the threads.</summary>
    public void Post(VolumeIo io)
    {
        io.Ticket.Next = null;
        lock (_lock)
        {
            if (_last is null) _first = io;
            else _last.Ticket.Next = io;
            _last = io;
            if (_idle > 0) Monitor.Pulse(_lock);
        }
    }

    /// <summary>Finishes what is queued, then ends the threads and waits for them.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _stopping = true;
            Monitor.PulseAll(_lock);
        }
        foreach (var thread in _threads) thread.Join();
    }

    private void Run()
    {
        while (Take() is { } io) _execute(io);
    }

    private VolumeIo? Take()
    {
        lock (_lock)
        {
            while (_first is null)
            {
                if (_stopping) return null;
                _idle++;
                Monitor.Wait(_lock);
                _idle--;
            }
            var io = _first;
            _first = io.Ticket.Next;
            if (_first is null) _last = null;
            return io;
        }
    }
}
