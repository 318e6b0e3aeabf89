using Headgate.Domain;
using Headgate.Operations;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control;

/// <summary>DELETE /pools/{ref}: only one without volumes; templates' copies go with it.</summary>
public sealed class RemovePool(OperationStarter starter)
{
    public async Task<Outcome<OperationDetails>> ExecuteAsync(Caller caller, string reference, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.MustBeAdmin("Removing a pool") is { } refusal) return refusal;
        return await starter.StartAsync(
            caller.Actor, caller.IdempotencyKey, OperationInput.Fingerprint(OperationKinds.PoolRemove, reference),
            async (db, now, cancel) =>
            {
                var found = await db.Pools.Present().FindAsync("pool", reference, p => p.Name == reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<StoragePool>.Done { Value: var pool }) return found.Problem!;
                var volumes = await db.Volumes.CountAsync(v => v.PoolId == pool.Id && v.State != VolumeState.Expunged, cancel).ConfigureAwait(false)
                    + await db.VolumeMoves.CountAsync(m => m.PoolId == pool.Id, cancel).ConfigureAwait(false); // the other copy of one that is moved
                var decided = PoolMachine.Apply(pool, new PoolCommand.Remove(volumes));
                if (decided is not Outcome<StoragePool>.Done { Value: var removing }) return decided.Problem!;
                db.Put(removing);
                db.Record(now, caller.Actor, "pool.remove-requested", "pool", pool.Id, pool.Name, null, $"Removing pool {pool.Name} was asked for.");
                // After whatever is still done to templates' copies there; they go with the pool.
                var copies = await db.TemplateCopies.Where(c => c.PoolId == pool.Id).Select(c => c.Id).ToListAsync(cancel).ConfigureAwait(false);
                return new NewOperation(OperationKinds.PoolRemove, "pool", pool.Id, null) { AlsoHolds = copies };
            },
            stop).ConfigureAwait(false);
    }
}
