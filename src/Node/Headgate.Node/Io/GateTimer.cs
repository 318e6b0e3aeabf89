using Headgate.Blocks.Native;

namespace Headgate.Node.Io;

/// <summary>
/// Wakes one thread when held I/O may go. It sleeps, never polls; lateness is made good by the scheduler's catch-up.
/// </summary>
internal sealed class GateTimer : IDisposable
{
    /// <summary>
    /// Shortest nap. Above 20,000 held I/Os per second they go in small batches, rather than with a wake-up each; the
    /// 50 us are what the kernel's timer slack is worth anyway.
    /// </summary>
    private const long NapNsMin = 50_000;

    private readonly WakeableNap _nap = new();
    private long _wakeAt = long.MaxValue;
    private Thread? _thread;
    private volatile bool _stopping;

    /// <summary>Starts the thread, which runs <paramref name="tick"/> whenever it is time.</summary>
    public void Start(Action tick)
    {
        _thread = new Thread(() => Run(tick)) { IsBackground = true, Name = "hg-gate-timer", Priority = ThreadPriority.AboveNormal };
        _thread.Start();
    }

    /// <summary>Asks for a tick at a point in time (past: now). Under the gate's lock, so that no two callers race.</summary>
    public void WakeAt(long ns)
    {
        if (_stopping || ns >= Volatile.Read(ref _wakeAt)) return;
        Volatile.Write(ref _wakeAt, ns);
        if (Thread.CurrentThread != _thread) _nap.Wake();
    }

    /// <summary>Nothing wakes it any more. Under the gate's lock, so that nobody is about to when it is disposed.</summary>
    public void Silence() => _stopping = true;

    /// <summary>Ends the thread and waits for it. After <see cref="Silence"/>, once.</summary>
    public void Dispose()
    {
        _stopping = true;
        _nap.Wake();
        _thread?.Join();
        _nap.Dispose();
    }

    private void Run(Action tick)
    {
        ThreadSlice.KeepShort();
        while (!_stopping)
        {
            var wakeAt = Volatile.Read(ref _wakeAt);
            var left = wakeAt == long.MaxValue ? long.MaxValue : wakeAt - WakeableNap.NowNs;
            if (left > 0)
            {
                _nap.Sleep(Math.Max(left, NapNsMin));
                continue;
            }
            // Cleared before the tick: a decision in it, or a submit beside it, sets the next one.
            if (Interlocked.CompareExchange(ref _wakeAt, long.MaxValue, wakeAt) == wakeAt) tick();
        }
    }
}
