using Headgate.Primitives;

namespace Headgate.Domain;

/// <summary>Which hosts a pool serves.</summary>
public enum StorageScope
{
    /// <summary>All hosts of its zone.</summary>
    Zone,

    /// <summary>The hosts of one cluster.</summary>
    Cluster,

    /// <summary>One host.</summary>
    Host,
}

/// <summary>Primary storage. States and commands: <see cref="PoolMachine"/>.</summary>
public sealed record StoragePool : INamed
{
    /// <summary>No pool counts as more than 4 EiB, so that sums of capacities stay within 64 bits.</summary>
    private const double MostBytes = 1L << 62;

    public required Guid Id { get; init; }

    public required string Name { get; init; }

    /// <summary>Name of the provider that serves it.</summary>
    public required string Provider { get; init; }

    /// <summary>True when every volume is a LUN of its own.</summary>
    public required bool Managed { get; init; }

    public required Guid ZoneId { get; init; }

    public required StorageScope Scope { get; init; }

    /// <summary>With scope cluster.</summary>
    public Guid? ClusterId { get; init; }

    /// <summary>With scope host.</summary>
    public Guid? HostId { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Those of its tags that keep everything off it that does not ask for them by name.</summary>
    public IReadOnlyList<string> ExclusiveTags { get; init; } = [];

    /// <summary>The provider's settings that are no secrets.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>The provider's secret settings, each sealed for the owner <c>pool/ID/NAME</c>.</summary>
    public IReadOnlyDictionary<string, string> SealedSecrets { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether connections need CHAP.</summary>
    public required bool RequireChap { get; init; }

    public PoolState State { get; init; } = PoolState.Initializing;

    /// <summary>Why it is in state error, or was given up.</summary>
    public Cause? Cause { get; init; }

    /// <summary>Product and version of what is behind it.</summary>
    public string? Description { get; init; }

    /// <summary>The storage's own identity: pools with the same one share an array.</summary>
    public string? BackendId { get; init; }

    /// <summary>What the storage declared it can honour, JSON; null until it was reached once.</summary>
    public string? Capabilities { get; init; }

    /// <summary>Bytes that the admin lets us use; null for all that there are.</summary>
    public ByteSize? AllowedBytes { get; init; }

    /// <summary>Sum of minimums that the admin lets us promise; null for what the storage says.</summary>
    public long? AllowedIops { get; init; }

    /// <summary>Bytes that the storage said it has.</summary>
    public ByteSize? FoundBytes { get; init; }

    /// <summary>Sum of minimums that the storage said it can keep.</summary>
    public long? FoundIops { get; init; }

    /// <summary>Bytes promised per byte there is; 1 promises no more than there is.</summary>
    public double BytesOvercommit { get; init; } = 1;

    /// <summary>IOPS promised per IOPS there are.</summary>
    public double IopsOvercommit { get; init; } = 1;

    /// <summary>Bytes per second that the admin says it can move; null for no bound known, and none kept.</summary>
    public ByteSize? AllowedBandwidth { get; init; }

    /// <summary>Bytes per second promised per byte per second there is.</summary>
    public double BandwidthOvercommit { get; init; } = 1;

    /// <summary>Bytes reserved by our volumes: the ledger.</summary>
    public ByteSize ReservedBytes { get; init; }

    /// <summary>Sum of our volumes' minimums.</summary>
    public long ReservedIops { get; init; }

    /// <summary>Sum of our volumes' bandwidth limits, in bytes per second. A volume without one holds none.</summary>
    public ByteSize ReservedBandwidth { get; init; }

    /// <summary>Bytes of volumes on it that are not ours.</summary>
    public ByteSize ForeignBytes { get; init; }

    /// <summary>Sum of the minimums of volumes that are not ours.</summary>
    public long ForeignIops { get; init; }

    /// <summary>Bytes of orphans on it: ours by their mark, known to no volume, and taking space all the same.</summary>
    public ByteSize QuarantinedBytes { get; init; }

    /// <summary>Sum of the minimums of orphans.</summary>
    public long QuarantinedIops { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public long Version { get; init; }

    /// <summary>Bytes that may be reserved in all; null for no bound known.</summary>
    public ByteSize? CapacityBytes
    {
        get
        {
            ByteSize? found = FoundBytes is { } f ? new((long)Math.Min(f.Bytes * BytesOvercommit, MostBytes)) : null;
            return (AllowedBytes, found) switch
            {
                ({ } allowed, { } there) => allowed < there ? allowed : there,
                var (allowed, there) => allowed ?? there,
            };
        }
    }

    /// <summary>IOPS that may be promised in all; null for no bound known.</summary>
    public long? CapacityIops =>
        (AllowedIops ?? FoundIops) is { } iops ? (long)Math.Min(iops * IopsOvercommit, MostBytes) : null;

    /// <summary>Bytes still to be had, never below zero; null for no bound known.</summary>
    public ByteSize? FreeBytes =>
        CapacityBytes is { } all ? new ByteSize(Math.Max(0, all.Bytes - ReservedBytes.Bytes - ForeignBytes.Bytes - QuarantinedBytes.Bytes)) : null;

    /// <summary>IOPS still to be promised, never below zero; null for no bound known.</summary>
    public long? FreeIops => CapacityIops is { } all ? Math.Max(0, all - ReservedIops - ForeignIops - QuarantinedIops) : null;

    /// <summary>Bytes per second that may be promised in all; null for no bound known.</summary>
    public ByteSize? CapacityBandwidth =>
        AllowedBandwidth is { } bandwidth ? new ByteSize((long)Math.Min(bandwidth.Bytes * BandwidthOvercommit, MostBytes)) : null;

    /// <summary>Bytes per second still to be promised, never below zero; null for no bound known.</summary>
    public ByteSize? FreeBandwidth =>
        CapacityBandwidth is { } all ? new ByteSize(Math.Max(0, all.Bytes - ReservedBandwidth.Bytes)) : null;
}
