using Headgate.Domain;
using Headgate.Operations;
using Headgate.Operations.Hosts;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Places;

/// <summary>A host and the names of where it is.</summary>
public sealed record HostInCluster(Host Host, string Cluster, string Zone);

/// <summary>
/// Hosts: add, find, list, remove. The pools in whose scope one is are told in operations of their own (<c>host.join</c>, <c>host.leave</c>),
/// so that none of them can keep it out.
/// </summary>
public sealed class Hosts(HeadgateDatabase database, OperationFeed feed, TimeProvider clock)
{
    private const string What = "host";

    /// <summary>Adds a host, known to storage by its iSCSI node name, to a cluster.</summary>
    public async Task<Outcome<HostInCluster>> CreateAsync(
        Caller caller, string name, string clusterReference, string initiatorName, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if ((caller.MayNot("createHost") ?? ObjectName.Problem(name, What)) is { } problem) return problem;
        if (IscsiName.Problem(initiatorName) is { } why) return new Fault("initiator-invalid", Sentence(why), Recovery.FixRequest);
        if (ReservedInitiators.Problem(initiatorName) is { } reserved) return reserved;
        var created = await database.WriteAsync<Outcome<HostInCluster>>(
            async (db, cancel) =>
            {
                if (await db.FindClusterAsync(clusterReference, cancel).ConfigureAwait(false) is not { } cluster)
                    return References.NotFound("cluster", clusterReference);
                if (await db.Hosts.AnyAsync(h => h.Name == name, cancel).ConfigureAwait(false)) return References.NameTaken(What, name);
                if (await db.Hosts.FirstOrDefaultAsync(h => h.InitiatorName == initiatorName, cancel).ConfigureAwait(false) is { } other)
                    return new Fault(
                        "initiator-taken", $"The initiator name {initiatorName} is host {other.Name}'s; each host needs its own.",
                        Recovery.FixRequest);
                var zone = await db.Zones.SingleAsync(z => z.Id == cluster.ZoneId, cancel).ConfigureAwait(false);
                var now = clock.GetUtcNow();
                var host = new Host
                {
                    Id = Guid.CreateVersion7(now), Name = name, ClusterId = cluster.Id, ZoneId = zone.Id,
                    InitiatorName = initiatorName, State = HostState.Up, CreatedAt = now,
                };
                db.Hosts.Add(host);
                await HostNotices.JoinAsync(db, host, caller.Actor, now, cancel).ConfigureAwait(false);
                db.Record(
                    now, caller.Actor, "host.created", What, host.Id, name, null,
                    $"Host {name} was added to cluster {cluster.Name}.");
                return new HostInCluster(host, cluster.Name, zone.Name);
            },
            stop).ConfigureAwait(false);
        feed.WakeEngine();
        return created;
    }

    /// <summary>The host with this id or name.</summary>
    public Task<Outcome<HostInCluster>> FindAsync(string reference, CancellationToken stop) =>
        database.ReadAsync<Outcome<HostInCluster>>(
            async (db, cancel) =>
            {
                if (await db.FindHostAsync(reference, cancel).ConfigureAwait(false) is not { } host)
                    return References.NotFound(What, reference);
                var cluster = await db.Clusters.SingleAsync(c => c.Id == host.ClusterId, cancel).ConfigureAwait(false);
                var zone = await db.Zones.SingleAsync(z => z.Id == host.ZoneId, cancel).ConfigureAwait(false);
                return new HostInCluster(host, cluster.Name, zone.Name);
            },
            stop);

    /// <summary>One page of hosts.</summary>
    public Task<Outcome<PageOf<HostInCluster>>> ListAsync(PageRequest page, CancellationToken stop) =>
        database.ReadAsync(
            async (db, cancel) =>
            {
                var hosts = await db.Hosts.PageAsync(page, cancel).ConfigureAwait(false);
                var clusters = await db.Clusters.NamesAsync(cancel).ConfigureAwait(false);
                var zones = await db.Zones.NamesAsync(cancel).ConfigureAwait(false);
                return hosts.Map(found => found.Select(h => new HostInCluster(h, clusters[h.ClusterId], zones[h.ZoneId])));
            },
            stop);

    /// <summary>Removes a host that no pool is for and that is connected to no volume.</summary>
    public async Task<Outcome<Nothing>> DeleteAsync(Caller caller, string reference, CancellationToken stop)
    {
        var deleted = await database.WriteAsync<Outcome<Nothing>>(
            async (db, cancel) =>
            {
                if (caller.MayNot("deleteHost") is { } refusal) return refusal;
                if (await db.FindHostAsync(reference, cancel).ConfigureAwait(false) is not { } host)
                    return References.NotFound(What, reference);
                var pools = await db.Pools.CountAsync(p => p.HostId == host.Id, cancel).ConfigureAwait(false);
                var volumes = await db.VolumeAccesses.CountAsync(
                    a => a.HostId == host.Id || a.InitiatorName == host.InitiatorName, cancel).ConfigureAwait(false);
                if (pools + volumes > 0)
                    return PlaceQueries.InUse(What, host.Name, $"{pools} pool(s) and is connected to {volumes} volume(s)");
                db.Hosts.Remove(host);
                var now = clock.GetUtcNow();
                await HostNotices.LeaveAsync(db, host, caller.Actor, now, cancel).ConfigureAwait(false);
                db.Record(
                    now, caller.Actor, "host.removed", What, host.Id, host.Name, null,
                    $"Host {host.Name} was removed.");
                return default(Nothing);
            },
            stop).ConfigureAwait(false);
        feed.WakeEngine();
        return deleted;
    }

    private static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
