using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Headgate.Element.Wire;

namespace Headgate.Element.Contracts;

#pragma warning disable CS1591 // members are the wire's own, spelled like it

/// <summary>A machine of the cluster with its cluster (c), management (m) and storage (s) addresses.</summary>
public sealed record ClusterNode
{
    public long NodeID { get; set; }
    public string Name { get; set; } = "";
    public long AssociatedMasterServiceID { get; set; }
    public long AssociatedFServiceID { get; set; }
    public JsonObject? Attributes { get; set; } = [];
    public string ChassisName { get; set; } = "";
    public string NodeSlot { get; set; } = "";
    public string CustomProtectionDomainName { get; set; } = "";
    public string MaintenanceMode { get; set; } = "Disabled";
    public string Role { get; set; } = "Storage";
    public string Cip { get; set; } = "";
    public string Cipi { get; set; } = "";
    public string Mip { get; set; } = "";
    public string Mipi { get; set; } = "";
    public string Sip { get; set; } = "";
    public string Sipi { get; set; } = "";
    public long? FibreChannelTargetPortGroup { get; set; }
    public PlatformInfo PlatformInfo { get; set; } = new();
    public string SoftwareVersion { get; set; } = "";
    public Guid Uuid { get; set; }
    public IReadOnlyList<JsonObject> VirtualNetworks { get; set; } = [];
}

public sealed record PlatformInfo
{
    public string ChassisType { get; set; } = "";
    public string CpuModel { get; set; } = "";
    public long NodeMemoryGB { get; set; }
    public string NodeType { get; set; } = "";
    public string PlatformConfigVersion { get; set; } = "";
}

public sealed record ListActiveNodesResult { public IReadOnlyList<ClusterNode> Nodes { get; set; } = []; }
public sealed record ListPendingNodesResult { public IReadOnlyList<ClusterNode> PendingNodes { get; set; } = []; }
public sealed record ListAllNodesResult
{
    public IReadOnlyList<ClusterNode> Nodes { get; set; } = [];
    public IReadOnlyList<ClusterNode> PendingNodes { get; set; } = [];
    public IReadOnlyList<ClusterNode> PendingActiveNodes { get; set; } = [];
}

public sealed record NodeStats
{
    public long NodeID { get; set; }
    public double Cpu { get; set; }
    public long CpuTotal { get; set; }
    public long Count { get; set; }
    public long CBytesIn { get; set; }
    public long CBytesOut { get; set; }
    public long MBytesIn { get; set; }
    public long MBytesOut { get; set; }
    public long SBytesIn { get; set; }
    public long SBytesOut { get; set; }
    public double NetworkUtilizationCluster { get; set; }
    public double NetworkUtilizationStorage { get; set; }
    public long ReadOps { get; set; }
    public long WriteOps { get; set; }
    public long ReadLatencyUSecTotal { get; set; }
    public long WriteLatencyUSecTotal { get; set; }
    public long UsedMemory { get; set; }

    /// <summary>Bucket0, Bucket1To19, ... Bucket80To100.</summary>
    public IReadOnlyDictionary<string, long> SsLoadHistogram { get; set; } = new Dictionary<string, long>();

    [JsonConverter(typeof(MicrosTimeConverter))]
    public DateTimeOffset Timestamp { get; set; }
}
public sealed record NodeStatsList { public IReadOnlyList<NodeStats> Nodes { get; set; } = []; }
public sealed record ListNodeStatsResult { public NodeStatsList NodeStats { get; set; } = new(); }

public sealed record Drive
{
    public long DriveID { get; set; }
    public long NodeID { get; set; }
    public JsonObject? Attributes { get; set; } = [];
    public long Capacity { get; set; }
    public long UsableCapacity { get; set; }
    public string ChassisSlot { get; set; } = "";
    public string Serial { get; set; } = "";
    public long Slot { get; set; }

    /// <summary>available, active, erasing, failed or removing.</summary>
    public string Status { get; set; } = "active";

    /// <summary>volume, block or unknown.</summary>
    public string Type { get; set; } = "block";
    public string DriveStatus { get; set; } = "assigned";
    public string DriveFailureDetail { get; set; } = "none";
    public string CustomerSliceFileCapacity { get; set; } = "0";
    public long ReservedSliceFileCapacity { get; set; }
    public string SmartSsdWriteCapable { get; set; } = "false";
    public long SegmentFileSize { get; set; }
}
public sealed record ListDrivesResult { public IReadOnlyList<Drive> Drives { get; set; } = []; }

public sealed record ListClusterFaultsParams
{
    /// <summary>current, resolved or all.</summary>
    public string? FaultTypes { get; set; }

    public bool? BestPractices { get; set; }
}
public sealed record ClusterFault
{
    public long ClusterFaultID { get; set; }
    public string Code { get; set; } = "";
    public string Severity { get; set; } = "";
    public string Type { get; set; } = "";
    public string Details { get; set; } = "";

    [JsonConverter(typeof(MicrosTimeConverter))]
    public DateTimeOffset Date { get; set; }
    public bool Resolved { get; set; }

    /// <summary>"" on the wire while it lasts.</summary>
    [JsonConverter(typeof(TimeOrEmptyConverter))]
    public DateTimeOffset? ResolvedDate { get; set; }
    public long NodeID { get; set; }
    public long DriveID { get; set; }
    public IReadOnlyList<long> DriveIDs { get; set; } = [];
    public long ServiceID { get; set; }
    public string NodeHardwareFaultID { get; set; } = "0";
    public long NetworkInterface { get; set; }
    public string? ExternalSource { get; set; }
    public JsonObject? Data { get; set; }
}
public sealed record ListClusterFaultsResult { public IReadOnlyList<ClusterFault> Faults { get; set; } = []; }

/// <summary>One login of one initiator to one volume.</summary>
public sealed record IscsiSession
{
    public long SessionID { get; set; }
    public string InitiatorName { get; set; } = "";

    /// <summary>a.b.c.d:port.</summary>
    public string InitiatorIP { get; set; } = "";
    public string InitiatorPortName { get; set; } = "";
    public long InitiatorSessionID { get; set; }
    public JsonObject? Initiator { get; set; }
    public string TargetName { get; set; } = "";
    public string TargetIP { get; set; } = "";
    public string TargetPortName { get; set; } = "";
    public long AccountID { get; set; }
    public string AccountName { get; set; } = "";
    public long VolumeID { get; set; }
    public long VolumeInstance { get; set; }
    public long NodeID { get; set; }
    public long ServiceID { get; set; }
    public long DriveID { get; set; }
    public IReadOnlyList<long> DriveIDs { get; set; } = [];
    public long VirtualNetworkID { get; set; }

    [JsonConverter(typeof(MicrosTimeConverter))]
    public DateTimeOffset CreateTime { get; set; }
    public long MsSinceLastIscsiPDU { get; set; }
    public long MsSinceLastScsiCommand { get; set; }
    public IscsiAuthentication? Authentication { get; set; } = new();
}
public sealed record IscsiAuthentication
{
    /// <summary>CHAP or None.</summary>
    public string AuthMethod { get; set; } = "None";
    public string ChapAlgorithm { get; set; } = "";
    public string ChapUsername { get; set; } = "";

    /// <summary>one-way or two-way.</summary>
    public string Direction { get; set; } = "one-way";
}
public sealed record ListIscsiSessionsResult { public IReadOnlyList<IscsiSession> Sessions { get; set; } = []; }
