namespace Headgate.Hosts;

/// <summary>What a host sees of a VM.</summary>
public enum VmState
{
    /// <summary>This host does not know it.</summary>
    Absent,

    /// <summary>Known here and not started since.</summary>
    Defined,

    /// <summary>Its processors run.</summary>
    Running,

    /// <summary>Its processors are halted and its memory kept: by an I/O error, by a migration, by hand.</summary>
    Paused,

    /// <summary>It was shut down or powered off.</summary>
    Stopped,

    /// <summary>It ended by itself: its emulator died, or the guest panicked.</summary>
    Crashed,
}

/// <summary>A VM as its host sees it now.</summary>
public sealed record VmObservation
{
    /// <summary>The server's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Its state.</summary>
    public required VmState State { get; init; }

    /// <summary>When the agent first saw it in that state; its own start when it was so before.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The definition that the host holds; null when absent.</summary>
    public long? Generation { get; init; }

    /// <summary>Its disks, in the order of their slots.</summary>
    public IReadOnlyList<DiskObservation> Disks { get; init; } = [];

    /// <summary>What is said of a VM that is not here.</summary>
    public static VmObservation AbsentOf(Guid id) => new() { Id = id, State = VmState.Absent };
}

/// <summary>A disk of a VM as its host sees it now.</summary>
public sealed record DiskObservation
{
    /// <summary>The server's id of the volume.</summary>
    public required Guid VolumeId { get; init; }

    /// <summary>Its place.</summary>
    public required int Slot { get; init; }

    /// <summary>Whether the running guest has it; false for what is in the definition alone.</summary>
    public required bool IsLive { get; init; }

    /// <summary>Its size as the hypervisor shows it to the guest, bytes; null while it is not running.</summary>
    public long? SizeBytes { get; init; }

    /// <summary>The limits that were read back: from the running emulator, else from the definition.</summary>
    public required DiskLimits Limits { get; init; }

    /// <summary>Since the VM's start; null while it is not running.</summary>
    public DiskCounters? Counters { get; init; }
}

/// <summary>I/O of a disk since its VM's start.</summary>
/// <param name="ReadRequests">Reads that completed.</param>
/// <param name="ReadBytes">Bytes that they read.</param>
/// <param name="WriteRequests">Writes that completed.</param>
/// <param name="WriteBytes">Bytes that they wrote.</param>
public sealed record DiskCounters(long ReadRequests, long ReadBytes, long WriteRequests, long WriteBytes);
