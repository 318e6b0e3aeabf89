namespace Headgate.Api.Contract;

// GET|POST /api/v1/zones, GET|DELETE /api/v1/zones/{ref}; likewise /clusters and /hosts.

/// <summary>A zone.</summary>
public sealed record ZoneView(Guid Id, string Name, DateTimeOffset CreatedAt)
{
    /// <summary>Which of the pools that fit a volume is taken: spread or pack.</summary>
    public string Placement { get; init; } = "spread";
}

/// <summary>POST /api/v1/zones</summary>
public sealed record CreateZone(string Name)
{
    /// <summary>spread (the pool that is left with the most) or pack (with the least).</summary>
    public string Placement { get; init; } = "spread";
}

/// <summary>POST /api/v1/zones/{ref}/placement → the zone.</summary>
public sealed record ChangeZonePlacement(string Placement);

/// <summary>A cluster: hosts of one hypervisor.</summary>
public sealed record ClusterView(Guid Id, string Name, string Zone, string Hypervisor, DateTimeOffset CreatedAt);

/// <summary>POST /api/v1/clusters. Hypervisor: kvm, xenserver, vmware or external.</summary>
public sealed record CreateCluster(string Name, string Zone, string Hypervisor);

/// <summary>A host.</summary>
public sealed record HostView(Guid Id, string Name, string Zone, string Cluster, string InitiatorName, string State, DateTimeOffset CreatedAt);

/// <summary>POST /api/v1/hosts</summary>
public sealed record CreateHost(string Name, string Cluster, string InitiatorName);
