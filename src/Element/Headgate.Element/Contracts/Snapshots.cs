using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Headgate.Element.Wire;

namespace Headgate.Element.Contracts;

#pragma warning disable CS1591 // members are the wire's own, spelled like it

/// <summary>A volume's state at one instant, kept on the cluster.</summary>
public sealed record Snapshot
{
    public long SnapshotID { get; set; }
    public long VolumeID { get; set; }
    public string VolumeName { get; set; } = "";
    public string Name { get; set; } = "";
    public string Checksum { get; set; } = "0x0";

    [JsonConverter(typeof(SecondsTimeConverter))]
    public DateTimeOffset CreateTime { get; set; }

    [JsonConverter(typeof(SecondsTimeConverter))]
    public DateTimeOffset InstanceCreateTime { get; set; }

    public string Status { get; set; } = "done";

    /// <summary>The volume's size then.</summary>
    public long TotalSize { get; set; }

    public bool EnableRemoteReplication { get; set; }
    public IReadOnlyList<JsonObject> RemoteStatuses { get; set; } = [];
    public string ExpirationReason { get; set; } = "None";

    [JsonConverter(typeof(TimeOrNullConverter))]
    public DateTimeOffset? ExpirationTime { get; set; }

    /// <summary>0 when not of a group.</summary>
    public long GroupID { get; set; }

    public Guid GroupSnapshotUUID { get; set; }
    public Guid SnapshotUUID { get; set; }
    public Guid InstanceSnapshotUUID { get; set; }
    public string? SnapMirrorLabel { get; set; }
    public Guid? VirtualVolumeID { get; set; }
    public JsonObject? Attributes { get; set; } = [];
}

public sealed record CreateSnapshotParams
{
    public long VolumeID { get; set; }
    public string? Name { get; set; }

    /// <summary>Given: the new snapshot is a copy of that one.</summary>
    public long? SnapshotID { get; set; }

    public JsonObject? Attributes { get; set; }

    /// <summary>HH:mm:ss.</summary>
    public string? Retention { get; set; }

    /// <summary>A time, or fifo; excludes retention.</summary>
    public string? ExpirationTime { get; set; }

    public bool? EnableRemoteReplication { get; set; }
    public bool? EnsureSerialCreation { get; set; }
    public string? SnapMirrorLabel { get; set; }
}

public sealed record ListSnapshotsParams { public long? VolumeID { get; set; } public long? SnapshotID { get; set; } }

public sealed record ModifySnapshotParams
{
    public long SnapshotID { get; set; }
    public string? Name { get; set; }
    public string? ExpirationTime { get; set; }
    public bool? EnableRemoteReplication { get; set; }
    public string? SnapMirrorLabel { get; set; }
}

public sealed record SnapshotParams { public long SnapshotID { get; set; } }

public sealed record RollbackToSnapshotParams
{
    public long VolumeID { get; set; }
    public long SnapshotID { get; set; }

    /// <summary>True: what the volume holds now becomes a snapshot first.</summary>
    public bool? SaveCurrentState { get; set; }

    public string? Name { get; set; }
    public JsonObject? Attributes { get; set; }
}

/// <summary>CreateSnapshot; RollbackToSnapshot with all null when nothing was saved.</summary>
public sealed record SnapshotTakenResult
{
    public long? SnapshotID { get; set; }
    public Snapshot? Snapshot { get; set; }
    public string? Checksum { get; set; }
}
public sealed record SnapshotResult { public Snapshot Snapshot { get; set; } = new(); }
public sealed record ListSnapshotsResult { public IReadOnlyList<Snapshot> Snapshots { get; set; } = []; }

public sealed record CreateGroupSnapshotParams
{
    public IReadOnlyList<long>? Volumes { get; set; }
    public string? Name { get; set; }
    public JsonObject? Attributes { get; set; }
    public string? Retention { get; set; }
    public string? ExpirationTime { get; set; }
    public bool? EnableRemoteReplication { get; set; }
    public bool? EnsureSerialCreation { get; set; }
    public string? SnapMirrorLabel { get; set; }
}

/// <summary>Snapshots of several volumes at one instant.</summary>
public sealed record GroupSnapshot
{
    public long GroupSnapshotID { get; set; }
    public Guid GroupSnapshotUUID { get; set; }
    public string Name { get; set; } = "";

    [JsonConverter(typeof(SecondsTimeConverter))]
    public DateTimeOffset CreateTime { get; set; }

    public string Status { get; set; } = "done";
    public IReadOnlyList<Snapshot> Members { get; set; } = [];
    public JsonObject? Attributes { get; set; } = [];
    public bool EnableRemoteReplication { get; set; }
    public IReadOnlyList<JsonObject> RemoteStatuses { get; set; } = [];
}

public sealed record GroupSnapshotMember
{
    public long VolumeID { get; set; }
    public long SnapshotID { get; set; }
    public string Checksum { get; set; } = "0x0";
    public Guid SnapshotUUID { get; set; }
}

public sealed record ListGroupSnapshotsParams
{
    public IReadOnlyList<long>? Volumes { get; set; }
    public long? GroupSnapshotID { get; set; }
}
public sealed record DeleteGroupSnapshotParams { public long GroupSnapshotID { get; set; } public bool? SaveMembers { get; set; } }
public sealed record RollbackToGroupSnapshotParams
{
    public long GroupSnapshotID { get; set; }
    public bool? SaveCurrentState { get; set; }
    public string? Name { get; set; }
    public JsonObject? Attributes { get; set; }
}
public sealed record GroupSnapshotTakenResult
{
    public long? GroupSnapshotID { get; set; }
    public GroupSnapshot? GroupSnapshot { get; set; }
    public IReadOnlyList<GroupSnapshotMember>? Members { get; set; }
}
public sealed record ListGroupSnapshotsResult { public IReadOnlyList<GroupSnapshot> GroupSnapshots { get; set; } = []; }
