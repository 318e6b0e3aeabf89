using Headgate.Primitives;

namespace Headgate.Hosts;

/// <summary>What every definition has to keep, on either side of the wire.</summary>
public static class VmRules
{
    /// <summary>One PCIe root port each, and a q35 machine has 32 of a bus's slots, some of them taken.</summary>
    public const int MostDisks = 16;

    /// <summary>What QEMU 7.2's q35 takes without an emulated interrupt remapper.</summary>
    public const int MostCpus = 255;

    /// <summary>Below that no firmware starts.</summary>
    public const long LeastMemoryBytes = 16 * Mebibyte;

    /// <summary>16 TiB: more than a host has.</summary>
    public const long MostMemoryBytes = 16L << 40;

    /// <summary>A label of RFC 1123.</summary>
    public const int MostNameCharacters = 63;

    /// <summary>A logical block.</summary>
    public const int SectorBytes = 512;

    /// <summary>A second level LUN of SAM-5 flat addressing: 14 bits.</summary>
    public const int MostLun = 16383;

    /// <summary>QEMU's throttle accepts less than 10^15 (THROTTLE_VALUE_MAX).</summary>
    public const long MostRate = 999_999_999_999_999;

    /// <summary>A day: QEMU multiplies it with the rate.</summary>
    public const long MostBurstSeconds = 86_400;

    /// <summary>Shorter secrets are guessed: RFC 7143 section 9.2.1.</summary>
    public const int LeastSecretCharacters = 12;

    /// <summary>What a CHAP name or secret has at most: one octet counts it in RFC 1994.</summary>
    public const int MostChapCharacters = 255;

    private const long Mebibyte = 1 << 20;

    /// <summary>Null when a host may be given it.</summary>
    public static Fault? Problem(VmDefinition vm)
    {
        ArgumentNullException.ThrowIfNull(vm);
        var problem = ShapeProblem(vm);
        if (problem is not null) return Invalid("vm-invalid", problem);
        if (vm.Disks.Count > MostDisks) return Invalid("vm-invalid", $"The VM has {vm.Disks.Count} disks; at most {MostDisks} fit.");
        foreach (var disk in vm.Disks)
        {
            if (Problem(disk) is { } fault) return fault;
        }
        if (vm.Disks.Select(disk => disk.Slot).Distinct().Count() != vm.Disks.Count) return Invalid("vm-invalid", "Two disks of the VM have the same slot; give each its own.");
        if (vm.Disks.Select(disk => disk.Serial).Distinct().Count() != vm.Disks.Count) return Invalid("vm-invalid", "A volume is there twice among the VM's disks; a VM has it once.");
        return vm.Boot is null && vm.Disks.All(disk => disk.Slot != 0)
            ? Invalid("vm-invalid", "The VM has no disk in slot 0 to boot from and no kernel to start; give one of them.")
            : null;
    }

    /// <summary>Null when a VM may be given it.</summary>
    public static Fault? Problem(VmDisk disk)
    {
        ArgumentNullException.ThrowIfNull(disk);
        if (disk.VolumeId == Guid.Empty) return Invalid("disk-invalid", "The disk has no volume's id.");
        if (disk.Slot is < 0 or >= MostDisks) return Invalid("disk-invalid", $"The disk's slot is {disk.Slot}; slots are 0 to {MostDisks - 1}.");
        if (disk.SizeBytes <= 0 || disk.SizeBytes % SectorBytes != 0)
            return Invalid("disk-invalid", $"The disk's size is {disk.SizeBytes} bytes; it has to be a multiple of {SectorBytes} above 0.");
        var source = disk.Source switch
        {
            IscsiSource iscsi => IscsiProblem(iscsi),
            FileSource { Path: var path } => PathProblem(path),
            BlockSource { Path: var path } => PathProblem(path) ?? (path.StartsWith("/dev/", StringComparison.Ordinal) ? null : $"the block device {path} is not below /dev"),
            _ => "it has no source",
        };
        return source is not null ? Invalid("disk-invalid", $"The disk of volume {disk.VolumeId} cannot be given to a VM: {source}.")
            : disk.Limits is { } limits ? Problem(limits)
            : null;
    }

