using System.Text.Json.Serialization;

namespace Headgate.Hosts;

/// <summary>What runs the guests' instructions.</summary>
public enum HypervisorKind
{
    /// <summary>The processor, through /dev/kvm: a guest was booted to prove it.</summary>
    Kvm,

    /// <summary>QEMU's emulation (TCG): works everywhere, at a fraction of the speed.</summary>
    Qemu,
}

/// <summary>A way in which a host can give a LUN to a guest.</summary>
public enum AttachMode
{
    /// <summary>QEMU's own iSCSI initiator (libiscsi): nothing is needed of the host's kernel.</summary>
    [JsonStringEnumMemberName("qemu-iscsi")]
    QemuIscsi,

    /// <summary>The host kernel's initiator (open-iscsi), with multipath where there is more than one portal.</summary>
    [JsonStringEnumMemberName("kernel-iscsi")]
    KernelIscsi,
}

/// <summary>Whether a host has a way to attach.</summary>
/// <param name="Mode">The way.</param>
/// <param name="IsAvailable">Whether it can be used.</param>
/// <param name="WhyNot">What is missing; null when it is available.</param>
public sealed record AttachModeFacts(AttachMode Mode, bool IsAvailable, string? WhyNot);

/// <summary>What the kernel's control groups can do for I/O.</summary>
/// <param name="Version">1 or 2; 0 when none is mounted.</param>
/// <param name="HasIo">Whether the controller is there that caps block I/O: <c>blkio</c> of version 1, <c>io</c> of version 2.</param>
public sealed record CgroupFacts(int Version, bool HasIo);

/// <summary>What a host is and can do, as its agent found it: facts, not settings.</summary>
public sealed record HostFacts
{
    /// <summary>Version of the agent's program.</summary>
    public required string AgentVersion { get; init; }

    /// <summary>Made anew at each start of the agent: another one means that it was restarted.</summary>
    public required Guid InstanceId { get; init; }

    /// <summary>The kernel's boot id: another one means that the host was restarted and none of its VMs run.</summary>
    public required Guid BootId { get; init; }

    /// <summary>What runs the guests' instructions.</summary>
    public required HypervisorKind Hypervisor { get; init; }

    /// <summary>How that was found: the result of the boot probe, for people.</summary>
    public required string HypervisorReason { get; init; }

    /// <summary>For example <c>9.0.0</c>.</summary>
    public required string LibvirtVersion { get; init; }

    /// <summary>For example <c>7.2.22</c>.</summary>
    public required string QemuVersion { get; init; }

    /// <summary>The iSCSI name by which this host logs in: what access is granted to.</summary>
    public required string InitiatorName { get; init; }

    /// <summary>Logical processors.</summary>
    public required int Cpus { get; init; }

    /// <summary>Memory of the host, bytes.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>What is free of it now, bytes.</summary>
    public required long FreeMemoryBytes { get; init; }

    /// <summary>What control groups can do here.</summary>
    public required CgroupFacts Cgroup { get; init; }

    /// <summary>Each way to attach a LUN, with the reason where it cannot be used.</summary>
    public required IReadOnlyList<AttachModeFacts> AttachModes { get; init; }
}
