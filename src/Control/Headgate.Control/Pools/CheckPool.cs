using Headgate.Domain;
using Headgate.Operations;
using Headgate.Persistence;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using Microsoft.EntityFrameworkCore;
using VolumeView = Headgate.Storage.Sdk.VolumeView;

namespace Headgate.Control;

/// <summary>What a check of a pool found. Foreign volumes are counted, not listed: they are none of our business.</summary>
public sealed record PoolCheckResult(
    StoragePool Pool, DateTimeOffset At, int VolumesChecked, int ForeignVolumes, IReadOnlyList<CheckFinding> Findings);

/// <summary>
/// POST /pools/{ref}/check: compares and reports. Asked to repair, it begins an operation for each volume that has a finding
/// whose repair endangers no data; everything else is left to people, with what to do.
/// </summary>
public sealed class CheckPool(HeadgateDatabase database, StoreCache stores, GetPool get, RepairVolume repair, TimeProvider time)
{
    /// <summary>Events of one check; a storage that lost everything would else write one per volume of ten thousand.</summary>
    public const int MostEvents = 200;

    public async Task<Outcome<PoolCheckResult>> ExecuteAsync(Caller caller, string reference, CancellationToken stop, bool repairs = false)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.MustBeAdmin("Checking a pool") is { } refusal) return refusal;
        var found = await get.ExecuteAsync(caller, reference, stop).ConfigureAwait(false);
        if (found is not Outcome<PoolDetails>.Done { Value: { Pool: var pool, Capabilities: var can } }) return found.Problem!;
        var opened = await stores.OpenAsync(pool, stop).ConfigureAwait(false);
        if (opened is not Outcome<IPrimaryDataStore>.Done { Value.Driver: var driver }) return opened.Problem!;
        if (driver.Facet<IInventory>() is not { } inventory)
            return new Fault("unsupported", $"Provider {pool.Provider} cannot list what is on pool {pool.Name}, so it cannot be checked.", Recovery.FixRequest);

        // Volumes with work under way differ from the storage by right; they are read before and after the listing.
        var before = await BusyAsync(stop).ConfigureAwait(false);
        var listed = await inventory.ListAsync(stop).ConfigureAwait(false);
        if (listed is not Outcome<IReadOnlyList<VolumeView>>.Done { Value: var there }) return listed.Problem!;
        var busy = await BusyAsync(stop).ConfigureAwait(false);
        busy.UnionWith(before);
        var (volumes, copies, accesses) = await database.ReadAsync(
            async (db, cancel) => (
                await db.Volumes.Where(v => v.PoolId == pool.Id).ToListAsync(cancel).ConfigureAwait(false),
                await db.TemplateCopies.Where(c => c.PoolId == pool.Id).ToListAsync(cancel).ConfigureAwait(false),
                await db.VolumeAccesses.Where(a => db.Volumes.Any(v => v.Id == a.VolumeId && v.PoolId == pool.Id)).ToListAsync(cancel).ConfigureAwait(false)),
            stop).ConfigureAwait(false);

        var isPerHost = can?.AccessPerHost is Support.Native;
        var findings = PoolComparison.Compare(volumes, copies, isPerHost ? accesses.ToLookup(a => a.VolumeId, a => a.InitiatorName) : null, there, busy).ToList();
        var foreign = there.Where(v => v.Key is null).ToList();
        if (PoolComparison.Foreign(pool, foreign) is { } changed) findings.Add(changed);
        var now = time.GetUtcNow();
        await RecordAsync(caller, pool, foreign, findings, now, stop).ConfigureAwait(false);
        if (repairs) findings = await RepairAsync(caller, findings, stop).ConfigureAwait(false);
        return new PoolCheckResult(pool, now, volumes.Count(v => v.State is not VolumeState.Expunged), foreign.Count, findings);
    }

    private async Task<List<CheckFinding>> RepairAsync(Caller caller, List<CheckFinding> findings, CancellationToken stop)
    {
        var answers = new Dictionary<Guid, Outcome<OperationDetails>>();
        foreach (var volume in findings.Where(f => f.IsRepairable).Select(f => f.VolumeId!.Value).Distinct())
            answers[volume] = await repair.StartAsync(caller, volume, stop).ConfigureAwait(false);
        return
        [
            .. findings.Select(f => f.IsRepairable
                ? answers[f.VolumeId!.Value].Match(
                    begun => f with { Operation = begun.Operation.Id }, refused => f with { RepairProblem = refused }, unknown => f with { RepairProblem = unknown })
                : f),
        ];
    }

    private Task<HashSet<Guid>> BusyAsync(CancellationToken stop) => database.ReadAsync(
        async (db, cancel) =>
        {
            var held = await db.OperationSubjects.Select(s => s.SubjectId).ToListAsync(cancel).ConfigureAwait(false);
            // The other copy of a volume that is moved has a key of its own and no volume that it belongs to.
            var copies = await db.VolumeMoves.Select(m => m.StorageKey).ToListAsync(cancel).ConfigureAwait(false);
            return held.Concat(copies).ToHashSet();
        },
        stop);

    private Task RecordAsync(
        Caller caller, StoragePool pool, List<VolumeView> foreign, List<CheckFinding> findings, DateTimeOffset now, CancellationToken stop) =>
        database.WriteAsync(
            async (db, cancel) =>
            {
                var row = await db.Pools.SingleAsync(p => p.Id == pool.Id, cancel).ConfigureAwait(false);
                var (bytes, iops) = PoolComparison.Sums(foreign);
                db.Put(row with { ForeignBytes = bytes, ForeignIops = iops });
                // For admins only: what the storage does is not the tenant's to see.
                foreach (var f in findings.Take(MostEvents))
                {
                    var (type, id, name) = f.VolumeId is null ? ("pool", pool.Id, pool.Name) : ("volume", f.VolumeId.Value, f.Volume!);
                    db.Record(now, caller.Actor, $"pool-check.{f.Kind}", type, id, name, null, $"{f.Message} {f.Action}", SeverityOf(f));
                }
                db.Record(now, caller.Actor, "pool.checked", "pool", pool.Id, pool.Name, null,
                    $"Pool {pool.Name} was checked: {findings.Count} finding(s), {foreign.Count} volume(s) of others.",
                    findings.Count > 0 ? EventSeverity.Warning : EventSeverity.Info);
            },
            stop);

    private static EventSeverity SeverityOf(CheckFinding finding) => finding.Kind switch
    {
        CheckKinds.Missing => EventSeverity.Error,
        CheckKinds.ForeignChanged => EventSeverity.Info,
        _ => EventSeverity.Warning,
    };
}
