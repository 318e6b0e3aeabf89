using Headgate.Control.Access;
using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control;

/// <summary>Which volumes are wanted; null for all. References are ids or names.</summary>
public sealed record VolumeFilter(string? Pool = null, VolumeState? State = null, string? Account = null)
{
    /// <summary>A disk offering's id or name.</summary>
    public string? Offering { get; init; }

    /// <summary>What their names begin with.</summary>
    public string? NamePrefix { get; init; }
}

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
                    if (await db.SeekVisibleAccountAsync(caller, accountName, cancel).ConfigureAwait(false) is not { } of)
                        return References.NotFound("account", accountName);
                    query = query.Where(v => v.AccountId == of.Id);
                }
                if (filter.Offering is { } offering)
                {
                    var isId = Guid.TryParse(offering, out var offeringId);
                    var offerings = db.DiskOfferings.Where(o => isId ? o.Id == offeringId : o.Name == offering).Select(o => o.Id);
                    if (!await offerings.AnyAsync(cancel).ConfigureAwait(false)) return References.NotFound("disk offering", offering);
                    query = query.Where(v => offerings.Contains(v.DiskOfferingId));
                }
                // Not LIKE, whose case depends on the database.
                if (filter.NamePrefix is { } prefix) query = query.Where(v => v.Name.Substring(0, prefix.Length) == prefix);
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
