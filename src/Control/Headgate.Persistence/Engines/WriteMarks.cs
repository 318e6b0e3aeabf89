namespace Headgate.Persistence.Engines;

/// <summary>The numbers of one process's transactions: which are given out, and up to which nobody will ask what became of them.</summary>
internal sealed class WriteMarks
{
    private readonly SortedSet<long> _open = [];
    private readonly Lock _turn = new();
    private long _last;

    /// <summary>All numbers up to this one are settled.</summary>
    public long Settled
    {
        get { lock (_turn) return _open.Count == 0 ? _last : _open.Min - 1; }
    }

    /// <summary>A number that was never given before; to be settled in the end.</summary>
    public long Next()
    {
        lock (_turn)
        {
            _open.Add(++_last);
            return _last;
        }
    }

    /// <summary>It is known what became of this one.</summary>
    public void Settle(long mark)
    {
        lock (_turn) _open.Remove(mark);
    }
}
