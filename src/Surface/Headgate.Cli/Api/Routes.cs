namespace Headgate.Cli.Api;

/// <summary>The routes of the REST contract.</summary>
internal static class Routes
{
    public const string Zones = "/api/v1/zones";
    public const string Clusters = "/api/v1/clusters";
    public const string Hosts = "/api/v1/hosts";
    public const string Providers = "/api/v1/providers";
    public const string ProviderRescan = "/api/v1/providers/rescan";
    public const string Pools = "/api/v1/pools";
    public const string VolumeImport = "/api/v1/volumes/import";
    public const string RecycleBin = "/api/v1/recycle-bin";
    public const string Findings = "/api/v1/findings";
    public const string Orphans = "/api/v1/orphans";
    public const string DiskOfferings = "/api/v1/disk-offerings";
    public const string ComputeOfferings = "/api/v1/compute-offerings";
    public const string Volumes = "/api/v1/volumes";
    public const string Snapshots = "/api/v1/snapshots";
    public const string SnapshotGroups = "/api/v1/snapshot-groups";
    public const string SnapshotSchedules = "/api/v1/snapshot-schedules";
    public const string Templates = "/api/v1/templates";
    public const string PlacementExplain = "/api/v1/placement/explain";
    public const string Operations = "/api/v1/operations";
    public const string Events = "/api/v1/events";
    public const string EventStream = "/api/v1/events/stream";
    public const string Audit = "/api/v1/audit";
    public const string Accounts = "/api/v1/accounts";
    public const string Quota = "/api/v1/quota";
    public const string Usage = "/api/v1/usage";
    public const string Users = "/api/v1/users";
    public const string Keys = "/api/v1/keys";
    public const string WhoAmI = "/api/v1/whoami";
    public const string Node = "/api/v1/node";
    public const string NodeMeasure = "/api/v1/node/measure";
    public const string NodeCredentials = "/api/v1/node/credentials";
    public const string Servers = "/api/v1/servers";
    public const string Version = "/api/v1/version";

    /// <summary>A route below a collection; each part is escaped.</summary>
    public static string Of(string collection, params ReadOnlySpan<string> parts)
    {
        var route = collection;
        foreach (var part in parts) route += "/" + Uri.EscapeDataString(part);
        return route;
    }

    /// <summary>The route with those filters that are given.</summary>
    public static string Filtered(string collection, params ReadOnlySpan<(string Name, string? Value)> filters)
    {
        var route = collection;
        foreach (var (name, value) in filters)
        {
            if (value is null) continue;
            route += $"{(route.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{name}={Uri.EscapeDataString(value)}";
        }
        return route;
    }
}
