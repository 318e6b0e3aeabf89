using Headgate.Control.Findings;
using Headgate.Domain;
using Headgate.Operations;
using Headgate.Persistence;
using Headgate.Primitives;

namespace Headgate.Control;

/// <summary>What a check of a pool found. Foreign volumes are counted, not listed: they are none of our business.</summary>
public sealed record PoolCheckResult(
    StoragePool Pool, DateTimeOffset At, int VolumesChecked, int ForeignVolumes, IReadOnlyList<CheckFinding> Findings);

/// <summary>
/// POST /pools/{ref}/check, and what servers do by themselves from time to time: compares, and writes down what it found. Asked to repair,
/// it begins an operation for each volume that has a finding whose repair endangers no data; everything else is left to people, with what to do.
/// </summary>
public sealed class CheckPool
{
    private readonly HeadgateDatabase _database;
    private readonly GetPool _get;
    private readonly RepairVolume _repair;
    private readonly TimeProvider _time;
    private readonly PoolAuditor _auditor;
    private readonly FindingBook _book;

    /// <summary>Over these parts of a server.</summary>
    public CheckPool(HeadgateDatabase database, StoreCache stores, GetPool get, RepairVolume repair, TimeProvider time)
    {
        (_database, _get, _repair, _time) = (database, get, repair, time);
        (_auditor, _book) = (new PoolAuditor(database, stores), new FindingBook(database, time));
    }

    /// <summary>On request, of the pool with this id or name.</summary>
    public async Task<Outcome<PoolCheckResult>> ExecuteAsync(Caller caller, string reference, CancellationToken stop, bool repairs = false)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.MayNot("checkPool") is { } refusal) return refusal;
        var found = await _get.ExecuteAsync(caller, reference, stop).ConfigureAwait(false);
        if (found is not Outcome<PoolDetails>.Done { Value: var pool }) return found.Problem!;
        var outcome = await CheckAsync(caller, pool, stop).ConfigureAwait(false);
        if (outcome is not Outcome<PoolCheckResult>.Done { Value: var check }) return outcome;
        await _database.WriteAsync(
            (db, _) =>
            {
                db.Record(check.At, caller.Actor, "pool.checked", "pool", pool.Pool.Id, pool.Pool.Name, null,
                    $"Pool {pool.Pool.Name} was checked: {check.Findings.Count} finding(s), {check.ForeignVolumes} volume(s) of others.",
                    check.Findings.Count > 0 ? EventSeverity.Warning : EventSeverity.Info);
                return Task.CompletedTask;
            },
            stop).ConfigureAwait(false);
        return repairs ? check with { Findings = await RepairAsync(caller, check.Findings, stop).ConfigureAwait(false) } : check;
    }

    /// <summary>Compares and writes down. A storage that cannot be asked is a finding as well.</summary>
    internal async Task<Outcome<PoolCheckResult>> CheckAsync(Caller caller, PoolDetails found, CancellationToken stop)
    {
        var audited = await _auditor.AuditAsync(found.Pool, found.Capabilities, stop).ConfigureAwait(false);
        if (audited is not Outcome<PoolAudit>.Done { Value: var audit })
        {
            if (audited.Problem!.Code != "unsupported") await _book.RecordUnreachableAsync(caller.Actor, found.Pool, audited.Problem, stop).ConfigureAwait(false);
            return audited.Map<PoolCheckResult>(static _ => null!);
        }
        var findings = await _book.RecordAsync(caller.Actor, found.Pool, audit, stop).ConfigureAwait(false);
        return new PoolCheckResult(found.Pool, _time.GetUtcNow(), audit.VolumesChecked, audit.Foreign.Count, findings);
    }

    /// <summary>Begins what sets right those of <paramref name="findings"/> that can be; what is ignored stays as it is.</summary>
    internal async Task<IReadOnlyList<CheckFinding>> RepairAsync(Caller caller, IReadOnlyList<CheckFinding> findings, CancellationToken stop)
    {
        var wanted = findings.Where(f => f is { IsRepairable: true, IsIgnored: false }).ToLookup(f => f.VolumeId!.Value);
        var answers = new Dictionary<Guid, Outcome<OperationDetails>>();
        foreach (var volume in wanted)
            answers[volume.Key] = await _repair.StartAsync(caller, volume.Key, [.. volume.Select(f => f.Id).OfType<Guid>()], stop).ConfigureAwait(false);
        return
        [
            .. findings.Select(f => f is { IsRepairable: true, IsIgnored: false }
                ? answers[f.VolumeId!.Value].Match(
                    begun => f with { Operation = begun.Operation.Id }, refused => f with { RepairProblem = refused }, unknown => f with { RepairProblem = unknown })
                : f),
        ];
    }
}
