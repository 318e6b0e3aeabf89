namespace Headgate.Hosts;

/// <summary>What a hypervisor holds a disk to, per second. Null is no limit; a total excludes its read and write (QEMU's rule).</summary>
public sealed record DiskLimits
{
    /// <summary>Nothing is held.</summary>
    public static DiskLimits None { get; } = new();

    /// <summary>Reads and writes together, I/Os.</summary>
    public long? TotalIops { get; init; }

    /// <summary>Reads, I/Os.</summary>
    public long? ReadIops { get; init; }

    /// <summary>Writes, I/Os.</summary>
    public long? WriteIops { get; init; }

    /// <summary>Reads and writes together, bytes.</summary>
    public long? TotalBytes { get; init; }

    /// <summary>Reads, bytes.</summary>
    public long? ReadBytes { get; init; }

    /// <summary>Writes, bytes.</summary>
    public long? WriteBytes { get; init; }

    /// <summary>What reads and writes together may reach for <see cref="BurstSeconds"/>, I/Os; needs <see cref="TotalIops"/>.</summary>
    public long? BurstTotalIops { get; init; }

    /// <summary>The same for reads; needs <see cref="ReadIops"/>.</summary>
    public long? BurstReadIops { get; init; }

    /// <summary>The same for writes; needs <see cref="WriteIops"/>.</summary>
    public long? BurstWriteIops { get; init; }

    /// <summary>How long a burst may last at its full rate, seconds; null is one second where there is a burst.</summary>
    public long? BurstSeconds { get; init; }

    /// <summary>An I/O of more bytes than this counts as several; null: each counts as one.</summary>
    public long? SizeIopsBytes { get; init; }
}
