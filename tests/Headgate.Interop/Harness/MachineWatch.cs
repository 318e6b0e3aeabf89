using System.Diagnostics;

namespace Headgate.Interop.Harness;

/// <summary>
/// How much of a time this machine gave nobody a processor: held back by its host or its quota, or busy with others. A limit makes
/// good what is late by up to 20 ms (docs/qos.md) and no more, so a client cannot be served in the rest.
/// </summary>
internal sealed class MachineWatch : IDisposable
{
    private const int NapMs = 1;
    private static readonly TimeSpan MadeGood = TimeSpan.FromMilliseconds(20);

    private readonly Thread[] _threads = new Thread[Environment.ProcessorCount];
    private readonly long[] _lostTicks = new long[Environment.ProcessorCount];
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly ManualResetEvent _over = new(initialState: false);

    public MachineWatch()
    {
        for (var i = 0; i < _threads.Length; i++)
        {
            var mine = i;
            _threads[i] = new Thread(() => Watch(mine)) { IsBackground = true };
            _threads[i].Start();
        }
    }

    /// <summary>The share of the time since the beginning in which there was a processor to be had; 1 on a quiet machine.</summary>
    public double Share
    {
        get
        {
            var lost = TimeSpan.FromTicks(_lostTicks.Max(ticks => Interlocked.Read(ref ticks)));
            return Math.Max(0, 1 - (lost / Stopwatch.GetElapsedTime(_began)));
        }
    }

    public void Dispose()
    {
        _over.Set();
        foreach (var thread in _threads) thread.Join();
        _over.Dispose();
    }

    private void Watch(int mine)
    {
        for (var since = Stopwatch.GetTimestamp(); !_over.WaitOne(NapMs); since = Stopwatch.GetTimestamp())
        {
            var late = Stopwatch.GetElapsedTime(since) - TimeSpan.FromMilliseconds(NapMs);
            if (late > MadeGood) Interlocked.Add(ref _lostTicks[mine], (late - MadeGood).Ticks);
        }
    }
}
