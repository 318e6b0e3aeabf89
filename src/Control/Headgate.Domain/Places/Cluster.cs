namespace Headgate.Domain;

/// <summary>What runs the VMs of a cluster.</summary>
public enum Hypervisor
{
    /// <summary>Linux KVM through our host agent.</summary>
    Kvm,

    /// <summary>XenServer through XAPI.</summary>
    XenServer,

    /// <summary>VMware through vSphere.</summary>
    VMware,

    /// <summary>Hosts that somebody else manages: they only get connections.</summary>
    External,
}

/// <summary>Hosts of one zone that run one hypervisor.</summary>
public sealed record Cluster : INamed
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required Guid ZoneId { get; init; }

    public required Hypervisor Hypervisor { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public long Version { get; init; }
}
