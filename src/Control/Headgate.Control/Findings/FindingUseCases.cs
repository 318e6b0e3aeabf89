using Headgate.Domain;
using Headgate.Operations;
using Headgate.Persistence;
using Headgate.Primitives;

namespace Headgate.Control.Findings;

/// <summary>Which findings are wanted; null for all, but for the state: null for those that are there.</summary>
public sealed record FindingFilter(string? Pool = null, FindingState? State = null, string? Kind = null);

/// <summary>A finding with its pool's name.</summary>
public sealed record FindingDetails(Finding Finding, string Pool);

/// <summary>GET /findings, /findings/{id}: for admins, as the checks are.</summary>
public sealed class ReadFindings(HeadgateDatabase database)
{
    /// <summary>In the order in which they were seen first.</summary>
    public async Task<Outcome<PageOf<FindingDetails>>> ListAsync(Caller caller, FindingFilter filter, PageRequest page, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(filter);
        if (caller.MayNot("listFindings") is { } refusal) return refusal;
        return await database.ReadAsync<Outcome<PageOf<FindingDetails>>>(
            async (db, cancel) =>
            {
                var query = filter.State is { } state
                    ? db.Findings.Where(f => f.State == state)
                    : db.Findings.Where(f => f.State == FindingState.Open || f.State == FindingState.Ignored);
                if (filter.Kind is { } kind) query = query.Where(f => f.Kind == kind);
                if (filter.Pool is { } reference)
                {
                    var pool = await db.Pools.Present().FindAsync("pool", reference, p => p.Name == reference, cancel).ConfigureAwait(false);
                    if (pool is not Outcome<StoragePool>.Done { Value: var on }) return pool.Problem!;
                    query = query.Where(f => f.PoolId == on.Id);
                }
                var found = await query.PageAsync(page, cancel).ConfigureAwait(false);
                if (found is not Outcome<PageOf<Finding>>.Done { Value: var findings }) return found.Problem!;
                var names = await db.PoolNamesAsync(findings.Items.Select(f => f.PoolId), cancel).ConfigureAwait(false);
                return findings.Select(f => new FindingDetails(f, names[f.PoolId]));
            },
            stop).ConfigureAwait(false);
    }

    /// <summary>One, also long after it was over.</summary>
    public async Task<Outcome<FindingDetails>> GetAsync(Caller caller, string reference, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.MayNot("getFinding") is { } refusal) return refusal;
        return await database.ReadAsync<Outcome<FindingDetails>>(
            async (db, cancel) =>
            {
                var found = await db.Findings.FindAsync("finding", reference, _ => false, cancel).ConfigureAwait(false);
                if (found is not Outcome<Finding>.Done { Value: var finding }) return found.Problem!;
                return new FindingDetails(finding, (await db.PoolNamesAsync([finding.PoolId], cancel).ConfigureAwait(false))[finding.PoolId]);
            },
            stop).ConfigureAwait(false);
    }
}

/// <summary>POST /findings/{id}/repair: begins what sets it right, where that endangers no data; else says what to do.</summary>
public sealed class RepairFinding(ReadFindings read, RepairVolume repair)
{
    public async Task<Outcome<OperationDetails>> ExecuteAsync(Caller caller, string reference, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        var found = await read.GetAsync(caller, reference, stop).ConfigureAwait(false);
        if (found is not Outcome<FindingDetails>.Done { Value.Finding: var finding }) return found.Problem!;
        if (!finding.IsPresent)
            return new Fault("finding-state", $"Finding {finding.Id} is over since {finding.EndedAt:u}; there is nothing to repair.", Recovery.FixRequest);
        if (finding is not { Repairable: true, VolumeId: { } volume })
            return new Fault("finding-not-repairable", $"{finding.Kind} is not set right by itself, because data could be lost by it. {finding.Action}", Recovery.FixRequest);
        return await repair.StartAsync(caller, volume, [finding.Id], stop).ConfigureAwait(false);
    }
}

/// <summary>POST /findings/{id}/ignore and /reopen: an admin says that it may stay so, or takes that back.</summary>
public sealed class IgnoreFinding(HeadgateDatabase database, ReadFindings read, TimeProvider time)
{
    public async Task<Outcome<FindingDetails>> ExecuteAsync(Caller caller, string reference, bool isIgnored, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.MayNot("ignoreFinding") is { } refusal) return refusal;
        var changed = await database.WriteAsync<Outcome<Nothing>>(
            async (db, cancel) =>
            {
                var found = await db.Findings.FindAsync("finding", reference, _ => false, cancel).ConfigureAwait(false);
                if (found is not Outcome<Finding>.Done { Value: var finding }) return found.Problem!;
                if (!finding.IsPresent)
                    return new Fault("finding-state", $"Finding {finding.Id} is over since {finding.EndedAt:u}; there is nothing to ignore.", Recovery.FixRequest);
                var state = isIgnored ? FindingState.Ignored : FindingState.Open;
                if (finding.State == state) return default(Nothing);
                db.Put(finding with { State = state, IgnoredBy = isIgnored ? caller.Actor : null });
                db.Record(time.GetUtcNow(), caller.Actor, isIgnored ? "finding.ignored" : "finding.reopened", "finding", finding.Id, null, null,
                    $"{(isIgnored ? "Ignored from now on" : "Not ignored any more")}: {finding.Message}");
                return default(Nothing);
            },
            stop).ConfigureAwait(false);
        return changed.IsDone ? await read.GetAsync(caller, reference, stop).ConfigureAwait(false) : changed.Problem!;
    }
}

internal static class PoolNames
{
    /// <summary>The names of these pools, removed ones included.</summary>
    public static Task<Dictionary<Guid, string>> PoolNamesAsync(this HeadgateDbContext db, IEnumerable<Guid> pools, CancellationToken stop)
    {
        var ids = pools.Distinct().ToList();
        return db.Pools.Where(p => ids.Contains(p.Id)).NamesAsync(stop);
    }
}