    /// <summary>Null when a hypervisor can hold them.</summary>
    public static Fault? Problem(DiskLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        foreach (var (name, value) in Rates(limits))
        {
            if (value is <= 0 or > MostRate) return Invalid("limits-invalid", $"{name} is {value}; leave it out for no limit, or give 1 to {MostRate}.");
        }
        if (limits.BurstSeconds is <= 0 or > MostBurstSeconds)
            return Invalid("limits-invalid", $"burstSeconds is {limits.BurstSeconds}; it has to be 1 to {MostBurstSeconds}.");
        if (limits.TotalIops is not null && (limits.ReadIops ?? limits.WriteIops) is not null)
            return Invalid("limits-invalid", "totalIops excludes readIops and writeIops; give the total, or one or both of the others.");
        if (limits.TotalBytes is not null && (limits.ReadBytes ?? limits.WriteBytes) is not null)
            return Invalid("limits-invalid", "totalBytes excludes readBytes and writeBytes; give the total, or one or both of the others.");
        return BurstProblem("burstTotalIops", limits.BurstTotalIops, "totalIops", limits.TotalIops)
            ?? BurstProblem("burstReadIops", limits.BurstReadIops, "readIops", limits.ReadIops)
            ?? BurstProblem("burstWriteIops", limits.BurstWriteIops, "writeIops", limits.WriteIops)
            ?? (limits.BurstSeconds is not null && (limits.BurstTotalIops ?? limits.BurstReadIops ?? limits.BurstWriteIops) is null
                ? Invalid("limits-invalid", "burstSeconds says how long a burst lasts, and there is none; give one, or leave it out.") : null);
    }

    private static Fault? BurstProblem(string name, long? burst, string maxName, long? max) => (burst, max) switch
    {
        (null, _) => null,
        (_, null) => Invalid("limits-invalid", $"{name} is {burst} and there is no {maxName} that it rises above; give that too."),
        _ when burst < max => Invalid("limits-invalid", $"{name} {burst} is below {maxName} {max}; a burst is at least the limit."),
        _ => null,
    };

    private static IEnumerable<(string Name, long? Value)> Rates(DiskLimits limits) =>
    [
        ("totalIops", limits.TotalIops), ("readIops", limits.ReadIops), ("writeIops", limits.WriteIops),
        ("totalBytes", limits.TotalBytes), ("readBytes", limits.ReadBytes), ("writeBytes", limits.WriteBytes),
        ("burstTotalIops", limits.BurstTotalIops), ("burstReadIops", limits.BurstReadIops), ("burstWriteIops", limits.BurstWriteIops),
        ("sizeIopsBytes", limits.SizeIopsBytes),
    ];

    private static string? ShapeProblem(VmDefinition vm)
    {
        if (vm.Id == Guid.Empty) return "The VM has no id.";
        if (vm.Name.Length is 0 or > MostNameCharacters || vm.Name.Any(c => !(char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')))
            return $"The VM's name '{vm.Name}' has to be 1 to {MostNameCharacters} of a-z, A-Z, 0-9, '-', '_' and '.'.";
        if (vm.Cpus is < 1 or > MostCpus) return $"The VM has {vm.Cpus} processors; 1 to {MostCpus} can be had.";
        if (vm.MemoryBytes is < LeastMemoryBytes or > MostMemoryBytes || vm.MemoryBytes % Mebibyte != 0)
            return $"The VM's memory is {vm.MemoryBytes} bytes; it has to be a multiple of 1 MiB from {LeastMemoryBytes} to {MostMemoryBytes}.";
        if (vm.Generation < 1) return $"The VM's generation is {vm.Generation}; the first is 1.";
        return null;
    }

    private static string? IscsiProblem(IscsiSource source)
    {
        if (source.Portals.Count == 0) return "it names no portal";
        if (source.Portals.FirstOrDefault(portal => !Portal.TryParse(portal, out _)) is { } portal) return $"its portal '{portal}' is not ADDRESS:PORT";
        if (IscsiName.Problem(source.TargetName) is { } name) return name.TrimEnd('.');
        if (source.Lun is < 0 or > MostLun) return $"its LUN is {source.Lun}; LUNs are 0 to {MostLun}";
        if (source.Chap is not { } chap) return null;
        if (chap.User.Length is 0 or > MostChapCharacters || chap.User.Any(char.IsControl)) return $"its CHAP user has to have 1 to {MostChapCharacters} characters";
        return chap.Secret.Length is < LeastSecretCharacters or > MostChapCharacters
            ? $"its CHAP secret has {chap.Secret.Length} characters; {LeastSecretCharacters} to {MostChapCharacters} are asked for"
            : null;
    }

    /// <summary>Where it may lead is the agent's to know; here it has to be one path and say so plainly.</summary>
    private static string? PathProblem(string path) =>
        path.StartsWith('/') && !path.Any(char.IsControl) && path.Split('/')[1..].All(part => part is not ("" or "." or "..")) ? null
            : $"its path '{path}' is not absolute and plain";

    private static Fault Invalid(string code, string message) => new(code, message, Recovery.FixRequest);
}
