using Headgate.Hosts;

namespace Headgate.Hosts.Tests;

/// <summary>Values that tests need and do not care for.</summary>
internal static class Some
{
    public static HostFacts Facts { get; } = new()
    {
        AgentVersion = "0.1.0", InstanceId = Guid.Parse("0198aa00-0000-7000-8000-0000000000aa"), BootId = Guid.Parse("0198aa00-0000-7000-8000-0000000000bb"),
        Hypervisor = HypervisorKind.Qemu, HypervisorReason = "no /dev/kvm", LibvirtVersion = "9.0.0", QemuVersion = "7.2.22",
        InitiatorName = "iqn.2026-01.io.headgate:host-1", Cpus = 2, MemoryBytes = 1L << 30, FreeMemoryBytes = 1L << 29, Cgroup = new CgroupFacts(2, true),
        AttachModes = [new AttachModeFacts(AttachMode.QemuIscsi, true, null), new AttachModeFacts(AttachMode.KernelIscsi, false, "no module")],
    };

    public static VmDisk Disk(int slot = 0, DiskLimits? limits = null) => new()
    {
        VolumeId = Guid.NewGuid(), Slot = slot, SizeBytes = 1 << 20, Limits = limits,
        Source = new IscsiSource { Portals = ["127.0.0.1:3260"], TargetName = "iqn.2026-01.io.headgate:v1", Lun = 0 },
    };

    public static VmDefinition Vm(params VmDisk[] disks) => new()
    {
        Id = Guid.NewGuid(), Name = "vm-1", Cpus = 1, MemoryBytes = 64 << 20, Disks = disks, Generation = 1,
    };
}
