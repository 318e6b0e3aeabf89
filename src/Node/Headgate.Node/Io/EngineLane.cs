namespace Headgate.Node.Io;

/// <summary>
/// A queue and the threads that serve it, first come first served. Threads that block in a system call, so their number
/// is the depth that the medium sees. This is the portable engine; another one (io_uring) takes the same batches.
/// <para>
/// The slow lane bounds how much of it one volume may hold, in the queue and at work together: the rest of that volume's
/// I/O waits aside, in order, and joins the queue's end one by one, so that another volume's flush comes soon.
/// </para>
/// </summary>
internal sealed class EngineLane : IDisposable
{
    private readonly Action<VolumeIo> _execute;
    private readonly int? _perVolumeMax;
    private readonly object _lock = new(); // a monitor, for its Wait and Pulse
    private readonly Thread[] _threads;
    private IoBatch _queue;
    private int _idle;
    private bool _stopping;

    /// <param name="name">Of its threads.</param>
    /// <param name="threads">How many.</param>
    /// <param name="execute">What they do with each I/O.</param>
    /// <param name="perVolumeMax">I/Os of one volume that are queued or at work; only one lane may have such a bound.</param>
    public EngineLane(string name, int threads, Action<VolumeIo> execute, int? perVolumeMax = null)
    {
        (_execute, _perVolumeMax) = (execute, perVolumeMax);
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
        lock (_lock)
        {
            if (_perVolumeMax is { } most)
            {
                var share = io.Volume.Queue.SlowShare;
                if (share.Held == most)
                {
                    share.Aside.Add(io);
                    return;
                }
                share.Held++;
            }
            Enqueue(io);
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
        while (Take() is { } io)
        {
            var queue = io.Volume.Queue; // the I/O may be another one's when it is done
            _execute(io);
            if (_perVolumeMax is not null) GiveBack(queue.SlowShare);
        }
    }

    private void GiveBack(LaneShare share)
    {
        lock (_lock)
        {
            if (share.Aside.TakeFirst() is { } next) Enqueue(next);
            else share.Held--;
        }
    }

    private void Enqueue(VolumeIo io)
    {
        _queue.Add(io);
        if (_idle > 0) Monitor.Pulse(_lock);
    }

    private VolumeIo? Take()
    {
        lock (_lock)
        {
            while (_queue.First is null)
            {
                if (_stopping) return null;
                _idle++;
                Monitor.Wait(_lock);
                _idle--;
            }
            return _queue.TakeFirst();
        }
    }
}
