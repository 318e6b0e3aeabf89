using Headgate.Domain;
using Headgate.Operations;
using Headgate.Operations.Volumes;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Findings;

/// <summary>An orphan with its pool's name, and from when on it can be deleted without saying that one is sure.</summary>
public sealed record OrphanDetails(Orphan Orphan, string Pool, DateTimeOffset DeletableAt);

/// <summary>GET /orphans, /orphans/{id}</summary>
public sealed class ReadOrphans(HeadgateDatabase database, ReconcileOptions options)
{
    /// <summary>Those in quarantine, or all that there ever were.</summary>
    public async Task<Outcome<PageOf<OrphanDetails>>> ListAsync(Caller caller, string? poolReference, bool all, PageRequest page, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.MayNot("listOrphans") is { } refusal) return refusal;
        return await database.ReadAsync<Outcome<PageOf<OrphanDetails>>>(
            async (db, cancel) =>
            {
                var query = all
                    ? db.Orphans
                    : db.Orphans.Where(o => o.State == OrphanState.Quarantined || o.State == OrphanState.Adopting || o.State == OrphanState.Deleting);
                if (poolReference is not null)
                {
                    var pool = await db.Pools.Present().FindAsync("pool", poolReference, p => p.Name == poolReference, cancel).ConfigureAwait(false);
                    if (pool is not Outcome<StoragePool>.Done { Value: var on }) return pool.Problem!;
                    query = query.Where(o => o.PoolId == on.Id);
                }
                var found = await query.PageAsync(page, cancel).ConfigureAwait(false);
                if (found is not Outcome<PageOf<Orphan>>.Done { Value: var orphans }) return found.Problem!;
                var names = await db.PoolNamesAsync(orphans.Items.Select(o => o.PoolId), cancel).ConfigureAwait(false);
                return orphans.Select(o => Detail(o, names));
            },
            stop).ConfigureAwait(false);
    }

    /// <summary>One, by its id or by the storage's name for it.</summary>
    public async Task<Outcome<OrphanDetails>> GetAsync(Caller caller, string reference, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.MayNot("getOrphan") is { } refusal) return refusal;
        return await database.ReadAsync<Outcome<OrphanDetails>>(
            async (db, cancel) =>
            {
                var found = await db.FindOrphanAsync(reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<Orphan>.Done { Value: var orphan }) return found.Problem!;
                return Detail(orphan, await db.PoolNamesAsync([orphan.PoolId], cancel).ConfigureAwait(false));
            },
            stop).ConfigureAwait(false);
    }

    private OrphanDetails Detail(Orphan orphan, Dictionary<Guid, string> pools) => new(orphan, pools[orphan.PoolId], orphan.FirstSeenAt + options.QuarantineTakes);
}

/// <summary>What an adopted orphan shall be.</summary>
public sealed record AdoptRequest(string Name, string Account, string DiskOffering);

