using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;

namespace Headgate.Control;

/// <summary>Which volumes are wanted; null for all. References are ids or names.</summary>
public sealed record VolumeFilter(string? Pool = null, VolumeState? State = null, string? Account = null);

/// <summary>GET /volumes. Expunged ones are shown only when that state is asked for.</summary>
public sealed class ListVolumes(HeadgateDatabase database)
{
    public Task<Outcome<PageOf<VolumeDetails>>> ExecuteAsync(
        Caller caller, VolumeFilter filter, PageRequest page, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(filter);
        return database.ReadAsync<Outcome<PageOf<VolumeDetails>>>(
            async (db, cancel) =>
            {
                var query = db.Volumes.SeenBy(caller);
                query = filter.State is { } state ? query.Where(v => v.State == state) : query.Where(v => v.State != VolumeState.Expunged);
                if (filter.Pool is { } poolName)
                {
                    var pool = await db.Pools.Present().FindAsync("pool", poolName, p => p.Name == poolName, cancel).ConfigureAwait(false);
                    if (pool is not Outcome<StoragePool>.Done { Value: var on }) return pool.Problem!;
                    query = query.Where(v => v.PoolId == on.Id);
                }
                if (filter.Account is { } accountName)
                {
                    var visible = caller.IsOperator ? db.Accounts : db.Accounts.Where(a => a.Id == caller.AccountId);
                    var account = await visible.FindAsync("account", accountName, a => a.Name == accountName, cancel).ConfigureAwait(false);
                    if (account is not Outcome<Account>.Done { Value: var of }) return account.Problem!;
                    query = query.Where(v => v.AccountId == of.Id);
                }
                var found = await query.PageAsync(page, cancel).ConfigureAwait(false);
                if (found is not Outcome<PageOf<Volume>>.Done { Value: var volumes }) return found.Problem!;
                return new PageOf<VolumeDetails>(await db.DetailAsync(volumes.Items, cancel).ConfigureAwait(false), volumes.NextCursor);
            },
            stop);
    }
}

/// <summary>GET /volumes/{ref}</summary>
public sealed class GetVolume(HeadgateDatabase database)
{
    public Task<Outcome<VolumeDetails>> ExecuteAsync(Caller caller, string reference, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return database.ReadAsync<Outcome<VolumeDetails>>(
            async (db, cancel) =>
            {
                var found = await db.FindVolumeAsync(caller, reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<Volume>.Done { Value: var volume }) return found.Problem!;
                return (await db.DetailAsync([volume], cancel).ConfigureAwait(false))[0];
            },
            stop);
    }
}
