using Headgate.Domain;
using Headgate.Operations;
using Headgate.Persistence;
using Headgate.Plugins;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control;

/// <summary>A pool with the names of where it is and what it can do. Secrets are not in it but sealed.</summary>
public sealed record PoolDetails(
    StoragePool Pool, string Zone, string? Cluster, string? Host, int Volumes, DriverCapabilities? Capabilities)
{
    /// <summary>Why nothing can be done on it now although it was not taken out of service: its provider is not loaded.</summary>
    public Fault? Unavailable { get; init; }

    /// <summary>With what the catalog says of its provider.</summary>
    internal PoolDetails Seen(IProviderCatalog providers) =>
        Pool.State is PoolState.Removed ? this : this with { Unavailable = providers.WhyNotThere(Pool.Provider) };
}

internal static class PoolReading
{
    /// <summary>Adds names and counts to pools.</summary>
    public static async Task<IReadOnlyList<PoolDetails>> DetailAsync(
        this HeadgateDbContext db, IReadOnlyList<StoragePool> pools, CancellationToken stop)
    {
        var zones = await db.Zones.NamesAsync(stop).ConfigureAwait(false);
        var clusterIds = pools.Select(p => p.ClusterId).OfType<Guid>().Distinct().ToList();
        var hostIds = pools.Select(p => p.HostId).OfType<Guid>().Distinct().ToList();
        var ids = pools.Select(p => p.Id).ToList();
        var clusters = await db.Clusters.Where(c => clusterIds.Contains(c.Id)).NamesAsync(stop).ConfigureAwait(false);
        var hosts = await db.Hosts.Where(h => hostIds.Contains(h.Id)).NamesAsync(stop).ConfigureAwait(false);
        var volumes = await db.Volumes.Where(v => ids.Contains(v.PoolId) && v.State != VolumeState.Expunged)
            .GroupBy(v => v.PoolId).Select(g => new { g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, stop).ConfigureAwait(false);
        return
        [
            .. pools.Select(p => new PoolDetails(
                p, zones[p.ZoneId],
                p.ClusterId is { } cluster ? clusters.GetValueOrDefault(cluster) : null,
                p.HostId is { } host ? hosts.GetValueOrDefault(host) : null,
                volumes.GetValueOrDefault(p.Id), CapabilitiesText.Read(p.Capabilities))),
        ];
    }

    /// <summary>The pools that callers can refer to: removed ones are for the record only.</summary>
    public static IQueryable<StoragePool> Present(this IQueryable<StoragePool> pools) =>
        pools.Where(p => p.State != PoolState.Removed);
}
