using Headgate.Control.Findings;
using Headgate.Domain;
using Headgate.Operations;
using Headgate.Operations.Volumes;
using Headgate.Persistence;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using Microsoft.EntityFrameworkCore;
using VolumeView = Headgate.Storage.Sdk.VolumeView;

namespace Headgate.Control;

/// <summary>GET /pools/{ref}/importable: what is on the pool's storage, carries no mark of ours and is no volume of another pool here.</summary>
public sealed class ListImportable(HeadgateDatabase database, StoreCache stores, GetPool get)
{
    public async Task<Outcome<PageOf<VolumeView>>> ExecuteAsync(Caller caller, string poolReference, PageRequest page, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(page);
        var pool = await get.ExecuteAsync(caller, poolReference, stop).ConfigureAwait(false);
        if (pool is not Outcome<PoolDetails>.Done { Value.Pool: var on }) return pool.Problem!;
        var listed = await OnAsync(on, stop).ConfigureAwait(false);
        if (listed is not Outcome<IReadOnlyList<VolumeView>>.Done { Value: var all }) return listed.Problem!;
        var rest = all.OrderBy(v => v.Handle.Value, StringComparer.Ordinal)
            .SkipWhile(v => page.Cursor is { } after && string.CompareOrdinal(v.Handle.Value, after) <= 0).Take(page.Take + 1).ToList();
        if (rest.Count <= page.Take) return new PageOf<VolumeView>(rest, null);
        rest.RemoveAt(rest.Count - 1);
        return new PageOf<VolumeView>(rest, rest[^1].Handle.Value);
    }

    internal async Task<Outcome<IReadOnlyList<VolumeView>>> OnAsync(StoragePool pool, CancellationToken stop)
    {
        var opened = await stores.OpenAsync(pool, stop).ConfigureAwait(false);
        if (opened is not Outcome<IPrimaryDataStore>.Done { Value.Driver: var driver }) return opened.Problem!;
        if (driver.Facet<IAdoption>() is null || driver.Facet<IInventory>() is not { } inventory) return ArrayDirectory.Lacks(pool, "take over volumes of others");
        var listed = await inventory.ListAsync(stop).ConfigureAwait(false);
        if (listed is not Outcome<IReadOnlyList<VolumeView>>.Done { Value: var there }) return listed;
        // Two pools may share an array, and each sees the other's volumes as somebody else's.
        var ours = await database.ReadAsync(
            async (db, cancel) => (await db.Volumes
                .Where(v => v.Handle != null && v.State != VolumeState.Expunged && db.Pools.Any(p => p.Id == v.PoolId && p.BackendId == pool.BackendId))
                .Select(v => v.Handle!).ToListAsync(cancel).ConfigureAwait(false)).ToHashSet(), stop).ConfigureAwait(false);
        return new Outcome<IReadOnlyList<VolumeView>>.Done([.. there.Where(v => v.Key is null && v.Problem is null && !ours.Contains(v.Handle.Value))]);
    }
}

/// <summary>What shall be imported, and as what.</summary>
/// <param name="Pool">Where it is.</param>
/// <param name="BackendId">The storage's name for it.</param>
/// <param name="Volume">Its name, owner and offering here.</param>
public sealed record ImportRequest(string Pool, string BackendId, AdoptRequest Volume);

