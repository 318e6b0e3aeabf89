using Headgate.Control.Access;
using Headgate.Domain;
using Headgate.Operations;
using Headgate.Persistence;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using Microsoft.EntityFrameworkCore;
using Snapshot = Headgate.Domain.Snapshot;
using Volume = Headgate.Domain.Volume;

namespace Headgate.Control;

/// <summary>A snapshot with its volume's name.</summary>
public sealed record SnapshotDetails(Snapshot Snapshot, string Volume);

/// <summary>POST /snapshots</summary>
public sealed class CreateSnapshot(OperationStarter starter)
{
    public Task<Outcome<OperationDetails>> ExecuteAsync(Caller caller, string volumeReference, string name, CancellationToken stop) =>
        ExecuteAsync(caller, volumeReference, name, scheduleId: null, stop);

    internal async Task<Outcome<OperationDetails>> ExecuteAsync(
        Caller caller, string volumeReference, string name, Guid? scheduleId, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (ObjectName.Problem(name, "snapshot") is { } badName) return badName;
        return await starter.StartAsync(
            caller.Actor, caller.IdempotencyKey, OperationInput.Fingerprint(OperationKinds.SnapshotCreate, new { volumeReference, name }),
            async (db, now, cancel) =>
            {
                var found = await db.FindVolumeAsync(caller, volumeReference, cancel).ConfigureAwait(false);
                if (found is not Outcome<Volume>.Done { Value: var volume }) return found.Problem!;
                if (SnapshotRules.Problem(volume) is { } wrongState) return wrongState;
                var pool = await db.Pools.SingleAsync(p => p.Id == volume.PoolId, cancel).ConfigureAwait(false);
                if (CapabilitiesText.Read(pool.Capabilities)?.Snapshots is not Support.Native) return ArrayDirectory.Lacks(pool, "take snapshots");
                if (await db.Snapshots.AnyAsync(
                        s => s.AccountId == volume.AccountId && s.Name == name && s.State != SnapshotState.Deleted, cancel).ConfigureAwait(false))
                    return References.NameTaken("snapshot", name);
                var snapshot = new Snapshot
                {
                    Id = Guid.CreateVersion7(now), Name = name, AccountId = volume.AccountId, VolumeId = volume.Id, PoolId = pool.Id,
                    Size = volume.Size, ScheduleId = scheduleId, CreatedAt = now,
                };
                db.Snapshots.Add(snapshot);
                db.Record(now, caller.Actor, "snapshot.create-requested", "snapshot", snapshot.Id, name, volume.AccountId,
                    $"Snapshot {name} of volume {volume.Name} was asked for.");
                return SnapshotReading.Operation(OperationKinds.SnapshotCreate, snapshot);
            },
            stop).ConfigureAwait(false);
    }
}

/// <summary>DELETE /snapshots/{ref}</summary>
public sealed class DeleteSnapshot(OperationStarter starter)
{
    public Task<Outcome<OperationDetails>> ExecuteAsync(Caller caller, string reference, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return starter.StartAsync(
            caller.Actor, caller.IdempotencyKey, OperationInput.Fingerprint(OperationKinds.SnapshotDelete, reference),
            async (db, now, cancel) =>
            {
                var found = await db.FindSnapshotAsync(caller, reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<Snapshot>.Done { Value: var snapshot }) return found.Problem!;
                var decided = SnapshotMachine.Apply(snapshot, new SnapshotCommand.Delete());
                if (decided is not Outcome<Snapshot>.Done { Value: var deleting }) return decided.Problem!;
                if (deleting == snapshot)
                    return new Fault("snapshot-state", $"Snapshot {snapshot.Name} is {snapshot.State.ToString().ToLowerInvariant()} already.", Recovery.FixRequest);
                db.Put(deleting);
                db.Record(now, caller.Actor, "snapshot.delete-requested", "snapshot", snapshot.Id, snapshot.Name, snapshot.AccountId,
                    $"Deleting snapshot {snapshot.Name} was asked for.");
                return SnapshotReading.Operation(OperationKinds.SnapshotDelete, snapshot);
            },
            stop);
    }
}