/// <summary>
/// POST /orphans/{id}/adopt: a volume again, with the id that its key says, the size and the limits that it has. Its space is reserved in
/// the transaction of the request.
/// </summary>
public sealed class AdoptOrphan(OperationStarter starter)
{
    public async Task<Outcome<OperationDetails>> ExecuteAsync(Caller caller, string reference, AdoptRequest request, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(request);
        if (caller.MayNot("adoptOrphan") is { } refusal) return refusal;
        if (ObjectName.Problem(request.Name, "volume") is { } badName) return badName;
        return await starter.StartAsync(
            caller.Actor, caller.IdempotencyKey, OperationInput.Fingerprint(OperationKinds.VolumeAdopt, new { reference, request }),
            async (db, now, cancel) =>
            {
                var found = await db.FindOrphanAsync(reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<Orphan>.Done { Value: var orphan }) return found.Problem!;
                if (orphan.State is not OrphanState.Quarantined) return OrphanFinding.WrongState(orphan, "Adopting");
                var pool = await db.Pools.SingleAsync(p => p.Id == orphan.PoolId, cancel).ConfigureAwait(false);
                var made = await NewcomerVolume.DescribeAsync(db, caller, pool, orphan.Key, request, orphan.Size, orphan.Qos, now, cancel).ConfigureAwait(false);
                if (made is not Outcome<Volume>.Done { Value: var volume }) return made.Problem!;

                // What it takes of the pool is counted already, as an orphan's.
                var freed = pool with
                {
                    QuarantinedBytes = new ByteSize(Math.Max(0, pool.QuarantinedBytes.Bytes - orphan.Size.Bytes)),
                    QuarantinedIops = Math.Max(0, pool.QuarantinedIops - (orphan.MinIops ?? 0)),
                };
                await NewcomerVolume.AddAsync(db, freed, volume with { Handle = orphan.Handle }, cancel).ConfigureAwait(false);
                db.Put(orphan with { State = OrphanState.Adopting, Cause = null });
                db.Record(now, caller.Actor, "volume.adopt-requested", "volume", volume.Id, volume.Name, null,
                    $"Adopting {orphan.Handle} of pool {pool.Name} as volume {volume.Name} was asked for.");
                return new NewOperation(
                    OperationKinds.VolumeAdopt, "volume", volume.Id, volume.AccountId, OperationInput.Write(new OrphanInput(orphan.Id)));
            },
            stop).ConfigureAwait(false);
    }
}

/// <summary>DELETE /orphans/{id}: ends it and its data on the storage. Before its quarantine is over only by whoever says that they are sure.</summary>
public sealed class DeleteOrphan(OperationStarter starter, ReconcileOptions options)
{
    public async Task<Outcome<OperationDetails>> ExecuteAsync(Caller caller, string reference, bool early, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.MayNot("deleteOrphan") is { } refusal) return refusal;
        return await starter.StartAsync(
            caller.Actor, caller.IdempotencyKey, OperationInput.Fingerprint(OperationKinds.OrphanDelete, reference),
            async (db, now, cancel) =>
            {
                var found = await db.FindOrphanAsync(reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<Orphan>.Done { Value: var orphan }) return found.Problem!;
                if (orphan.State is not OrphanState.Quarantined) return OrphanFinding.WrongState(orphan, "Deleting");
                if (!early && now < orphan.FirstSeenAt + options.QuarantineTakes)
                {
                    return new Fault("orphan-in-quarantine",
                        $"{orphan.Handle} was seen first at {orphan.FirstSeenAt:u} and stays in quarantine until {orphan.FirstSeenAt + options.QuarantineTakes:u}: a restored database "
                        + "does not know what is newer than it. When you are sure that nobody needs it, say so with --early.", Recovery.FixRequest);
                }
                db.Put(orphan with { State = OrphanState.Deleting, Cause = null });
                db.Record(now, caller.Actor, "orphan.delete-requested", "orphan", orphan.Id, orphan.Handle, null,
                    $"Deleting {orphan.Handle} ({orphan.Name}, {orphan.Size}) on its storage was asked for.", EventSeverity.Warning);
                return new NewOperation(OperationKinds.OrphanDelete, "orphan", orphan.Id, null) { AlsoHolds = [orphan.Key] };
            },
            stop).ConfigureAwait(false);
    }
}

internal static class OrphanFinding
{
    /// <summary>The one with this id; by handle the one in quarantine.</summary>
    public static Task<Outcome<Orphan>> FindOrphanAsync(this HeadgateDbContext db, string reference, CancellationToken stop) =>
        db.Orphans.FindAsync("orphan", reference, o => o.Handle == reference
            && (o.State == OrphanState.Quarantined || o.State == OrphanState.Adopting || o.State == OrphanState.Deleting), stop);

    public static Fault WrongState(Orphan orphan, string what) => new("orphan-state",
        $"{what} was asked of {orphan.Handle}, which is {orphan.State.ToString().ToLowerInvariant()}; only one in quarantine can be adopted or deleted.", Recovery.FixRequest);
}
