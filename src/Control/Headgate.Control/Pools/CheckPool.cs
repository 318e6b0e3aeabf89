using Headgate.Domain;
using Headgate.Operations;
using Headgate.Persistence;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using Microsoft.EntityFrameworkCore;
using VolumeView = Headgate.Storage.Sdk.VolumeView;

namespace Headgate.Control;

/// <summary>A difference between database and storage.</summary>
/// <param name="Kind">orphan, missing, size-drift, qos-drift, access-drift.</param>
/// <param name="VolumeId">Ours, when we know it.</param>
/// <param name="Volume">Its name.</param>
/// <param name="Handle">The storage's name for it.</param>
/// <param name="Message">What the database says, what the storage has.</param>
public sealed record CheckFinding(string Kind, Guid? VolumeId, string? Volume, string Handle, string Message);

/// <summary>What a check of a pool found. Foreign volumes are counted, not listed: they are none of our business.</summary>
public sealed record PoolCheckResult(
    StoragePool Pool, DateTimeOffset At, int VolumesChecked, int ForeignVolumes, IReadOnlyList<CheckFinding> Findings);

/// <summary>POST /pools/{ref}/check: compares, reports, and repairs nothing.</summary>
public sealed class CheckPool(HeadgateDatabase database, StoreCache stores, GetPool get, TimeProvider time)
{
    public async Task<Outcome<PoolCheckResult>> ExecuteAsync(Caller caller, string reference, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.MustBeAdmin("Checking a pool") is { } refusal) return refusal;
        var found = await get.ExecuteAsync(caller, reference, stop).ConfigureAwait(false);
        if (found is not Outcome<PoolDetails>.Done { Value.Pool: var pool }) return found.Problem!;
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
        var (volumes, accesses) = await database.ReadAsync(
            async (db, cancel) => (
                await db.Volumes.Where(v => v.PoolId == pool.Id).ToListAsync(cancel).ConfigureAwait(false),
                await db.VolumeAccesses.Where(a => db.Volumes.Any(v => v.Id == a.VolumeId && v.PoolId == pool.Id)).ToListAsync(cancel).ConfigureAwait(false)),
            stop).ConfigureAwait(false);

        var findings = Compare(volumes, accesses.ToLookup(a => a.VolumeId, a => a.InitiatorName), there, busy);
        var foreign = there.Where(v => v.Key is null).ToList();
        var now = time.GetUtcNow();
        await RecordAsync(caller, pool, foreign, findings, now, stop).ConfigureAwait(false);
        return new PoolCheckResult(pool, now, volumes.Count(v => v.State is not VolumeState.Expunged), foreign.Count, findings);
    }

    /// <summary>The differences, pure.</summary>
    internal static IReadOnlyList<CheckFinding> Compare(
        IReadOnlyList<Volume> ours, ILookup<Guid, string> initiators, IReadOnlyList<VolumeView> there, IReadOnlySet<Guid> busy)
    {
        var findings = new List<CheckFinding>();
        var byKey = there.Where(v => v.Key is not null).ToLookup(v => v.Key!.Value.Value);
        foreach (var volume in ours.Where(v => v.State is not VolumeState.Expunged && !busy.Contains(v.Id)))
        {
            var views = byKey[volume.Id].ToList();
            if (views.Count == 0)
                findings.Add(new("missing", volume.Id, volume.Name, volume.Handle ?? "", $"Volume {volume.Name} is not on the storage."));
            else
                findings.AddRange(Drift(volume, [.. initiators[volume.Id]], views[0]));
            findings.AddRange(views.Skip(1).Select(extra => new CheckFinding(
                "orphan", volume.Id, volume.Name, extra.Handle.Value, $"{extra.Handle} carries the key of volume {volume.Name} a second time.")));
        }
        var alive = ours.Where(v => v.State is not VolumeState.Expunged).Select(v => v.Id).ToHashSet();
        findings.AddRange(there
            .Where(v => v.Key is { } key && !alive.Contains(key.Value) && !busy.Contains(key.Value))
            .Select(v => new CheckFinding("orphan", null, null, v.Handle.Value,
                $"{v.Handle} ({v.Name}, {v.Size}) was made by us with key {v.Key}, but no volume of this pool has that id.")));
        return findings;
    }

    private static IEnumerable<CheckFinding> Drift(Volume volume, IReadOnlyList<string> initiators, VolumeView view)
    {
        CheckFinding Found(string kind, string message) => new(kind, volume.Id, volume.Name, view.Handle.Value, message);
        if (view.Size != volume.Size)
            yield return Found("size-drift", $"Volume {volume.Name} has {volume.Size} here and {view.Size} on the storage.");
        var wanted = volume.Promises.ForStorage();
        foreach (var promise in volume.Promises.Where(p => p.EnforcedBy is Enforcer.Storage))
        {
            if (view.Qos.Of(promise.Kind) != wanted.Of(promise.Kind))
                yield return Found("qos-drift",
                    $"Volume {volume.Name} was granted {OfferingResolution.Name(promise.Kind)} {promise.Granted}; the storage has " +
                    $"{view.Qos.Of(promise.Kind)?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"}.");
        }
        foreach (var missing in initiators.Except(view.Initiators))
            yield return Found("access-drift", $"{missing} was granted volume {volume.Name}, but the storage does not let it in.");
        foreach (var extra in view.Initiators.Except(initiators))
            yield return Found("access-drift", $"The storage lets {extra} see volume {volume.Name}, which nobody granted here.");
    }

    private Task<HashSet<Guid>> BusyAsync(CancellationToken stop) => database.ReadAsync(
        async (db, cancel) => (await db.OperationSubjects.Select(s => s.SubjectId).ToListAsync(cancel).ConfigureAwait(false)).ToHashSet(), stop);

    private Task RecordAsync(
        Caller caller, StoragePool pool, List<VolumeView> foreign, IReadOnlyList<CheckFinding> findings, DateTimeOffset now, CancellationToken stop) =>
        database.WriteAsync(
            async (db, cancel) =>
            {
                var row = await db.Pools.SingleAsync(p => p.Id == pool.Id, cancel).ConfigureAwait(false);
                db.Put(row with
                {
                    ForeignBytes = new ByteSize(foreign.Sum(v => v.Size.Bytes)),
                    ForeignIops = foreign.Sum(v => v.Qos.MinIops ?? 0),
                });
                db.Record(now, caller.Actor, "pool.checked", "pool", pool.Id, pool.Name, null,
                    $"Pool {pool.Name} was checked: {findings.Count} finding(s), {foreign.Count} volume(s) of others.",
                    findings.Count > 0 ? EventSeverity.Warning : EventSeverity.Info);
            },
            stop);
}
