namespace Headgate.Blocks;

/// <summary>What an access may run beside.</summary>
internal enum RangeUse
{
    /// <summary>Beside reads and writes; not beside an exclusive one of the same bytes.</summary>
    Read,

    /// <summary>As a read; and it is what <see cref="RangeGate.Close"/> stops.</summary>
    Write,

    /// <summary>A write that nothing else may touch the bytes of meanwhile.</summary>
    Exclusive,
}

/// <summary>
/// Lets the accesses of one device run side by side, but for exclusive ones, which have their range for themselves; and
/// stops all its writes for a moment. First come first served: an access waits only for earlier ones, so nothing waits
/// in a circle and nothing starves. Allocates nothing in steady state; uncontended it is one short lock.
/// </summary>
internal sealed class RangeGate
{
    private const int InitialPlaces = 32; // the I/O threads of a node; grows when there are more

    private readonly object _lock = new(); // a monitor, for its Wait and Pulse
    private Entry[] _entries = new Entry[InitialPlaces];
    private int[] _free = [.. Enumerable.Range(0, InitialPlaces)];
    private int _freeCount = InitialPlaces;
    private long _turn;
    private int _writes; // exclusive ones too
    private int _exclusives;
    private int _waiters;
    private bool _closed;

    /// <summary>Waits for its turn. Give the answer to <see cref="Exit"/>.</summary>
    public int Enter(long offset, long length, RangeUse use)
    {
        lock (_lock)
        {
            while (_closed && use != RangeUse.Read) Wait();
            var place = Take(new Entry { Start = offset, End = offset + length, Use = use, Turn = ++_turn });
            if (use != RangeUse.Read) _writes++;
            if (use == RangeUse.Exclusive) _exclusives++;
            while (MustWait(_entries[place])) Wait();
            return place;
        }
    }

    /// <summary>The access is done.</summary>
    public void Exit(int place)
    {
        lock (_lock)
        {
            var use = _entries[place].Use;
            if (use != RangeUse.Read) _writes--;
            if (use == RangeUse.Exclusive) _exclusives--;
            _entries[place].Turn = 0;
            _free[_freeCount++] = place;
            if (_waiters > 0) Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Lets no write in any more, and returns when those that are in are done.</summary>
    public void Close()
    {
        lock (_lock)
        {
            while (_closed) Wait();
            _closed = true;
            while (_writes > 0) Wait();
        }
    }

    /// <summary>Lets writes in again.</summary>
    public void Open()
    {
        lock (_lock)
        {
            _closed = false;
            if (_waiters > 0) Monitor.PulseAll(_lock);
        }
    }

    private bool MustWait(in Entry mine)
    {
        if (_exclusives == 0) return false;
        foreach (ref readonly var other in _entries.AsSpan())
        {
            var isEarlier = other.Turn != 0 && other.Turn < mine.Turn;
            var excludes = other.Use == RangeUse.Exclusive || mine.Use == RangeUse.Exclusive;
            if (isEarlier && excludes && other.Start < mine.End && mine.Start < other.End) return true;
        }
        return false;
    }

    private int Take(Entry entry)
    {
        if (_freeCount == 0) Grow();
        var place = _free[--_freeCount];
        _entries[place] = entry;
        return place;
    }

    private void Grow()
    {
        var had = _entries.Length;
        Array.Resize(ref _entries, had * 2);
        _free = [.. Enumerable.Range(had, had), .. new int[had]];
        _freeCount = had;
    }

    private void Wait()
    {
        _waiters++;
        Monitor.Wait(_lock);
        _waiters--;
    }

    private struct Entry
    {
        public long Start, End;
        public long Turn; // 0: the place is free
        public RangeUse Use;
    }
}
