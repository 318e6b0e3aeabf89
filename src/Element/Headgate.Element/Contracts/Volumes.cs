using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Headgate.Element.Wire;

namespace Headgate.Element.Contracts;

#pragma warning disable CS1591 // members are the wire's own, spelled like it; sizes are bytes

/// <summary>Values of <see cref="Volume.Status"/>.</summary>
public static class VolumeStatus
{
    /// <summary>A clone that is not finished.</summary>
    public const string Init = "init";
    public const string Active = "active";

    /// <summary>Deleted, recoverable until purged.</summary>
    public const string Deleted = "deleted";
}

/// <summary>Values of <see cref="Volume.Access"/>.</summary>
public static class VolumeAccess
{
    public const string ReadWrite = "readWrite";
    public const string ReadOnly = "readOnly";
    public const string Locked = "locked";
    public const string ReplicationTarget = "replicationTarget";
    public const string SnapMirrorTarget = "snapMirrorTarget";
}

/// <summary>A volume. Every member is read by at least one typed client, so all are always written.</summary>
public sealed record Volume
{
    public long VolumeID { get; set; }
    public Guid VolumeUUID { get; set; }
    public string Name { get; set; } = "";
    public long AccountID { get; set; }

    [JsonConverter(typeof(SecondsTimeConverter))]
    public DateTimeOffset CreateTime { get; set; }

    public string Status { get; set; } = VolumeStatus.Active;
    public string Access { get; set; } = VolumeAccess.ReadWrite;
    public bool Enable512e { get; set; }
    public bool EnableSnapMirrorReplication { get; set; }
    public string Iqn { get; set; } = "";
    public string ScsiEUIDeviceID { get; set; } = "";
    public string ScsiNAADeviceID { get; set; } = "";
    public VolumeQos Qos { get; set; } = new();
    public long? QosPolicyID { get; set; }
    public IReadOnlyList<long> VolumeAccessGroups { get; set; } = [];
    public IReadOnlyList<JsonObject> VolumePairs { get; set; } = [];

    /// <summary>"" on the wire when not deleted.</summary>
    [JsonConverter(typeof(TimeOrEmptyConverter))]
    public DateTimeOffset? DeleteTime { get; set; }

    /// <summary>"" on the wire when not deleted.</summary>
    [JsonConverter(typeof(TimeOrEmptyConverter))]
    public DateTimeOffset? PurgeTime { get; set; }

    /// <summary>Null on the wire when never.</summary>
    [JsonConverter(typeof(TimeOrNullConverter))]
    public DateTimeOffset? LastAccessTime { get; set; }

    /// <summary>Null on the wire when never.</summary>
    [JsonConverter(typeof(TimeOrNullConverter))]
    public DateTimeOffset? LastAccessTimeIO { get; set; }

    public long SliceCount { get; set; } = 1;
    public long TotalSize { get; set; }

    /// <summary>4096 whatever <see cref="Enable512e"/> says.</summary>
    public long BlockSize { get; set; } = 4096;

    public Guid? VirtualVolumeID { get; set; }
    public JsonObject? Attributes { get; set; } = [];
    public string CurrentProtectionScheme { get; set; } = "doubleHelix";
    public string? PreviousProtectionScheme { get; set; }
    public Guid VolumeConsistencyGroupUUID { get; set; }
    public long FifoSize { get; set; } = 24;
    public long MinFifoSize { get; set; }
}

public sealed record CreateVolumeParams
{
    public string? Name { get; set; }
    public long AccountID { get; set; }
    public long TotalSize { get; set; }
    public bool? Enable512e { get; set; }
    public QosParams? Qos { get; set; }
    public long? QosPolicyID { get; set; }
    public bool? AssociateWithQoSPolicy { get; set; }
    public JsonObject? Attributes { get; set; }
    public string? Access { get; set; }
    public bool? EnableSnapMirrorReplication { get; set; }
    public string? ProtectionScheme { get; set; }
    public long? FifoSize { get; set; }
    public long? MinFifoSize { get; set; }
    public bool? DontMoveforIopsRebalance { get; set; }
}

