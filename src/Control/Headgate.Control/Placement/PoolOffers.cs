using Headgate.Domain;
using Headgate.Operations;
using Headgate.Operations.Templates;
using Headgate.Persistence;
using Headgate.Placement;
using Headgate.Plugins;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control;

/// <summary>What a zone's pools have to offer, as one transaction sees it.</summary>
internal static class PoolOffers
{
    /// <summary>All pools of the zone that are not removed: one query.</summary>
    /// <param name="db">What it sees.</param>
    /// <param name="providers">What serves.</param>
    /// <param name="zoneId">The zone.</param>
    /// <param name="template">The template that would have to be written to pools that do not have it; null for none.</param>
    /// <param name="stop">Cancels.</param>
    public static async Task<IReadOnlyList<PoolOffer>> OfZoneAsync(
        HeadgateDbContext db, IProviderCatalog providers, Guid zoneId, Template? template, CancellationToken stop)
    {
        var pools = await db.Pools.Present().Where(p => p.ZoneId == zoneId).ToListAsync(stop).ConfigureAwait(false);
        var have = template is null ? null : await TemplateCopies.PoolsWithAsync(db, template.Id, stop).ConfigureAwait(false);
        var missing = pools.Select(p => p.Provider).Distinct().ToDictionary(name => name, name => providers.WhyNotThere(name)?.Message);
        return
        [
            .. pools.Select(pool =>
            {
                var can = CapabilitiesText.Read(pool.Capabilities);
                return new PoolOffer(pool, can)
                {
                    Unavailable = missing[pool.Provider],
                    AlsoTakes = can is not null && template is not null && !have!.Contains(pool.Id) && TemplateCopies.AreUsedOn(can)
                        ? TemplateCopies.SizeOn(can, template) : default,
                };
            }),
        ];
    }

    /// <summary>Who has to reach the volume, from the references of a request; null for nobody in particular.</summary>
    public static async Task<Outcome<PlacementReach?>> ReachAsync(
        HeadgateDbContext db, Zone zone, string? hostReference, string? clusterReference, CancellationToken stop)
    {
        if (hostReference is null && clusterReference is null) return new Outcome<PlacementReach?>.Done(null);
        if (hostReference is not null && clusterReference is not null)
            return new Fault("reach-ambiguous", "A host and a cluster were given; a host is in a cluster already, so give one of the two.", Recovery.FixRequest);
        if (hostReference is not null)
        {
            var found = await db.Hosts.FindAsync("host", hostReference, h => h.Name == hostReference, stop).ConfigureAwait(false);
            if (found is not Outcome<Host>.Done { Value: var host }) return found.Problem!;
            return host.ZoneId == zone.Id ? await OfAsync(db, host.ClusterId, host.Id, stop).ConfigureAwait(false) : NotInZone("Host", host.Name, zone);
        }
        var sought = await db.Clusters.FindAsync("cluster", clusterReference!, c => c.Name == clusterReference, stop).ConfigureAwait(false);
        if (sought is not Outcome<Cluster>.Done { Value: var cluster }) return sought.Problem!;
        return cluster.ZoneId == zone.Id ? await OfAsync(db, cluster.Id, null, stop).ConfigureAwait(false) : NotInZone("Cluster", cluster.Name, zone);
    }

    /// <summary>Who has to reach a volume that there is: as it was asked for, as far as that host or cluster is still there.</summary>
    public static Task<Outcome<PlacementReach?>> ReachAsync(HeadgateDbContext db, Volume volume, CancellationToken stop) =>
        OfAsync(db, volume.ClusterId, volume.HostId, stop);

    private static async Task<Outcome<PlacementReach?>> OfAsync(HeadgateDbContext db, Guid? clusterId, Guid? hostId, CancellationToken stop)
    {
        var nobody = new Outcome<PlacementReach?>.Done(null);
        if (clusterId is not { } id || await db.Clusters.SingleOrDefaultAsync(c => c.Id == id, stop).ConfigureAwait(false) is not { } cluster) return nobody;
        var host = hostId is null ? null : await db.Hosts.SingleOrDefaultAsync(h => h.Id == hostId, stop).ConfigureAwait(false);
        if (hostId is not null && host is null) return nobody;
        return new PlacementReach(cluster.Id, cluster.Name, host?.Id, host?.Name) { Unconnected = await UnconnectedAsync(db, cluster.Id, host?.Id, stop).ConfigureAwait(false) };
    }

    /// <summary>Pools that a host joined and that have not taken note of it: their storage cannot be reached from there.</summary>
    private static async Task<Dictionary<Guid, IReadOnlyList<string>>> UnconnectedAsync(
        HeadgateDbContext db, Guid clusterId, Guid? hostId, CancellationToken stop)
    {
        var joining = await db.Operations
            .Where(o => o.Kind == OperationKinds.HostJoin && (o.Status == OperationStatus.Pending || o.Status == OperationStatus.Running || o.Status == OperationStatus.Undoing))
            .Where(o => db.Hosts.Any(h => h.Id == o.SubjectId && h.ClusterId == clusterId && (hostId == null || h.Id == hostId)))
            .Select(o => o.Input).ToListAsync(stop).ConfigureAwait(false);
        return joining.Select(input => OperationInput.Read<HostInput>(input)).GroupBy(input => input.PoolId)
            .ToDictionary(group => group.Key, group => (IReadOnlyList<string>)[.. group.Select(input => input.Name).Distinct().Order(StringComparer.Ordinal)]);
    }

    private static Fault NotInZone(string what, string name, Zone zone) => new(
        "not-in-zone", $"{what} {name} was asked for, but is not in zone {zone.Name}; pools of that zone do not serve it. Name its own zone.", Recovery.FixRequest);
}
