using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Headgate.Element.Wire;

namespace Headgate.Element.Contracts;

#pragma warning disable CS1591 // members are the wire's own, spelled like it

/// <summary>
/// GetAPI. Besides these two it has one member named like the current version with the list of method names
/// (<see cref="Methods"/>).
/// </summary>
public sealed record GetApiResult
{
    /// <summary>"12.3": text, because 12.10 is not 12.1.</summary>
    public string CurrentVersion { get; set; } = "";
    public IReadOnlyList<string> SupportedVersions { get; set; } = [];

    /// <summary>Method names by version.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Methods { get; set; }
}

/// <summary>The cluster's identity and addresses.</summary>
public sealed record ClusterInfo
{
    public JsonObject? Attributes { get; set; } = [];
    public string DefaultProtectionScheme { get; set; } = "doubleHelix";
    public IReadOnlyList<string> EnabledProtectionSchemes { get; set; } = ["doubleHelix"];
    public IReadOnlyList<string> SupportedProtectionSchemes { get; set; } = ["doubleHelix"];
    public string EncryptionAtRestState { get; set; } = "disabled";
    public string SoftwareEncryptionAtRestState { get; set; } = "disabled";
    public IReadOnlyList<string> Ensemble { get; set; } = [];

    /// <summary>Management address: this API.</summary>
    public string Mvip { get; set; } = "";
    public string MvipInterface { get; set; } = "";
    public long MvipNodeID { get; set; } = 1;
    public string MvipVlanTag { get; set; } = "0";
    public string Name { get; set; } = "";
    public long RepCount { get; set; } = 2;

    /// <summary>Storage address: iSCSI. <c>ip</c> (port 3260) or <c>ip:port</c>.</summary>
    public string Svip { get; set; } = "";
    public string SvipInterface { get; set; } = "";
    public long SvipNodeID { get; set; } = 1;
    public string SvipVlanTag { get; set; } = "0";

    /// <summary>Four characters, part of every target name.</summary>
    public string UniqueID { get; set; } = "";
    public Guid Uuid { get; set; }
}
public sealed record GetClusterInfoResult { public ClusterInfo ClusterInfo { get; set; } = new(); }

public sealed record NodeVersionInfo
{
    public long NodeID { get; set; }
    public string NodeVersion { get; set; } = "";
    public string NodeInternalRevision { get; set; } = "";
}
public sealed record SoftwareVersionInfo
{
    public string CurrentVersion { get; set; } = "";
    public long NodeID { get; set; }
    public string PackageName { get; set; } = "";
    public string PendingVersion { get; set; } = "";
    public string StartTime { get; set; } = "";
}
public sealed record GetClusterVersionInfoResult
{
    public string ClusterAPIVersion { get; set; } = "";
    public string ClusterVersion { get; set; } = "";
    public IReadOnlyList<NodeVersionInfo> ClusterVersionInfo { get; set; } = [];
    public string PendingClusterVersion { get; set; } = "";
    public SoftwareVersionInfo SoftwareVersionInfo { get; set; } = new();
}

/// <summary>Bytes, blocks (4 KiB) and IOPS of the whole cluster.</summary>
public sealed record ClusterCapacity
{
    public long ActiveBlockSpace { get; set; }
    public long ActiveSessions { get; set; }
    public long AverageIOPS { get; set; }
    public long ClusterRecentIOSize { get; set; }

    /// <summary>Mean of the last 5 s.</summary>
    public long CurrentIOPS { get; set; }
    public long MaxIOPS { get; set; }

    /// <summary>Bytes that volumes may add up to; CreateVolume beyond it fails.</summary>
    public long MaxOverProvisionableSpace { get; set; }
    public long MaxProvisionedSpace { get; set; }
    public long MaxUsedMetadataSpace { get; set; }

    /// <summary>Bytes that fit on the block drives.</summary>
    public long MaxUsedSpace { get; set; }
    public long NonZeroBlocks { get; set; }
    public long PeakActiveSessions { get; set; }

    /// <summary>Since midnight UTC.</summary>
    public long PeakIOPS { get; set; }

    /// <summary>(zeroBlocks + nonZeroBlocks) * 4096.</summary>
    public long ProvisionedSpace { get; set; }
    public long SnapshotNonZeroBlocks { get; set; }

    [JsonConverter(typeof(SecondsTimeConverter))]
    public DateTimeOffset Timestamp { get; set; }
    public long TotalOps { get; set; }
    public long UniqueBlocks { get; set; }
    public long UniqueBlocksUsedSpace { get; set; }
    public long UsedMetadataSpace { get; set; }
    public long UsedMetadataSpaceInSnapshots { get; set; }
    public long UsedSpace { get; set; }
    public long ZeroBlocks { get; set; }
}
public sealed record ClusterCapacityResult { public ClusterCapacity ClusterCapacity { get; set; } = new(); }

/// <summary>How full, and what happens when.</summary>
public sealed record ClusterFullThreshold
{
    /// <summary>stage1Happy, stage2Aware, stage3Low, stage4Critical, stage5CompletelyConsumed.</summary>
    public string BlockFullness { get; set; } = "stage1Happy";
    public string MetadataFullness { get; set; } = "stage1Happy";
    public string Fullness { get; set; } = "stage1Happy";
    public long MaxMetadataOverProvisionFactor { get; set; } = 5;
    public long SliceReserveUsedThresholdPct { get; set; }
    public long Stage2AwareThreshold { get; set; }
    public long Stage3BlockThresholdPercent { get; set; }
    public long Stage3LowThreshold { get; set; }
    public long Stage4CriticalThreshold { get; set; }
    public long Stage2BlockThresholdBytes { get; set; }
    public long Stage3BlockThresholdBytes { get; set; }
    public long Stage4BlockThresholdBytes { get; set; }
    public long Stage5BlockThresholdBytes { get; set; }
    public long Stage2MetadataThresholdBytes { get; set; }
    public long Stage3MetadataThresholdBytes { get; set; }
    public long Stage4MetadataThresholdBytes { get; set; }
    public long Stage5MetadataThresholdBytes { get; set; }
    public long SumTotalClusterBytes { get; set; }
    public long SumUsedClusterBytes { get; set; }
    public long SumTotalMetadataClusterBytes { get; set; }
    public long SumUsedMetadataClusterBytes { get; set; }
}

public sealed record GetClusterHardwareInfoParams { public string? Type { get; set; } }
public sealed record ClusterHardwareInfo
{
    public JsonObject? Drives { get; set; } = [];

    /// <summary>By node ID as a string.</summary>
    public JsonObject? Nodes { get; set; } = [];
}
public sealed record GetClusterHardwareInfoResult { public ClusterHardwareInfo ClusterHardwareInfo { get; set; } = new(); }
