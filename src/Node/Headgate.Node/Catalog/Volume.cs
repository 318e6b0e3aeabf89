using System.Text.Json;
using Headgate.Scsi.Sanitizing;

namespace Headgate.Node.Catalog;

/// <summary>Where a volume is in its life: init (a clone under way) → active ⇄ deleted → purged (no row any more).</summary>
internal enum VolumeStatus
{
    /// <summary>In service.</summary>
    Active,

    /// <summary>A clone whose bytes are still being copied; not listed, not visible.</summary>
    Init,

    /// <summary>Waits for its purge time; can be restored until then.</summary>
    Deleted,
}

/// <summary>What initiators may do with a volume (Element <c>access</c>).</summary>
internal enum VolumeAccess
{
    /// <summary>Reads and writes.</summary>
    ReadWrite,

    /// <summary>Reads; writes fail with DATA PROTECT.</summary>
    ReadOnly,

    /// <summary>No access; sessions are cut.</summary>
    Locked,

    /// <summary>Like locked: only replication writes to it.</summary>
    ReplicationTarget,

    /// <summary>Like <see cref="ReplicationTarget"/>, for SnapMirror.</summary>
    SnapMirrorTarget,
}

/// <summary>A volume: its size, owner, limits and state.</summary>
internal sealed record Volume
{
    public required long Id { get; init; }
    public required Guid Uuid { get; init; }
    public required string Name { get; init; }
    public required long AccountId { get; init; }

    /// <summary>iSCSI target name, fixed at creation: a rename of the cluster does not cut an initiator off its disk.</summary>
    public required string TargetName { get; init; }

    public required long TotalSize { get; init; }

    /// <summary>512-byte logical blocks on 4096-byte physical ones; otherwise 4096 for both. Fixed at creation.</summary>
    public bool Enable512e { get; init; } = true;

    /// <summary>512-byte physical blocks below the 512-byte logical ones. Fixed at creation.</summary>
    public bool Plain512 { get; init; }

    /// <summary>Its medium can be ejected. Fixed at creation.</summary>
    public bool Removable { get; init; }

    /// <summary>It says nothing of being thin, so that no host sends UNMAP. Fixed at creation.</summary>
    public bool HidesUnmap { get; init; }

    /// <summary>A sanitize operation that is under way, or has failed.</summary>
    public KeptSanitize? Sanitize { get; init; }

    public required QosValues Qos { get; init; }

    /// <summary>The policy that <see cref="Qos"/> follows, or null when it is the volume's own.</summary>
    public long? QosPolicyId { get; init; }

    public VolumeStatus Status { get; init; }
    public VolumeAccess Access { get; init; }
    public required DateTimeOffset CreateTime { get; init; }
    public DateTimeOffset? DeleteTime { get; init; }
    public DateTimeOffset? PurgeTime { get; init; }
    public JsonElement Attributes { get; init; } = CatalogJson.NoAttributes;
    public bool EnableSnapMirrorReplication { get; init; }
    public long FifoSize { get; init; } = 24;
    public long MinFifoSize { get; init; }
}
