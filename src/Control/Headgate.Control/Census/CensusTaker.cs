using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Plugins;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Census;

/// <summary>A pool's ledger at one moment; capacities are null where no bound is known.</summary>
public sealed record PoolLedger(
    string Pool, string Provider, PoolState State, long? CapacityBytes, long ReservedBytes, long? CapacityIops, long ReservedIops)
{
    /// <summary>True when new volumes can be placed on it: it is up and its provider is loaded.</summary>
    public bool TakesVolumes { get; init; }
}

/// <summary>How many there are of what.</summary>
public sealed record Counts(
    IReadOnlyDictionary<VolumeState, int> Volumes, IReadOnlyDictionary<OperationStatus, int> Operations,
    IReadOnlyList<PoolLedger> Pools);

/// <summary>Counts for monitoring: sums only, nothing of any tenant.</summary>
public sealed class CensusTaker(HeadgateDatabase database, IProviderCatalog providers)
{
    /// <summary>Counts, one kind after the other: the three need not be of one instant.</summary>
    public Task<Counts> TakeAsync(CancellationToken stop) => database.ReadAsync(
        async (db, cancel) =>
        {
            var volumes = await db.Volumes.GroupBy(v => v.State).Select(g => new { g.Key, Count = g.Count() })
                .ToDictionaryAsync(g => g.Key, g => g.Count, cancel).ConfigureAwait(false);
            var operations = await db.Operations.GroupBy(o => o.Status).Select(g => new { g.Key, Count = g.Count() })
                .ToDictionaryAsync(g => g.Key, g => g.Count, cancel).ConfigureAwait(false);
            var pools = await db.Pools.Where(p => p.State != PoolState.Removed).OrderBy(p => p.Id)
                .ToListAsync(cancel).ConfigureAwait(false);
            return new Counts(volumes, operations, [.. pools.Select(LedgerOf)]);
        },
        stop);

    /// <summary>Throws when the database does not answer.</summary>
    public Task ReachDatabaseAsync(CancellationToken stop) => database.ReadAsync(
        (db, cancel) => db.Zones.AnyAsync(cancel), stop);

    private PoolLedger LedgerOf(StoragePool pool) => new(
        pool.Name, pool.Provider, pool.State, pool.CapacityBytes?.Bytes, pool.ReservedBytes.Bytes, pool.CapacityIops,
        pool.ReservedIops)
    {
        TakesVolumes = pool.State is PoolState.Up && providers.WhyNotThere(pool.Provider) is null,
    };
}
