using System.Diagnostics;

namespace Headgate.Initiator;

/// <summary>
/// Keeps a LUN busy with random reads and writes. With a rate, I/Os are due on a schedule: what is due and finds all of
/// <see cref="LoadPlan.Depth"/> in flight waits, and its latency counts from when it was due, so that a slow target hides nothing.
/// </summary>
public sealed class LoadGenerator(InitiatorSession session, LoadPlan plan)
{
    /// <summary>How often the schedule is looked at: what a timer gives. I/Os due in between go together.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private readonly Lock _lock = new();
    private readonly Random _random = new(plan.Seed);
    private readonly long _blocks = Math.Min(plan.SpanBytes ?? long.MaxValue, session.SizeBytes) / plan.BlockBytes;
    private readonly byte[] _data = Content(plan.BlockBytes);
    private LatencyHistogram _latency = new();
    private long _takenAt = Stopwatch.GetTimestamp();

    /// <summary>Runs until <paramref name="stop"/>; then what is in flight is left to come back or not.</summary>
    /// <exception cref="IOException">The connection is gone.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            if (plan.RatePerSecond is { } rate) await PaceAsync(rate, stop).ConfigureAwait(false);
            else await Task.WhenAll(Enumerable.Range(0, plan.Depth).Select(_ => LoopAsync(stop))).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // asked to end
        }
    }

    /// <summary>Writes the whole span once in order, so that reads find data.</summary>
    public async Task FillAsync(CancellationToken stop)
    {
        const int fillBytes = 256 << 10;
        var data = Content(fillBytes);
        for (long offset = 0; offset < _blocks * plan.BlockBytes; offset += fillBytes)
            await session.WriteAsync(offset, data.AsMemory(0, (int)Math.Min(fillBytes, (_blocks * plan.BlockBytes) - offset)), fua: false, stop).ConfigureAwait(false);
    }

    /// <summary>What came back since the last call. Any thread.</summary>
    public LoadSample Take()
    {
        lock (_lock)
        {
            var now = Stopwatch.GetTimestamp();
            var sample = new LoadSample(Stopwatch.GetElapsedTime(_takenAt, now), _latency.Count, _latency);
            (_latency, _takenAt) = (new LatencyHistogram(), now);
            return sample;
        }
    }

    private async Task LoopAsync(CancellationToken stop)
    {
        var into = new byte[plan.BlockBytes];
        while (!stop.IsCancellationRequested) await OneAsync(into, Stopwatch.GetTimestamp(), stop).ConfigureAwait(false);
    }

    private async Task PaceAsync(int rate, CancellationToken stop)
    {
        using var slots = new SemaphoreSlim(plan.Depth, plan.Depth);
        using var timer = new PeriodicTimer(Tick);
        var buffers = new System.Collections.Concurrent.ConcurrentBag<byte[]>();
        var started = Stopwatch.GetTimestamp();
        var running = new List<Task>();
        long sent = 0;
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            var due = Stopwatch.GetTimestamp(); // of all that fell due since the last tick: the timer's lateness is not the target's
            var wanted = (long)(Stopwatch.GetElapsedTime(started, due).TotalSeconds * rate);
            for (; sent < wanted; sent++)
            {
                await slots.WaitAsync(stop).ConfigureAwait(false);
                running.Add(SlotAsync(due));
            }
            foreach (var done in running.Where(task => task.IsCompleted)) await done.ConfigureAwait(false); // a failure ends the load
            running.RemoveAll(task => task.IsCompleted);
        }

        async Task SlotAsync(long due)
        {
            if (!buffers.TryTake(out var into)) into = new byte[plan.BlockBytes];
            try
            {
                await OneAsync(into, due, stop).ConfigureAwait(false);
            }
            finally
            {
                buffers.Add(into);
                slots.Release();
            }
        }
    }

    private async Task OneAsync(byte[] into, long due, CancellationToken stop)
    {
        long block;
        bool isRead;
        lock (_lock) (block, isRead) = (_random.NextInt64(_blocks), _random.Next(100) < plan.ReadPercent);
        var access = isRead ? session.ReadAsync(block * plan.BlockBytes, into, stop) : session.WriteAsync(block * plan.BlockBytes, _data, fua: false, stop);
        await access.ConfigureAwait(false);
        lock (_lock) _latency.Note(Stopwatch.GetElapsedTime(due));
    }

    private static byte[] Content(int bytes)
    {
        var data = new byte[bytes];
        new Random(bytes).NextBytes(data); // zeros might be stored as holes
        return data;
    }
}
