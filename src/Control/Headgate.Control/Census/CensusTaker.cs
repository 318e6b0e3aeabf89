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

    /// <summary>Bytes of orphans.</summary>
    public long QuarantinedBytes { get; init; }

    /// <summary>Bytes of volumes of others.</summary>
    public long ForeignBytes { get; init; }

    /// <summary>Seconds since it was compared with its storage to the end; null when it never was.</summary>
    public double? CheckedSecondsAgo { get; init; }
}

/// <summary>How many there are of what.</summary>
public sealed record Counts(
    IReadOnlyDictionary<VolumeState, int> Volumes, IReadOnlyDictionary<OperationStatus, int> Operations,
    IReadOnlyList<PoolLedger> Pools)
{
    /// <summary>Operations that have not ended, by kind and status.</summary>
    public IReadOnlyList<(string Kind, OperationStatus Status, int Count)> UnderWay { get; init; } = [];

    /// <summary>Age of the oldest operation that has not ended; zero when there is none.</summary>
    public TimeSpan OldestOperation { get; init; }

    /// <summary>Findings that are there, by kind and state.</summary>
    public IReadOnlyList<(string Kind, FindingState State, int Count)> Findings { get; init; } = [];

    /// <summary>Snapshot schedules by how their last run went.</summary>
    public IReadOnlyDictionary<ScheduleOutcome, int> Schedules { get; init; } = new Dictionary<ScheduleOutcome, int>();

    /// <summary>Orphans in quarantine.</summary>
    public int Orphans { get; init; }
}

/// <summary>Counts for monitoring: sums only, nothing of any tenant.</summary>
public sealed class CensusTaker(HeadgateDatabase database, IProviderCatalog providers, TimeProvider time)
{
    /// <summary>Counts, one kind after the other: they need not be of one instant.</summary>
    public Task<Counts> TakeAsync(CancellationToken stop) => database.ReadAsync(
        async (db, cancel) =>
        {
            var volumes = await db.Volumes.GroupBy(v => v.State).Select(g => new { g.Key, Count = g.Count() })
                .ToDictionaryAsync(g => g.Key, g => g.Count, cancel).ConfigureAwait(false);
            var operations = await db.Operations.GroupBy(o => o.Status).Select(g => new { g.Key, Count = g.Count() })
                .ToDictionaryAsync(g => g.Key, g => g.Count, cancel).ConfigureAwait(false);
            var pools = await db.Pools.Where(p => p.State != PoolState.Removed).OrderBy(p => p.Id)
                .ToListAsync(cancel).ConfigureAwait(false);
            var checkups = await db.PoolCheckups.ToDictionaryAsync(c => c.Id, c => c.LastAt, cancel).ConfigureAwait(false);
            return await WorkAsync(db, new Counts(volumes, operations, [.. pools.Select(p => LedgerOf(p, checkups.GetValueOrDefault(p.Id)))]), cancel).ConfigureAwait(false);
        },
        stop);

    /// <summary>Throws when the database does not answer.</summary>
    public Task ReachDatabaseAsync(CancellationToken stop) => database.ReadAsync(
        (db, cancel) => db.Zones.AnyAsync(cancel), stop);

    private async Task<Counts> WorkAsync(HeadgateDbContext db, Counts counts, CancellationToken stop)
    {
        var open = db.Operations.Where(o => o.Status == OperationStatus.Pending || o.Status == OperationStatus.Running || o.Status == OperationStatus.Undoing);
        var underWay = await open.GroupBy(o => new { o.Kind, o.Status }).Select(g => new { g.Key.Kind, g.Key.Status, Count = g.Count() })
            .ToListAsync(stop).ConfigureAwait(false);
        var oldest = await open.OrderBy(o => o.CreatedAt).Select(o => (DateTimeOffset?)o.CreatedAt).FirstOrDefaultAsync(stop).ConfigureAwait(false);
        var findings = await db.Findings.Where(f => f.State == FindingState.Open || f.State == FindingState.Ignored)
            .GroupBy(f => new { f.Kind, f.State }).Select(g => new { g.Key.Kind, g.Key.State, Count = g.Count() }).ToListAsync(stop).ConfigureAwait(false);
        return counts with
        {
            UnderWay = [.. underWay.Select(g => (g.Kind, g.Status, g.Count)).Order()],
            OldestOperation = oldest is { } since ? time.GetUtcNow() - since : TimeSpan.Zero,
            Findings =
            [
                .. from kind in CheckKinds.All
                   from state in new[] { FindingState.Open, FindingState.Ignored }
                   select (kind, state, findings.Where(f => f.Kind == kind && f.State == state).Sum(f => f.Count)),
            ],
            Schedules = await db.SnapshotSchedules.GroupBy(s => s.LastOutcome).Select(g => new { g.Key, Count = g.Count() })
                .ToDictionaryAsync(g => g.Key, g => g.Count, stop).ConfigureAwait(false),
            Orphans = await db.Orphans.CountAsync(o => o.State == OrphanState.Quarantined, stop).ConfigureAwait(false),
        };
    }

    private PoolLedger LedgerOf(StoragePool pool, DateTimeOffset? checkedAt) => new(
        pool.Name, pool.Provider, pool.State, pool.CapacityBytes?.Bytes, pool.ReservedBytes.Bytes, pool.CapacityIops,
        pool.ReservedIops)
    {
        TakesVolumes = pool.State is PoolState.Up && providers.WhyNotThere(pool.Provider) is null,
        QuarantinedBytes = pool.QuarantinedBytes.Bytes,
        ForeignBytes = pool.ForeignBytes.Bytes,
        CheckedSecondsAgo = checkedAt is { } at ? (time.GetUtcNow() - at).TotalSeconds : null,
    };
}
