using System.Text;
using System.Text.Json.Serialization;

namespace Headgate.Hosts;

/// <summary>What a VM is to be. The server's; a host keeps it as libvirt's definition and nothing else.</summary>
public sealed record VmDefinition
{
    /// <summary>The server's id, and the domain's UUID.</summary>
    public required Guid Id { get; init; }

    /// <summary>For people; 1 to 63 of a-z, A-Z, 0-9, '-', '_' and '.'. Need not be unique.</summary>
    public required string Name { get; init; }

    /// <summary>Virtual processors.</summary>
    public required int Cpus { get; init; }

    /// <summary>Memory, bytes: a multiple of 1 MiB.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>A kernel to start without a boot loader; null boots from the disk in slot 0.</summary>
    public KernelBoot? Boot { get; init; }

    /// <summary>Its disks, each with a slot and a volume of its own.</summary>
    public required IReadOnlyList<VmDisk> Disks { get; init; }

    /// <summary>Raised by the server with each change. A host refuses what is older than what it has.</summary>
    public required long Generation { get; init; }
}

/// <summary>Starts a kernel directly. Paths are relative to the agent's own folder of kernels and never lead out of it.</summary>
/// <param name="KernelPath">The kernel's file.</param>
/// <param name="InitrdPath">The initial RAM disk's file, or null.</param>
/// <param name="CommandLine">What the kernel is told.</param>
public sealed record KernelBoot(string KernelPath, string? InitrdPath, string CommandLine);

/// <summary>A disk of a VM.</summary>
public sealed record VmDisk
{
    /// <summary>The server's id of the volume.</summary>
    public required Guid VolumeId { get; init; }

    /// <summary>Its place, 0 to <see cref="VmRules.MostDisks"/> - 1, the same for as long as it is attached; 0 is the root disk.</summary>
    public required int Slot { get; init; }

    /// <summary>Its size, bytes: a multiple of 512.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>Where its data is.</summary>
    public required DiskSource Source { get; init; }

    /// <summary>What the host holds it to; null: nothing.</summary>
    public DiskLimits? Limits { get; init; }

    /// <summary>Whether the guest may only read.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>The serial number that the guest sees: made of the volume's id by <see cref="DiskSerial"/>.</summary>
    [JsonIgnore]
    public string Serial => DiskSerial.Of(VolumeId);
}

/// <summary>Where a disk's data is.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind", UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(IscsiSource), "iscsi")]
[JsonDerivedType(typeof(FileSource), "file")]
[JsonDerivedType(typeof(BlockSource), "block")]
public abstract record DiskSource;

/// <summary>A LUN.</summary>
public sealed record IscsiSource : DiskSource
{
    /// <summary>ADDRESS:PORT of each portal; the first is the one that a single path uses.</summary>
    public required IReadOnlyList<string> Portals { get; init; }

    /// <summary>The target's iSCSI name.</summary>
    public required string TargetName { get; init; }

    /// <summary>The LUN at the target.</summary>
    public required int Lun { get; init; }

    /// <summary>How the host proves who it is; null: by its name alone.</summary>
    public ChapCredentials? Chap { get; init; }

    /// <summary>Which of the host's ways is used.</summary>
    public AttachMode Mode { get; init; }
}

/// <summary>A raw image in a folder that the host mounts.</summary>
/// <param name="Path">Absolute, inside a folder that the agent was told it may use.</param>
public sealed record FileSource(string Path) : DiskSource;

/// <summary>A block device of the host.</summary>
/// <param name="Path">Absolute, below /dev.</param>
public sealed record BlockSource(string Path) : DiskSource;

/// <summary>CHAP (RFC 1994). The secret travels to the host and never back, and is not in this type's text.</summary>
/// <param name="User">The user's name.</param>
/// <param name="Secret">12 to 255 characters (RFC 7143 section 9.2.1 asks for 96 bits).</param>
public sealed record ChapCredentials(string User, string Secret)
{
    private bool PrintMembers(StringBuilder text)
    {
        text.Append("User = ").Append(User).Append(", Secret = ***");
        return true;
    }
}

/// <summary>Serial numbers of guests' disks.</summary>
public static class DiskSerial
{
    /// <summary>VIRTIO_BLK_ID_BYTES, virtio 1.2 section 5.2.6: a longer one is cut off.</summary>
    public const int MostCharacters = 20;

    /// <summary>The first 80 bits of the volume's id in hexadecimal: 20 characters, in the order in which the id is written.</summary>
    public static string Of(Guid volumeId) => volumeId.ToString("N")[..MostCharacters];
}
