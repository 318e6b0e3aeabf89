using Headgate.Domain;
using Headgate.Operations;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headgate.Control;

/// <summary>How servers keep pools and database in agreement by themselves.</summary>
public sealed record ReconcileOptions
{
    /// <summary>How often each pool is compared with its storage; zero: only on request.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether what endangers no data is repaired by itself.</summary>
    public bool Repairs { get; init; } = true;

    /// <summary>How long an orphan stays in quarantine before it can be deleted without saying that one is sure.</summary>
    public TimeSpan QuarantineTakes { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Whose work it is in events and operations.</summary>
    public const string Account = "system";
}

/// <summary>
/// Compares each pool with its storage every few minutes. Several servers on one database share the work: a row per pool says when it is
/// due and who does it now, so one compares it at a time; pools come due at different moments, so that they do not all at once.
/// </summary>
public sealed partial class Reconciler(
    HeadgateDatabase database, CheckPool check, GetPool get, ReconcileOptions options, EngineOptions engine, TimeProvider time, ILogger<Reconciler> log)
    : BackgroundService
{
    /// <summary>Longer than the longest call of a driver is waited for (11 minutes), after which the check has ended one way or the other.</summary>
    public static readonly TimeSpan LeaseTakes = TimeSpan.FromMinutes(15);

    /// <summary>How long after it was due a pool may wait for a look at what is due.</summary>
    public static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(10);

    private readonly string _owner = $"{engine.ServerName}#{Guid.NewGuid():N}";

    private static readonly Caller Itself = new(Guid.Empty, ReconcileOptions.Account, Role.Admin, "reconciler");

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Every <= TimeSpan.Zero) return;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await CheckNextAsync(stoppingToken).ConfigureAwait(false)) { }
                await Task.Delay(LookAgain < options.Every ? LookAgain : options.Every, time, stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                LogFailed(e); // the database is away: look again soon
                await Task.Delay(LookAgain, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Compares the pool that is due first, and repairs what is safe. False when none is due.</summary>
    internal async Task<bool> CheckNextAsync(CancellationToken stop)
    {
        if (await ClaimAsync(stop).ConfigureAwait(false) is not { } id) return false;
        try
        {
            var found = await get.ExecuteAsync(Itself, id.ToString(), stop).ConfigureAwait(false);
            if (found is Outcome<PoolDetails>.Done { Value: var pool }) await CheckAsync(pool, stop).ConfigureAwait(false);
        }
        finally
        {
            await ReleaseAsync(id).ConfigureAwait(false);
        }
        return true;
    }

    private async Task CheckAsync(PoolDetails pool, CancellationToken stop)
    {
        var outcome = await check.CheckAsync(Itself, pool, stop).ConfigureAwait(false);
        if (outcome is not Outcome<PoolCheckResult>.Done { Value: var result })
        {
            if (outcome.Problem!.Code != "unsupported") LogUnreachable(pool.Pool.Name, outcome.Problem.ToString());
            return;
        }
        if (result.Findings.Count > 0) LogFound(pool.Pool.Name, result.Findings.Count);
        if (!options.Repairs || !result.Findings.Any(f => f.IsRepairable)) return;
        var due = await DueAsync(pool.Pool.Id, stop).ConfigureAwait(false);
        await check.RepairAsync(Itself, [.. result.Findings.Where(f => f.Id is { } id && due.Contains(id))], stop).ConfigureAwait(false);
    }

    /// <summary>Findings that no repair is under way for, nor was begun for a while ago.</summary>
    private Task<HashSet<Guid>> DueAsync(Guid pool, CancellationToken stop) => database.ReadAsync(
        async (db, cancel) =>
        {
            var now = time.GetUtcNow();
            var due = await db.Findings.Where(f => f.PoolId == pool && f.State == FindingState.Open && f.Repairable)
                .Where(f => f.RepairNotBefore == null || f.RepairNotBefore <= now).Select(f => f.Id).ToListAsync(cancel).ConfigureAwait(false);
            return due.ToHashSet();
        },
        stop);

    /// <summary>Takes the lease of a pool that is due; pools that never were get their turn within one interval.</summary>
    private Task<Guid?> ClaimAsync(CancellationToken stop) => database.WriteAsync<Guid?>(
        async (db, cancel) =>
        {
            var now = time.GetUtcNow();
            var fresh = await InService(db).Where(p => !db.PoolCheckups.Any(c => c.Id == p.Id)).Select(p => p.Id).ToListAsync(cancel).ConfigureAwait(false);
            foreach (var id in fresh) db.PoolCheckups.Add(new PoolCheckup { Id = id, NextAt = now + Spread(id) });
            var due = await db.PoolCheckups
                .Where(c => c.NextAt <= now && (c.LeaseOwner == null || c.LeaseUntil <= now) && InService(db).Any(p => p.Id == c.Id))
                .OrderBy(c => c.NextAt).FirstOrDefaultAsync(cancel).ConfigureAwait(false);
            if (due is null) return null;
            db.Put(due with { LeaseOwner = _owner, LeaseUntil = now + LeaseTakes });
            return due.Id;
        },
        stop);

    private Task ReleaseAsync(Guid id) => database.WriteAsync(
        async (db, cancel) =>
        {
            var now = time.GetUtcNow();
            if (await db.PoolCheckups.SingleOrDefaultAsync(c => c.Id == id && c.LeaseOwner == _owner, cancel).ConfigureAwait(false) is { } mine)
                db.Put(mine with { LeaseOwner = null, LeaseUntil = null, LastAt = now, NextAt = now + options.Every });
        },
        CancellationToken.None);

    /// <summary>Ids of version 7 end in chance: pools spread evenly over one interval, each always at its own moment of it.</summary>
    private TimeSpan Spread(Guid id) => options.Every * (BitConverter.ToUInt32(id.ToByteArray(), 12) / (double)uint.MaxValue);

    private static IQueryable<StoragePool> InService(HeadgateDbContext db) =>
        db.Pools.Where(p => p.State == PoolState.Up || p.State == PoolState.Disabled || p.State == PoolState.Error);
}
