using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control;

/// <summary>A volume with the names of what it belongs to and the initiators that were granted access.</summary>
public sealed record VolumeDetails(
    Volume Volume, string Account, string Zone, string Pool, string DiskOffering, IReadOnlyList<string> Initiators)
{
    /// <summary>The number of the offering's version that it has.</summary>
    public int OfferingVersion { get; init; }

    /// <summary>True when the offering has a later version.</summary>
    public bool IsOfferingOutdated { get; init; }
}

internal static class VolumeReading
{
    /// <summary>What the caller may see.</summary>
    public static IQueryable<Volume> SeenBy(this IQueryable<Volume> volumes, Caller caller) =>
        caller.IsOperator ? volumes : volumes.Where(v => v.AccountId == caller.AccountId);

    /// <summary>
    /// The volume with this id or name, of those that the caller may see. An admin's own account comes first where two
    /// accounts use one name; expunged ones are found by id only.
    /// </summary>
    public static async Task<Outcome<Volume>> FindVolumeAsync(
        this HeadgateDbContext db, Caller caller, string reference, CancellationToken stop)
    {
        var seen = db.Volumes.SeenBy(caller);
        if (Guid.TryParse(reference, out _)) return await seen.FindAsync("volume", reference, v => false, stop).ConfigureAwait(false);
        var named = await seen.Where(v => v.Name == reference && v.State != VolumeState.Expunged)
            .ToListAsync(stop).ConfigureAwait(false);
        var own = named.Find(v => v.AccountId == caller.AccountId);
        return (own, named) switch
        {
            ({ } mine, _) => mine,
            (null, [var only]) => only,
            (null, []) => References.NotFound("volume", reference),
            _ => new Fault("name-ambiguous", $"{named.Count} accounts have a volume named '{reference}'; give its id.", Recovery.FixRequest),
        };
    }

    /// <summary>Adds names and initiators.</summary>
    public static async Task<IReadOnlyList<VolumeDetails>> DetailAsync(
        this HeadgateDbContext db, IReadOnlyList<Volume> volumes, CancellationToken stop)
    {
        var (ids, accountIds, poolIds, offeringIds) = (
            volumes.Select(v => v.Id).ToList(), volumes.Select(v => v.AccountId).Distinct().ToList(),
            volumes.Select(v => v.PoolId).Distinct().ToList(), volumes.Select(v => v.DiskOfferingId).Distinct().ToList());
        var accounts = await db.Accounts.Where(a => accountIds.Contains(a.Id)).NamesAsync(stop).ConfigureAwait(false);
        var pools = await db.Pools.Where(p => poolIds.Contains(p.Id)).NamesAsync(stop).ConfigureAwait(false);
        var offerings = await db.DiskOfferings.Where(o => offeringIds.Contains(o.Id))
            .Select(o => new { o.Id, o.Name, o.Number, o.SupersededAt }).ToDictionaryAsync(o => o.Id, stop).ConfigureAwait(false);
        var zones = await db.Zones.NamesAsync(stop).ConfigureAwait(false);
        var accesses = await db.VolumeAccesses.Where(a => ids.Contains(a.VolumeId)).OrderBy(a => a.Id)
            .Select(a => new { a.VolumeId, a.InitiatorName }).ToListAsync(stop).ConfigureAwait(false);
        var initiators = accesses.ToLookup(a => a.VolumeId, a => a.InitiatorName);
        return
        [
            .. volumes.Select(v => new VolumeDetails(
                v, accounts[v.AccountId], zones[v.ZoneId], pools[v.PoolId], offerings[v.DiskOfferingId].Name, [.. initiators[v.Id]])
            {
                OfferingVersion = offerings[v.DiskOfferingId].Number, IsOfferingOutdated = offerings[v.DiskOfferingId].SupersededAt is not null,
            }),
        ];
    }
}
