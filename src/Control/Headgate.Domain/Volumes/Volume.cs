using Headgate.Primitives;

namespace Headgate.Domain;

/// <summary>What a volume is to its VM.</summary>
public enum VolumeType
{
    /// <summary>A data disk.</summary>
    DataDisk,

    /// <summary>A boot disk.</summary>
    Root,
}

/// <summary>A tenant's disk. States and commands: <see cref="VolumeMachine"/>. Its key on the storage is <see cref="Key"/>.</summary>
public sealed record Volume : INamed
{
    public required Guid Id { get; init; }

    /// <summary>Unique among the account's volumes that are not expunged.</summary>
    public required string Name { get; init; }

    public required Guid AccountId { get; init; }

    public required Guid ZoneId { get; init; }

    public required Guid PoolId { get; init; }

    /// <summary>The version of the disk offering that it has.</summary>
    public required Guid DiskOfferingId { get; init; }

    /// <summary>The host that it was asked for, whose pools alone will do; null for any.</summary>
    public Guid? HostId { get; init; }

    /// <summary>The cluster that it was asked for; null for any.</summary>
    public Guid? ClusterId { get; init; }

    public VolumeType Type { get; init; }

    public VolumeState State { get; init; }

    /// <summary>Why it is in state error, or was given up.</summary>
    public Cause? Cause { get; init; }

    /// <summary>Asked size until it is made, true size from then on.</summary>
    public required ByteSize Size { get; init; }

    public required IReadOnlyList<Promise> Promises { get; init; }

    /// <summary>Bytes held in the pool's ledger for it; above <see cref="Size"/> while it grows.</summary>
    public ByteSize ReservedBytes { get; init; }

    /// <summary>IOPS held in the pool's ledger for it.</summary>
    public long ReservedIops { get; init; }

    /// <summary>Bytes per second held in the pool's ledger for it.</summary>
    public ByteSize ReservedBandwidth { get; init; }

    /// <summary>
    /// Its key on the storage since it was moved there; null for one that never moved. A key belongs to one copy of the data, so that source
    /// and target of a move are told apart even on one array.
    /// </summary>
    public Guid? StorageKey { get; init; }

    /// <summary>The storage's name for it; null until it is made and after it is gone.</summary>
    public string? Handle { get; init; }

    /// <summary>The snapshot that it began with.</summary>
    public Guid? FromSnapshotId { get; init; }

    /// <summary>The volume that it began as a copy of.</summary>
    public Guid? FromVolumeId { get; init; }

    /// <summary>The template that it began as a copy of.</summary>
    public Guid? FromTemplateId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Since when it is in the recycle bin.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>When it is expunged by itself; null while it is not in the recycle bin, and for never.</summary>
    public DateTimeOffset? PurgeAt { get; init; }

    /// <summary>True while it may be neither deleted nor expunged nor given up.</summary>
    public bool IsProtected { get; init; }

    public long Version { get; init; }

    /// <summary>What names it on its storage: its id, until it is moved.</summary>
    public Guid Key => StorageKey ?? Id;

    /// <summary>All that it holds of its pool.</summary>
    public Reservation Reserved => new(ReservedBytes, ReservedIops, ReservedBandwidth);

    /// <summary>The same volume with another reservation; the pool's sums are the <see cref="Ledger"/>'s to change.</summary>
    public Volume Holding(Reservation held) => this with { ReservedBytes = held.Bytes, ReservedIops = held.Iops, ReservedBandwidth = held.Bandwidth };

    /// <summary>Code of the cause of one that the storage has lost.</summary>
    public const string MissingCode = "volume-missing";

    /// <summary>Code of the cause of one that the storage has and cannot read.</summary>
    public const string UnreadableCode = "volume-unreadable";

    /// <summary>True when it is in state error because of what a check saw, and not of what was asked of it.</summary>
    public bool IsLost => State is VolumeState.Error && Cause?.Code is MissingCode or UnreadableCode;
}
