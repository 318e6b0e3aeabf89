namespace Headgate.Node.Catalog;

/// <summary>The tables of the catalog, each id → JSON document.</summary>
internal enum CatalogTable
{
    Accounts,
    Volumes,
    Snapshots,
    GroupSnapshots,
    Groups,
    Initiators,
    Policies,
    AsyncResults,
    Reservations,

    /// <summary>No rows: numbers clone jobs.</summary>
    Clones,
}

/// <summary>Hands out ids upwards, never one twice (element-api 1.5); the last ones are kept with every commit.</summary>
/// <remarks>
/// An id is taken before its file is made and its row written, outside the catalog's lock. After a crash in between, the
/// id is given again; nobody saw it, and start-up has removed the file.
/// </remarks>
internal sealed class CatalogIds
{
    private readonly long[] _last = new long[Enum.GetValues<CatalogTable>().Length];

    public long Next(CatalogTable table) => Interlocked.Increment(ref _last[(int)table]);

    public long Last(CatalogTable table) => Interlocked.Read(ref _last[(int)table]);

    /// <summary>At start: continue after <paramref name="last"/>.</summary>
    public void Restore(CatalogTable table, long last) => _last[(int)table] = Math.Max(_last[(int)table], last);
}