/// <summary>POST /snapshots/{ref}/revert: puts the volume's data back. The volume must not be connected.</summary>
public sealed class RevertSnapshot(OperationStarter starter)
{
    public Task<Outcome<OperationDetails>> ExecuteAsync(Caller caller, string reference, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return starter.StartAsync(
            caller.Actor, caller.IdempotencyKey, OperationInput.Fingerprint(OperationKinds.SnapshotRevert, reference),
            async (db, now, cancel) =>
            {
                var found = await db.FindSnapshotAsync(caller, reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<Snapshot>.Done { Value: var snapshot }) return found.Problem!;
                var volume = await db.Volumes.SingleAsync(v => v.Id == snapshot.VolumeId, cancel).ConfigureAwait(false);
                var connections = await db.VolumeAccesses.CountAsync(a => a.VolumeId == volume.Id, cancel).ConfigureAwait(false);
                var volumeDecided = VolumeMachine.Apply(volume, new VolumeCommand.BeginRevert(connections));
                if (volumeDecided is not Outcome<Volume>.Done { Value: var revertingVolume }) return volumeDecided.Problem!;
                var decided = SnapshotMachine.Apply(snapshot, new SnapshotCommand.BeginRevert());
                if (decided is not Outcome<Snapshot>.Done { Value: var reverting }) return decided.Problem!;
                db.Put(revertingVolume);
                db.Put(reverting);
                db.Record(now, caller.Actor, "snapshot.revert-requested", "volume", volume.Id, volume.Name, volume.AccountId,
                    $"Putting volume {volume.Name} back to snapshot {snapshot.Name} was asked for.");
                return SnapshotReading.Operation(OperationKinds.SnapshotRevert, snapshot);
            },
            stop);
    }
}

/// <summary>Which snapshots are wanted; null for all. References are ids or names.</summary>
public sealed record SnapshotFilter(string? Volume = null, SnapshotState? State = null, string? Account = null, string? NamePrefix = null);

/// <summary>GET /snapshots, of one volume or all; deleted ones are shown only when that state is asked for.</summary>
public sealed class ListSnapshots(HeadgateDatabase database)
{
    public Task<Outcome<PageOf<SnapshotDetails>>> ExecuteAsync(Caller caller, SnapshotFilter filter, PageRequest page, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(caller);
        return database.ReadAsync<Outcome<PageOf<SnapshotDetails>>>(
            async (db, cancel) =>
            {
                var query = db.Snapshots.SeenBy(caller);
                query = filter.State is { } state ? query.Where(s => s.State == state) : query.Where(s => s.State != SnapshotState.Deleted);
                if (filter.Account is { } account)
                {
                    if (await db.SeekVisibleAccountAsync(caller, account, cancel).ConfigureAwait(false) is not { } owner) return References.NotFound("account", account);
                    query = query.Where(s => s.AccountId == owner.Id);
                }
                if (filter.NamePrefix is { } prefix) query = query.Where(s => s.Name.Substring(0, prefix.Length) == prefix);
                if (filter.Volume is { } volumeReference)
                {
                    var volume = await db.FindVolumeAsync(caller, volumeReference, cancel).ConfigureAwait(false);
                    if (volume is not Outcome<Volume>.Done { Value: var of }) return volume.Problem!;
                    query = query.Where(s => s.VolumeId == of.Id);
                }
                var found = await query.PageAsync(page, cancel).ConfigureAwait(false);
                if (found is not Outcome<PageOf<Snapshot>>.Done { Value: var snapshots }) return found.Problem!;
                return new PageOf<SnapshotDetails>(await db.DetailAsync(snapshots.Items, cancel).ConfigureAwait(false), snapshots.NextCursor);
            },
            stop);
    }
}

/// <summary>GET /snapshots/{ref}</summary>
public sealed class GetSnapshot(HeadgateDatabase database)
{
    public Task<Outcome<SnapshotDetails>> ExecuteAsync(Caller caller, string reference, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return database.ReadAsync<Outcome<SnapshotDetails>>(
            async (db, cancel) =>
            {
                var found = await db.FindSnapshotAsync(caller, reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<Snapshot>.Done { Value: var snapshot }) return found.Problem!;
                return (await db.DetailAsync([snapshot], cancel).ConfigureAwait(false))[0];
            },
            stop);
    }
}

internal static class SnapshotReading
{
    public static IQueryable<Snapshot> SeenBy(this IQueryable<Snapshot> snapshots, Caller caller) =>
        caller.IsOperator ? snapshots : snapshots.Where(s => s.AccountId == caller.AccountId);

    /// <summary>The snapshot with this id or name, of those that the caller may see; deleted ones are found by id only.</summary>
    public static Task<Outcome<Snapshot>> FindSnapshotAsync(this HeadgateDbContext db, Caller caller, string reference, CancellationToken stop) =>
        db.Snapshots.SeenBy(caller).FindAsync("snapshot", reference, s => s.Name == reference && s.State != SnapshotState.Deleted, stop);

    public static async Task<IReadOnlyList<SnapshotDetails>> DetailAsync(
        this HeadgateDbContext db, IReadOnlyList<Snapshot> snapshots, CancellationToken stop)
    {
        var ids = snapshots.Select(s => s.VolumeId).Distinct().ToList();
        var names = await db.Volumes.Where(v => ids.Contains(v.Id)).NamesAsync(stop).ConfigureAwait(false);
        return [.. snapshots.Select(s => new SnapshotDetails(s, names[s.VolumeId]))];
    }

    /// <summary>A snapshot's operation has its volume for itself too.</summary>
    public static NewOperation Operation(string kind, Snapshot snapshot) =>
        new(kind, "snapshot", snapshot.Id, snapshot.AccountId) { AlsoHolds = [snapshot.VolumeId] };
}
