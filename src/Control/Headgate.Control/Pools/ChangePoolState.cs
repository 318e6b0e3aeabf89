using Headgate.Domain;
using Headgate.Operations;
using Headgate.Persistence;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Control;

/// <summary>What an admin wants a pool to do.</summary>
public enum PoolAction
{
    /// <summary>Take new volumes again, from disabled or maintenance.</summary>
    Enable,

    /// <summary>Take no new volumes.</summary>
    Disable,

    /// <summary>As disable, and tell the storage.</summary>
    Maintain,
}

/// <summary>POST /pools/{ref}/enable|disable|maintain</summary>
public sealed class ChangePoolState(HeadgateDatabase database, StoreCache stores, GetPool get, TimeProvider time)
{
    public async Task<Outcome<PoolDetails>> ExecuteAsync(Caller caller, string reference, PoolAction action, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.MayNot("disablePool") is { } refusal) return refusal;
        var found = await get.ExecuteAsync(caller, reference, stop).ConfigureAwait(false);
        if (found is not Outcome<PoolDetails>.Done { Value.Pool: var pool }) return found;
        PoolCommand command = action switch
        {
            PoolAction.Enable => new PoolCommand.Enable(),
            PoolAction.Disable => new PoolCommand.Disable(),
            _ => new PoolCommand.Maintain(),
        };
        if (PoolMachine.Decide(pool, command).Refusal is { } unlawful) return unlawful;

        // The storage is told first: when the server dies in between, asking again repeats both, and both may be repeated.
        if (await TellStorageAsync(pool, action, stop).ConfigureAwait(false) is { } problem) return problem;
        var changed = await database.WriteAsync<Outcome<Nothing>>(
            async (db, cancel) =>
            {
                var read = await db.Pools.FindAsync("pool", pool.Id.ToString(), p => p.Id == pool.Id, cancel).ConfigureAwait(false);
                if (read is not Outcome<StoragePool>.Done { Value: var now }) return read.Problem!;
                var applied = PoolMachine.Apply(now, command);
                if (applied is not Outcome<StoragePool>.Done { Value: var next }) return applied.Problem!;
                if (next == now) return default(Nothing);
                db.Put(next);
                var state = next.State.ToString().ToLowerInvariant();
                db.Record(time.GetUtcNow(), caller.Actor, $"pool.{state}", "pool", pool.Id, pool.Name, null, $"Pool {pool.Name} is {state} now.");
                return default(Nothing);
            },
            stop).ConfigureAwait(false);
        return changed.IsDone ? await get.ExecuteAsync(caller, pool.Id.ToString(), stop).ConfigureAwait(false) : changed.Problem!;
    }

    private async Task<Fault?> TellStorageAsync(StoragePool pool, PoolAction action, CancellationToken stop)
    {
        if (action is PoolAction.Disable || (action is PoolAction.Enable && pool.State is not PoolState.Maintenance)) return null;
        var opened = await stores.OpenAsync(pool, stop).ConfigureAwait(false);
        if (opened is not Outcome<IPrimaryDataStore>.Done { Value: var store }) return opened.Problem;
        var told = action is PoolAction.Maintain
            ? await store.LifeCycle.EnterMaintenanceAsync(stop).ConfigureAwait(false)
            : await store.LifeCycle.LeaveMaintenanceAsync(stop).ConfigureAwait(false);
        return told.Problem;
    }
}
