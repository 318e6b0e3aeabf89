namespace Headgate.Crash.Tests;

/// <summary>
/// What each sector of a volume's tested part may hold. Each write has a number that stands in every 8 bytes of each of
/// its sectors; 0 is never written, or discarded. Thread-safe: several sessions write disjoint parts, and a snapshot is
/// taken beside them.
/// </summary>
internal sealed class BlockHistory
{
    public const int SectorBytes = 512;

    private readonly Lock _lock = new();
    private readonly List<long>[] _may;
    private readonly Dictionary<Pending, bool> _pending = []; // issued and not answered
    private readonly List<Recording> _recordings = [];

    public BlockHistory(int sectors) => _may = [.. Enumerable.Range(0, sectors).Select(_ => new List<long> { 0 })];

    private BlockHistory(IEnumerable<IEnumerable<long>> may) => _may = [.. may.Select(values => values.Distinct().ToList())];

    public int Sectors => _may.Length;

    /// <summary>A write or discard goes out.</summary>
    public Pending Issue(int sector, int count, long value, bool isWhole = false)
    {
        var pending = new Pending(sector, count, value, isWhole);
        lock (_lock)
        {
            _pending.Add(pending, true);
            foreach (var recording in _recordings) recording.Add(pending);
        }
        return pending;
    }

    /// <summary>It was answered with GOOD: from now on that is what is there. A kill loses nothing that the kernel has.</summary>
    public void Acknowledge(Pending pending)
    {
        lock (_lock)
        {
            _pending.Remove(pending);
            for (var i = pending.Sector; i < pending.Sector + pending.Count; i++)
            {
                _may[i].Clear();
                _may[i].Add(pending.Value);
            }
        }
    }

    /// <summary>The first sector of a part that holds something else than what was last acknowledged, or null. Only its writer may ask.</summary>
    public string? Compare(int first, ReadOnlySpan<long> found)
    {
        lock (_lock)
        {
            for (var i = 0; i < found.Length; i++)
                if (!_may[first + i].Contains(found[i])) return $"sector {first + i} reads {found[i]}; it is {string.Join(" or ", _may[first + i])}";
            return null;
        }
    }

    /// <summary>A snapshot or clone is asked for: it may hold what is there now, and what is issued until it is answered.</summary>
    public Recording BeginSnapshot()
    {
        lock (_lock)
        {
            var recording = new Recording([.. _may.Select(values => new List<long> { values[^1] })]);
            foreach (var pending in _pending.Keys) recording.Add(pending);
            _recordings.Add(recording);
            return recording;
        }
    }

    /// <summary>It was answered, or never will be: what it may hold, until somebody has looked.</summary>
    public BlockHistory EndSnapshot(Recording recording)
    {
        lock (_lock)
        {
            _recordings.Remove(recording);
            return new BlockHistory(recording.May);
        }
    }

    /// <summary>What is wrong with what was found after a kill, or null; from then on it is what was found.</summary>
    public string? Settle(ReadOnlySpan<long> found)
    {
        lock (_lock)
        {
            foreach (var pending in _pending.Keys)
            {
                var got = found.Slice(pending.Sector, pending.Count).Count(pending.Value);
                if (pending.IsWhole && got != 0 && got != pending.Count)
                    return $"{got} of {pending.Count} sectors of an atomic write (number {pending.Value}) at {pending.Sector} are there";
                for (var i = pending.Sector; i < pending.Sector + pending.Count; i++) _may[i].Add(pending.Value);
            }
            _pending.Clear();
            _recordings.Clear();
            for (var i = 0; i < _may.Length; i++)
            {
                if (!_may[i].Contains(found[i]))
                    return $"sector {i} holds {found[i]}; it may hold {string.Join(" or ", _may[i].TakeLast(8))}";
                _may[i].Clear();
                _may[i].Add(found[i]);
            }
            return null;
        }
    }

    /// <summary>The same possibilities once more, for a second image of the same moment.</summary>
    public BlockHistory Copy()
    {
        lock (_lock) return new BlockHistory(_may);
    }

    /// <summary>One write under way.</summary>
    internal sealed record Pending(int Sector, int Count, long Value, bool IsWhole);

    /// <summary>What a snapshot under way may hold.</summary>
    internal sealed class Recording(List<long>[] may)
    {
        public List<long>[] May => may;

        public void Add(Pending pending)
        {
            for (var i = pending.Sector; i < pending.Sector + pending.Count; i++) may[i].Add(pending.Value);
        }
    }
}
