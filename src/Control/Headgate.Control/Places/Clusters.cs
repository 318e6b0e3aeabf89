using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Places;

/// <summary>A cluster and the name of its zone.</summary>
public sealed record ClusterInZone(Cluster Cluster, string Zone);

/// <summary>Clusters: add, find, list, remove.</summary>
public sealed class Clusters(HeadgateDatabase database, TimeProvider clock)
{
    private const string What = "cluster";

    /// <summary>Adds a cluster to the zone with the id or name <paramref name="zoneReference"/>.</summary>
    public Task<Outcome<ClusterInZone>> CreateAsync(
        Caller caller, string name, string zoneReference, Hypervisor hypervisor, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if ((caller.MayNot("createCluster") ?? ObjectName.Problem(name, What)) is { } problem) return Task.FromResult<Outcome<ClusterInZone>>(problem);
        return database.WriteAsync<Outcome<ClusterInZone>>(
            async (db, cancel) =>
            {
                if (await db.FindZoneAsync(zoneReference, cancel).ConfigureAwait(false) is not { } zone)
                    return References.NotFound("zone", zoneReference);
                if (await db.Clusters.AnyAsync(c => c.Name == name, cancel).ConfigureAwait(false))
                    return References.NameTaken(What, name);
                var now = clock.GetUtcNow();
                var cluster = new Cluster
                {
                    Id = Guid.CreateVersion7(now), Name = name, ZoneId = zone.Id, Hypervisor = hypervisor, CreatedAt = now,
                };
                db.Clusters.Add(cluster);
                db.Record(
                    now, caller.Actor, "cluster.created", What, cluster.Id, name, null,
                    $"Cluster {name} was added to zone {zone.Name}.");
                return new ClusterInZone(cluster, zone.Name);
            },
            stop);
    }

    /// <summary>The cluster with this id or name.</summary>
    public Task<Outcome<ClusterInZone>> FindAsync(string reference, CancellationToken stop) =>
        database.ReadAsync<Outcome<ClusterInZone>>(
            async (db, cancel) =>
            {
                if (await db.FindClusterAsync(reference, cancel).ConfigureAwait(false) is not { } cluster)
                    return References.NotFound(What, reference);
                var zone = await db.Zones.SingleAsync(z => z.Id == cluster.ZoneId, cancel).ConfigureAwait(false);
                return new ClusterInZone(cluster, zone.Name);
            },
            stop);

    /// <summary>One page of clusters.</summary>
    public Task<Outcome<PageOf<ClusterInZone>>> ListAsync(PageRequest page, CancellationToken stop) =>
        database.ReadAsync(
            async (db, cancel) =>
            {
                var clusters = await db.Clusters.PageAsync(page, cancel).ConfigureAwait(false);
                var zones = await db.Zones.NamesAsync(cancel).ConfigureAwait(false);
                return clusters.Map(found => found.Select(c => new ClusterInZone(c, zones[c.ZoneId])));
            },
            stop);

    /// <summary>Removes a cluster without hosts and pools.</summary>
    public Task<Outcome<Nothing>> DeleteAsync(Caller caller, string reference, CancellationToken stop) =>
        database.WriteAsync<Outcome<Nothing>>(
            async (db, cancel) =>
            {
                if (caller.MayNot("deleteCluster") is { } refusal) return refusal;
                if (await db.FindClusterAsync(reference, cancel).ConfigureAwait(false) is not { } cluster)
                    return References.NotFound(What, reference);
                var hosts = await db.Hosts.CountAsync(h => h.ClusterId == cluster.Id, cancel).ConfigureAwait(false);
                var pools = await db.Pools.CountAsync(p => p.ClusterId == cluster.Id, cancel).ConfigureAwait(false);
                if (hosts + pools > 0)
                    return PlaceQueries.InUse(What, cluster.Name, $"{hosts} host(s) and {pools} pool(s), removed ones on record included");
                db.Clusters.Remove(cluster);
                db.Record(
                    clock.GetUtcNow(), caller.Actor, "cluster.removed", What, cluster.Id, cluster.Name, null,
                    $"Cluster {cluster.Name} was removed.");
                return default(Nothing);
            },
            stop);
}
