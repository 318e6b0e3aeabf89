namespace Headgate.Blocks.Tests.PowerLoss;

/// <summary>
/// What each sector of a volume may hold: the value that it is known to have for good, and those that were written since.
/// A value is a number that stands in every 8 bytes of its sector; 0 is never written or discarded.
/// </summary>
internal sealed class SectorOracle
{
    public const int SectorBytes = 512;

    private readonly List<long>[] _may; // the last is what a read gives now

    public SectorOracle(int sectors) => _may = [.. Enumerable.Range(0, sectors).Select(_ => new List<long> { 0 })];

    private SectorOracle(IEnumerable<long> now) => _may = [.. now.Select(value => new List<long> { value })];

    public int Sectors => _may.Length;

    public IEnumerable<long> Now => _may.Select(values => values[^1]);

    /// <summary>Written or discarded: the old values may come back in a loss of power.</summary>
    public void Wrote(int sector, int count, long value)
    {
        for (var i = sector; i < sector + count; i++) _may[i].Add(value);
    }

    /// <summary>Written for good.</summary>
    public void WroteForGood(int sector, int count, long value)
    {
        for (var i = sector; i < sector + count; i++) _may[i] = [value];
    }

    /// <summary>All that was written is there for good.</summary>
    public void Flushed()
    {
        for (var i = 0; i < _may.Length; i++) _may[i] = [_may[i][^1]];
    }

    /// <summary>A volume that holds for good what this one holds now.</summary>
    public SectorOracle Copy() => new(Now);

    /// <summary>The first sector that holds what it cannot, or null.</summary>
    public string? Check(ReadOnlySpan<long> found)
    {
        for (var i = 0; i < _may.Length; i++)
            if (!_may[i].Contains(found[i])) return $"sector {i} holds {found[i]}, may hold {string.Join(" or ", _may[i])}";
        return null;
    }

    /// <summary>From now on it holds what was found.</summary>
    public static SectorOracle Of(ReadOnlySpan<long> found) => new(found.ToArray());

    public static byte[] Fill(int sectors, long value)
    {
        var bytes = new byte[sectors * SectorBytes];
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, long>(bytes.AsSpan()).Fill(value);
        return bytes;
    }
}