/// <summary>
/// POST /volumes/import, for admins: somebody else's volume on a pool's storage becomes one of ours, with its data, its size and the limits
/// that it has. Never one that belongs to another volume of ours: the driver refuses what carries a mark.
/// </summary>
public sealed class ImportVolume(OperationStarter starter, ListImportable importable, GetPool get)
{
    public async Task<Outcome<OperationDetails>> ExecuteAsync(Caller caller, ImportRequest request, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(request);
        if (caller.MayNot("importVolume") is { } refusal) return refusal;
        if (ObjectName.Problem(request.Volume.Name, "volume") is { } badName) return badName;
        var found = await get.ExecuteAsync(caller, request.Pool, stop).ConfigureAwait(false);
        if (found is not Outcome<PoolDetails>.Done { Value.Pool: var on }) return found.Problem!;
        var listed = await importable.OnAsync(on, stop).ConfigureAwait(false);
        if (listed is not Outcome<IReadOnlyList<VolumeView>>.Done { Value: var all }) return listed.Problem!;
        var there = all.FirstOrDefault(v => v.Handle.Value == request.BackendId);
        return await starter.StartAsync(
            caller.Actor, caller.IdempotencyKey, OperationInput.Fingerprint(OperationKinds.VolumeImport, request),
            async (db, now, cancel) =>
            {
                if (there is null)
                {
                    return new Fault("not-importable",
                        $"Pool {on.Name} has no volume '{request.BackendId}' that could be imported: there is none, or it is ours already. See: headgate volume importable --pool {on.Name}",
                        Recovery.FixRequest);
                }
                var pool = await db.Pools.SingleAsync(p => p.Id == on.Id, cancel).ConfigureAwait(false);
                var made = await NewcomerVolume.DescribeAsync(db, caller, pool, Guid.CreateVersion7(now), request.Volume, there.Size, there.Qos, now, cancel).ConfigureAwait(false);
                if (made is not Outcome<Volume>.Done { Value: var volume }) return made.Problem!;
                // What it takes of the pool is counted already, as somebody else's.
                var freed = pool with
                {
                    ForeignBytes = new ByteSize(Math.Max(0, pool.ForeignBytes.Bytes - there.Size.Bytes)),
                    ForeignIops = Math.Max(0, pool.ForeignIops - (there.Qos.MinIops ?? 0)),
                };
                await NewcomerVolume.AddAsync(db, freed, volume, cancel).ConfigureAwait(false);
                db.Record(now, caller.Actor, "volume.import-requested", "volume", volume.Id, volume.Name, null,
                    $"Importing {request.BackendId} of pool {pool.Name} as volume {volume.Name} was asked for.");
                return new NewOperation(
                    OperationKinds.VolumeImport, "volume", volume.Id, volume.AccountId, OperationInput.Write(new ImportInput(request.BackendId)));
            },
            stop).ConfigureAwait(false);
    }
}

/// <summary>
/// POST /volumes/{ref}/unmanage, for admins: forgotten here, its data left on the storage without our mark. By force, when the storage will
/// never answer again, without asking it.
/// </summary>
public sealed class UnmanageVolume(OperationStarter starter)
{
    public async Task<Outcome<OperationDetails>> ExecuteAsync(Caller caller, string reference, bool force, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.MayNot("unmanageVolume") is { } refusal) return refusal;
        return await starter.StartAsync(
            caller.Actor, caller.IdempotencyKey, OperationInput.Fingerprint(OperationKinds.VolumeUnmanage, new { reference, force }),
            async (db, now, cancel) =>
            {
                var found = await db.FindVolumeAsync(caller, reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<Volume>.Done { Value: var volume }) return found.Problem!;
                var command = new VolumeCommand.Unmanage();
                var decided = VolumeMachine.Decide(volume, command);
                if (decided.Refusal is { } unlawful) return unlawful;
                if (decided.Event is null) return VolumeCommands.Already(volume, command);
                if (!force && await VolumeCommands.SnapshotsOfAsync(db, volume, cancel).ConfigureAwait(false) is { } kept) return kept;
                var pool = await db.Pools.SingleAsync(p => p.Id == volume.PoolId, cancel).ConfigureAwait(false);
                if (!force && CapabilitiesText.Read(pool.Capabilities)?.Adoption is not Support.Native) return ArrayDirectory.Lacks(pool, "give a volume up without ending it");
                db.Put(VolumeMachine.Evolve(volume, decided.Event));
                db.Record(now, caller.Actor, "volume.unmanage-requested", "volume", volume.Id, volume.Name, volume.AccountId,
                    $"Giving up volume {volume.Name} was asked for{(force ? ", without asking its storage" : "")}; its data stays there.", EventSeverity.Warning);
                return new NewOperation(OperationKinds.VolumeUnmanage, "volume", volume.Id, volume.AccountId, OperationInput.Write(new ForceInput(force))) { NeedsNoStorage = force };
            },
            stop).ConfigureAwait(false);
    }
}
