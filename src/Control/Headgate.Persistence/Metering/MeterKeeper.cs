using Headgate.Domain;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Persistence.Metering;

/// <summary>
/// Keeps meters, usage records and account ledgers in step with volumes, snapshots and templates: in every save that changes one of these,
/// whoever makes it, so that no change can be forgotten and none is counted that was not committed.
/// </summary>
internal sealed class MeterKeeper(HeadgateDbContext db)
{
    private readonly Dictionary<Guid, IReadOnlyList<Promise>> _pledges = [];

    private readonly List<Metered> _seen = [];

    /// <summary>Follows an object that this save does not change.</summary>
    public void See(Metered seen) => _seen.Add(seen);

    /// <summary>Remembers what a change that begins will give a volume.</summary>
    public void Pledge(Guid volumeId, IReadOnlyList<Promise> promises) => _pledges[volumeId] = promises;

    /// <summary>Puts what follows from the tracked changes; called once by each save, before it writes.</summary>
    public async Task FollowAsync(DateTimeOffset now, CancellationToken stop)
    {
        foreach (var added in db.ChangeTracker.Entries<Account>().Where(e => e.State is EntityState.Added).Select(e => e.Entity.Id).ToList())
            db.AccountLedgers.Add(new AccountLedger { Id = added });
        var follows = await FollowsAsync(now, stop).ConfigureAwait(false);
        _pledges.Clear();
        _seen.Clear();
        foreach (var (before, metering) in follows) Put(before, metering);
        await PutLedgersAsync(follows, stop).ConfigureAwait(false);
    }

    /// <summary>Whether the tracked changes are within the quotas. Changes nothing.</summary>
    public async Task<Fault?> QuotaProblemAsync(DateTimeOffset now, CancellationToken stop)
    {
        var follows = await FollowsAsync(now, stop).ConfigureAwait(false);
        foreach (var (accountId, growth) in GrowthByAccount(follows))
        {
            var quota = await db.Accounts.Where(a => a.Id == accountId).Select(a => a.Quota).SingleOrDefaultAsync(stop).ConfigureAwait(false);
            if (quota is null) continue;
            var ledger = await db.AccountLedgers.SingleOrDefaultAsync(l => l.Id == accountId, stop).ConfigureAwait(false) ?? new AccountLedger { Id = accountId };
            if (QuotaRules.Problem(quota, ledger, growth) is { } problem) return problem;
        }
        return null;
    }

    private async Task<List<(Meter? Before, Domain.Metering Metering)>> FollowsAsync(DateTimeOffset now, CancellationToken stop)
    {
        List<Metered> seen =
        [
            .. Changed<Volume>(Metered.Of), .. Changed<Snapshot>(Metered.Of), .. Changed<Template>(Metered.Of), .. _seen,
        ];
        if (seen.Count == 0) return [];
        var ids = seen.Select(s => s.Id).ToList();
        var meters = await db.Meters.Where(m => ids.Contains(m.Id)).ToDictionaryAsync(m => m.Id, stop).ConfigureAwait(false);
        return
        [
            .. seen.Select(s => (meters.GetValueOrDefault(s.Id), Domain.Metering.Of(
                meters.GetValueOrDefault(s.Id), s, s.IsGone ? null : _pledges.GetValueOrDefault(s.Id), now)))
                .Where(follow => follow.Item1 is not null || follow.Item2.Meter is not null),
        ];
    }

    private IEnumerable<Metered> Changed<T>(Func<T, Metered> of) where T : class => db.ChangeTracker.Entries<T>()
        .Where(e => e.State is EntityState.Added or EntityState.Modified or EntityState.Deleted)
        .Select(e => of(e.Entity) is var metered && e.State is EntityState.Deleted ? metered with { IsGone = true } : of(e.Entity));

    private void Put(Meter? before, Domain.Metering metering)
    {
        if (metering.Cut is { } cut) db.UsageRecords.Add(cut);
        if (metering.Meter is null) db.Meters.Remove(before!);
        else if (before is null) db.Meters.Add(metering.Meter);
        else if (metering.Meter != before) db.Meters.Update(metering.Meter);
    }

    private async Task PutLedgersAsync(List<(Meter? Before, Domain.Metering Metering)> follows, CancellationToken stop)
    {
        foreach (var (accountId, growth) in GrowthByAccount(follows))
        {
            if (db.AccountLedgers.Local.FindEntry(accountId) is { } added) // of an account that this save adds
            {
                added.CurrentValues.SetValues(added.Entity.After(growth));
                continue;
            }
            var ledger = await db.AccountLedgers.SingleOrDefaultAsync(l => l.Id == accountId, stop).ConfigureAwait(false);
            if (ledger is null) db.AccountLedgers.Add(new AccountLedger { Id = accountId }.After(growth));
            else db.AccountLedgers.Update(ledger.After(growth));
        }
    }

    private static IEnumerable<KeyValuePair<Guid, Growth>> GrowthByAccount(List<(Meter? Before, Domain.Metering Metering)> follows) =>
        follows.GroupBy(f => f.Metering.Meter?.AccountId ?? f.Before!.AccountId, f => f.Metering.Growth)
            .Select(g => KeyValuePair.Create(g.Key, g.Aggregate((sum, next) => sum + next))).Where(g => g.Value != default);
}