public sealed record ModifyVolumeParams
{
    public long VolumeID { get; set; }
    public long? AccountID { get; set; }
    public string? Access { get; set; }
    public QosParams? Qos { get; set; }
    public long? QosPolicyID { get; set; }
    public bool? AssociateWithQoSPolicy { get; set; }
    public long? TotalSize { get; set; }

    /// <summary>Replaces the whole object.</summary>
    public JsonObject? Attributes { get; set; }

    public bool? EnableSnapMirrorReplication { get; set; }
    public long? FifoSize { get; set; }
    public long? MinFifoSize { get; set; }
    public string? Mode { get; set; }
    public bool? SetCreateTime { get; set; }
    public string? CreateTime { get; set; }
}

public sealed record ModifyVolumesParams
{
    public IReadOnlyList<long>? VolumeIDs { get; set; }
    public long? AccountID { get; set; }
    public string? Access { get; set; }
    public QosParams? Qos { get; set; }
    public long? QosPolicyID { get; set; }
    public bool? AssociateWithQoSPolicy { get; set; }
    public long? TotalSize { get; set; }
    public JsonObject? Attributes { get; set; }
}

/// <summary>DeleteVolume, PurgeDeletedVolume, RestoreDeletedVolume, GetVolumeStats and GetVolumeEfficiency.</summary>
public sealed record VolumeParams { public long VolumeID { get; set; } }

/// <summary>DeleteVolumes and PurgeDeletedVolumes: exactly one list.</summary>
public sealed record VolumesSelectionParams
{
    public IReadOnlyList<long>? VolumeIDs { get; set; }
    public IReadOnlyList<long>? AccountIDs { get; set; }
    public IReadOnlyList<long>? VolumeAccessGroupIDs { get; set; }
}

public sealed record ListVolumesParams
{
    public long? StartVolumeID { get; set; }
    public long? Limit { get; set; }
    public IReadOnlyList<long>? Accounts { get; set; }

    /// <summary>Excludes the three above.</summary>
    public IReadOnlyList<long>? VolumeIDs { get; set; }

    public string? VolumeName { get; set; }
    public string? VolumeStatus { get; set; }
    public bool? IsPaired { get; set; }
    public bool? IncludeVirtualVolumes { get; set; }
    public IReadOnlyList<string>? ProtectionSchemes { get; set; }
}

public sealed record ListActiveVolumesParams
{
    public long? StartVolumeID { get; set; }
    public long? Limit { get; set; }
    public bool? IncludeVirtualVolumes { get; set; }
}

public sealed record ListVolumesForAccountParams
{
    public long AccountID { get; set; }
    public long? StartVolumeID { get; set; }
    public long? Limit { get; set; }
    public bool? IncludeVirtualVolumes { get; set; }
}

/// <summary>CreateVolume and DeleteVolume.</summary>
public sealed record VolumeWithCurveResult
{
    /// <summary>Missing from very old releases.</summary>
    public Volume? Volume { get; set; }

    public long VolumeID { get; set; }
    public IReadOnlyDictionary<string, long> Curve { get; set; } = VolumeQosCurve.Default;
}

public sealed record VolumeResult { public Volume? Volume { get; set; } }
public sealed record VolumesResult { public IReadOnlyList<Volume> Volumes { get; set; } = []; }
public sealed record VolumesWithCurveResult
{
    public IReadOnlyList<Volume> Volumes { get; set; } = [];
    public IReadOnlyDictionary<string, long> Curve { get; set; } = VolumeQosCurve.Default;
}
public sealed record ModifyVolumesResult
{
    public IReadOnlyList<Volume> Volumes { get; set; } = [];
    public VolumeQos? Qos { get; set; }
}
public sealed record GetVolumeCountResult { public long Count { get; set; } }

/// <summary>For methods that take or give nothing: <c>{}</c>.</summary>
public sealed record Empty;
