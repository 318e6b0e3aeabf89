using Headgate.Blocks.Native;

namespace Headgate.Node.Io;

/// <summary>
/// A queue and the threads that serve it, first come first served. Threads that block in a system call, so their number
/// is the depth that the medium sees at most. This is the portable engine; another one (io_uring) takes the same batches.
/// The thread that went to rest last is woken first: its stack is still in the cache, and the rest sleep on.
/// <para>
/// The slow lane bounds how much of it one volume may hold, in the queue and at work together: the rest of that volume's
/// I/O waits aside, in order, and joins the queue's end one by one, so that another volume's flush comes soon.
/// </para>
/// </summary>
internal sealed class EngineLane : IDisposable
{
    private readonly Func<VolumeIo, VolumeIo?> _execute;
    private readonly int? _perVolumeMax;
    private readonly Lock _lock = new();
    private readonly Worker[] _workers;
    private readonly Stack<Worker> _idle;
    private IoBatch _queue;
    private bool _stopping;

    private sealed class Worker : IDisposable
    {
        public readonly Parker Rest = new();
        public Thread? Thread;
        public VolumeIo? Given; // null when it is to end

        public void Dispose()
        {
            Thread!.Join();
            Rest.Dispose();
        }
    }

    /// <param name="name">Of its threads.</param>
    /// <param name="threads">How many.</param>
    /// <param name="execute">What they do with each I/O; returns the I/O that the same thread does next, if any.</param>
    /// <param name="perVolumeMax">I/Os of one volume that are queued or at work; only one lane may have such a bound.</param>
    public EngineLane(string name, int threads, Func<VolumeIo, VolumeIo?> execute, int? perVolumeMax = null)
    {
        (_execute, _perVolumeMax, _idle) = (execute, perVolumeMax, new Stack<Worker>(threads));
        _workers = new Worker[threads];
        for (var i = 0; i < threads; i++)
        {
            var worker = _workers[i] = new Worker();
            worker.Thread = new Thread(() => Run(worker)) { IsBackground = true, Name = $"{name}-{i}" };
            worker.Thread.Start();
        }
    }

    /// <summary>Hands one I/O to the threads.</summary>
    public void Post(VolumeIo io)
    {
        Worker? woken;
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
            woken = Enqueue(io);
        }
        if (woken is not null) Give(woken, io);
    }

    /// <summary>Finishes what is queued, then ends the threads and waits for them.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _stopping = true;
            while (_idle.TryPop(out var worker)) worker.Rest.Unpark();
        }
        foreach (var worker in _workers) worker.Dispose();
    }

    private static void Give(Worker worker, VolumeIo io)
    {
        worker.Given = io;
        worker.Rest.Unpark();
    }

    private void Run(Worker worker)
    {
        ThreadSlice.KeepShort();
        VolumeIo? next = null;
        while ((next ?? Take(worker)) is { } io)
        {
            var queue = io.Volume.Queue; // the I/O may be another one's when it is done
            next = _execute(io);
            if (_perVolumeMax is not null) GiveBack(queue.SlowShare);
        }
    }

    private void GiveBack(LaneShare share)
    {
        Worker? woken = null;
        VolumeIo? next;
        lock (_lock)
        {
            next = share.Aside.TakeFirst();
            if (next is null) share.Held--;
            else woken = Enqueue(next);
        }
        if (woken is not null) Give(woken, next!);
    }

    // A resting thread to give it to; null when it is in the queue.
    private Worker? Enqueue(VolumeIo io)
    {
        if (_idle.TryPop(out var worker)) return worker;
        _queue.Add(io);
        return null;
    }

    private VolumeIo? Take(Worker worker)
    {
        lock (_lock)
        {
            if (_queue.TakeFirst() is { } queued) return queued;
            if (_stopping) return null;
            _idle.Push(worker);
        }
        worker.Rest.Park();
        var given = worker.Given;
        worker.Given = null;
        return given;
    }
}
