using System.Diagnostics;

namespace Headgate.Blocks;

/// <summary>The one background thread that finishes the copies of a store, in order of their making.</summary>
internal sealed class CopyWorker : IDisposable
{
    /// <summary>Chunks between two records: 16 MiB, so that syncing costs little beside copying.</summary>
    private const int ChunksPerRecord = 16;

    /// <summary>
    /// Pace of the background copy. Below what one SATA SSD gives, so that the volumes in service keep most of the
    /// medium; what they write is copied at once whatever the pace. One chunk (1 MiB) is in flight at a time.
    /// </summary>
    private const long BytesPerSecondMax = 200L << 20;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1); // a full disk, until somebody makes room

    private readonly Lock _lock = new();
    private readonly Queue<ChunkCopy> _copies = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly Action<ChunkCopy> _finish;
    private readonly Thread _thread;
    private volatile bool _stopping;

    public CopyWorker(Action<ChunkCopy> finish)
    {
        _finish = finish;
        _thread = new Thread(Run) { IsBackground = true, Name = "hg-copy" };
    }

    public void Start() => _thread.Start();

    public void Add(ChunkCopy copy)
    {
        lock (_lock) _copies.Enqueue(copy);
        _wake.Set();
    }

    /// <summary>Ends the thread after the range that it is at.</summary>
    public void Dispose()
    {
        _stopping = true;
        _wake.Set();
        if (_thread.IsAlive) _thread.Join();
        _wake.Dispose();
    }

    private void Run()
    {
        while (!_stopping)
        {
            if (!TryTake(out var copy))
            {
                _wake.WaitOne();
                continue;
            }
            var fault = Copy(copy);
            if (_stopping || copy.IsCancelled) continue;
            if (fault == IoFault.None && TryFinish(copy)) continue;
            lock (_lock) _copies.Enqueue(copy);
            _wake.WaitOne(RetryAfter);
        }
    }

    private bool TryFinish(ChunkCopy copy)
    {
        try
        {
            _finish(copy);
            return true;
        }
        catch (IOException)
        {
            return false; // the medium; tried again like a failed copy
        }
    }

    private bool TryTake(out ChunkCopy copy)
    {
        lock (_lock) return _copies.TryDequeue(out copy!);
    }

    private IoFault Copy(ChunkCopy copy)
    {
        long offset = 0;
        while (!_stopping && !copy.IsCancelled && copy.TryFindUnrecorded(ref offset, ChunksPerRecord, out var length))
        {
            for (var end = offset + length; offset < end && !_stopping && !copy.IsCancelled; offset += CopyState.ChunkBytes)
            {
                var at = offset;
                var fault = Paced(CopyState.ChunkBytes, () => copy.Fill(at, CopyState.ChunkBytes));
                if (fault != IoFault.None) return fault;
            }
            if (_stopping || copy.IsCancelled) return IoFault.None; // what is copied and not recorded is copied again
            var recorded = Paced(0, () => copy.Preserve(offset - length, length));
            if (recorded != IoFault.None) return recorded;
        }
        return IoFault.None;
    }

    // Rests for as long as it worked, and longer where that was quick: a medium that is busy with clients, and so slow to
    // answer here, is theirs for at least half of the time.
    private IoFault Paced(long bytes, Func<IoFault> work)
    {
        var started = Stopwatch.GetTimestamp();
        var fault = work();
        var worked = Stopwatch.GetElapsedTime(started);
        var pause = TimeSpan.FromSeconds((double)bytes / BytesPerSecondMax) - worked;
        if (pause < worked) pause = worked;
        if (fault == IoFault.None && !_stopping) _wake.WaitOne(pause);
        return fault;
    }
}
