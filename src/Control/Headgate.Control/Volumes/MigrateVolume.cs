using Headgate.Domain;
using Headgate.Operations;
using Headgate.Persistence;
using Headgate.Plugins;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control;

/// <summary>POST /volumes/{ref}/migrate: to another pool, as it is. For admins; tenants move by changing the offering.</summary>
public sealed class MigrateVolume(OperationStarter starter, IProviderCatalog providers)
{
    public async Task<Outcome<OperationDetails>> ExecuteAsync(Caller caller, string reference, string pool, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.MustBeAdmin("Migrating a volume") is { } refusal) return refusal;
        return await starter.StartAsync(
            caller.Actor, caller.IdempotencyKey, OperationInput.Fingerprint(OperationKinds.VolumeMigrate, new { reference, pool }),
            (db, now, cancel) => DecideAsync(db, caller, reference, pool, now, cancel).OperationAsync(), stop).ConfigureAwait(false);
    }

    /// <summary>What would happen; nothing does.</summary>
    public async Task<Outcome<PlannedChange>> RehearseAsync(Caller caller, string reference, string pool, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.MustBeAdmin("Migrating a volume") is { } refusal) return refusal;
        return await starter.RehearseAsync((db, now, cancel) => DecideAsync(db, caller, reference, pool, now, cancel), stop).ConfigureAwait(false);
    }

    private async Task<Outcome<(NewOperation Operation, PlannedChange Plan)>> DecideAsync(
        HeadgateDbContext db, Caller caller, string reference, string poolReference, DateTimeOffset now, CancellationToken stop)
    {
        var found = await db.FindVolumeAsync(caller, reference, stop).ConfigureAwait(false);
        if (found is not Outcome<Volume>.Done { Value: var volume }) return found.Problem!;
        var sought = await db.Pools.Present().FindAsync("pool", poolReference, p => p.Name == poolReference, stop).ConfigureAwait(false);
        if (sought is not Outcome<StoragePool>.Done { Value: var target }) return sought.Problem!;
        if (target.ZoneId != volume.ZoneId)
            return new Fault("not-in-zone", $"Pool {target.Name} is in another zone than volume {volume.Name}; pick a pool of the same zone.", Recovery.FixRequest);
        var offering = await db.DiskOfferings.SingleAsync(o => o.Id == volume.DiskOfferingId, stop).ConfigureAwait(false);
        var zone = await db.Zones.SingleAsync(z => z.Id == volume.ZoneId, stop).ConfigureAwait(false);
        // What it was promised holds there too. An admin may move it against its tags: that is what moving by hand is for.
        var named = TagExpression.All(target.ExclusiveTags);
        var wish = new VolumeWish(volume.Size, volume.Promises.Requested(), offering.Qos.Require, offering.Qos.Enforce, named);
        var change = new VolumeChange(OperationKinds.VolumeMigrate, volume, offering, offering, wish);
        return await ChangeByMove.DecideAsync(db, providers, caller, change, zone, MoveTo.Only(target), now, stop).ConfigureAwait(false);
    }
}
