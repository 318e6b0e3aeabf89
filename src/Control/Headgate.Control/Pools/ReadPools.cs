using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Plugins;
using Headgate.Primitives;

namespace Headgate.Control;

/// <summary>GET /pools</summary>
public sealed class ListPools(HeadgateDatabase database, IProviderCatalog providers)
{
    public async Task<Outcome<PageOf<PoolDetails>>> ExecuteAsync(Caller caller, PageRequest page, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.MayNot("listPools") is { } refusal) return refusal;
        return await database.ReadAsync<Outcome<PageOf<PoolDetails>>>(
            async (db, cancel) =>
            {
                var found = await db.Pools.Present().PageAsync(page, cancel).ConfigureAwait(false);
                if (found is not Outcome<PageOf<StoragePool>>.Done { Value: var pools }) return found.Problem!;
                var details = await db.DetailAsync(pools.Items, cancel).ConfigureAwait(false);
                return new PageOf<PoolDetails>([.. details.Select(pool => pool.Seen(providers))], pools.NextCursor);
            },
            stop).ConfigureAwait(false);
    }
}

/// <summary>GET /pools/{ref}</summary>
public sealed class GetPool(HeadgateDatabase database, IProviderCatalog providers)
{
    public async Task<Outcome<PoolDetails>> ExecuteAsync(Caller caller, string reference, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.MayNot("getPool") is { } refusal) return refusal;
        return await database.ReadAsync<Outcome<PoolDetails>>(
            async (db, cancel) =>
            {
                // By id a removed one is shown too: why adding it failed is kept there.
                var query = Guid.TryParse(reference, out _) ? db.Pools : db.Pools.Present();
                var found = await query.FindAsync("pool", reference, p => p.Name == reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<StoragePool>.Done { Value: var pool }) return found.Problem!;
                return (await db.DetailAsync([pool], cancel).ConfigureAwait(false))[0].Seen(providers);
            },
            stop).ConfigureAwait(false);
    }
}
