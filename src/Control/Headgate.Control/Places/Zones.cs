using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Places;

/// <summary>Zones: add, find, list, remove.</summary>
public sealed class Zones(HeadgateDatabase database, TimeProvider clock)
{
    private const string What = "zone";

    /// <summary>Adds a zone.</summary>
    public Task<Outcome<Zone>> CreateAsync(Caller caller, string name, CancellationToken stop, PlacementPolicy placement = PlacementPolicy.Spread)
    {
        if (ObjectName.Problem(name, What) is { } problem) return Task.FromResult<Outcome<Zone>>(problem);
        return database.WriteAsync<Outcome<Zone>>(
            async (db, cancel) =>
            {
                if (await db.Zones.AnyAsync(z => z.Name == name, cancel).ConfigureAwait(false)) return References.NameTaken(What, name);
                var now = clock.GetUtcNow();
                var zone = new Zone { Id = Guid.CreateVersion7(now), Name = name, Placement = placement, CreatedAt = now };
                db.Zones.Add(zone);
                db.Record(now, caller.Actor, "zone.created", What, zone.Id, name, null, $"Zone {name} was added.");
                return zone;
            },
            stop);
    }

    /// <summary>Sets how its volumes are placed from now on.</summary>
    public Task<Outcome<Zone>> SetPlacementAsync(Caller caller, string reference, PlacementPolicy placement, CancellationToken stop) =>
        database.WriteAsync<Outcome<Zone>>(
            async (db, cancel) =>
            {
                if (await db.FindZoneAsync(reference, cancel).ConfigureAwait(false) is not { } zone) return References.NotFound(What, reference);
                var next = zone with { Placement = placement };
                if (next == zone) return zone;
                db.Put(next);
                db.Record(
                    clock.GetUtcNow(), caller.Actor, "zone.placement-changed", What, zone.Id, zone.Name, null,
                    $"Zone {zone.Name} places volumes by {placement.ToString().ToLowerInvariant()} from now on.");
                return next;
            },
            stop);

    /// <summary>The zone with this id or name.</summary>
    public Task<Outcome<Zone>> FindAsync(string reference, CancellationToken stop) =>
        database.ReadAsync<Outcome<Zone>>(
            async (db, cancel) => await db.FindZoneAsync(reference, cancel).ConfigureAwait(false) is { } zone
                ? zone
                : References.NotFound(What, reference),
            stop);

    /// <summary>One page of zones.</summary>
    public Task<Outcome<PageOf<Zone>>> ListAsync(PageRequest page, CancellationToken stop) =>
        database.ReadAsync((db, cancel) => db.Zones.PageAsync(page, cancel), stop);

    /// <summary>Removes a zone that nothing is in any more.</summary>
    public Task<Outcome<Nothing>> DeleteAsync(Caller caller, string reference, CancellationToken stop) =>
        database.WriteAsync<Outcome<Nothing>>(
            async (db, cancel) =>
            {
                if (await db.FindZoneAsync(reference, cancel).ConfigureAwait(false) is not { } zone)
                    return References.NotFound(What, reference);
                var clusters = await db.Clusters.CountAsync(c => c.ZoneId == zone.Id, cancel).ConfigureAwait(false);
                var pools = await db.Pools.CountAsync(p => p.ZoneId == zone.Id, cancel).ConfigureAwait(false);
                if (clusters + pools > 0)
                    return PlaceQueries.InUse(What, zone.Name, $"{clusters} cluster(s) and {pools} pool(s), removed ones on record included");
                db.Zones.Remove(zone);
                db.Record(
                    clock.GetUtcNow(), caller.Actor, "zone.removed", What, zone.Id, zone.Name, null,
                    $"Zone {zone.Name} was removed.");
                return default(Nothing);
            },
            stop);
}
