using System.Text.Json;
using System.Text.Json.Nodes;
using Headgate.Element;
using Headgate.Element.Contracts;
using Headgate.Node.Catalog;
using Headgate.Node.Io;
using Headgate.Node.Target;

namespace Headgate.Node.ElementApi;

/// <summary>The handshake, and the cluster as a whole (element-api 2.1).</summary>
internal sealed class ClusterMethods(
    NodeCatalog catalog, NodeCapacity capacity, ClusterLoad load, VolumeRuntimes runtimes, IoPath io, SessionRegistry sessions,
    Func<NodeAddresses> addresses, TimeProvider time)
{
    private const int BlockBytes = 4096;
    private const long NodeId = 1;

    private long _peakSessions;

    public IEnumerable<ElementHandler> All =>
    [
        ElementHandler.For(ElementMethods.GetClusterInfo, GetInfo),
        ElementHandler.For(ElementMethods.GetClusterVersionInfo, GetVersion),
        ElementHandler.For(ElementMethods.GetClusterCapacity, GetCapacity),
        ElementHandler.For(ElementMethods.GetClusterStats, GetStats),
        ElementHandler.For(ElementMethods.GetClusterFullThreshold, GetFullThreshold),
        ElementHandler.For(ElementMethods.GetClusterHardwareInfo, GetHardware),
        ElementHandler.For(ElementMethods.GetLimits, (Empty _) => ElementRules.Limits),
        ElementHandler.For(ElementMethods.ListClusterFaults, ListFaults),
    ];

    /// <summary>GetAPI: answered from the names of all methods, itself included.</summary>
    public static ElementHandler GetApi(IReadOnlyList<string> names)
    {
        var methods = JsonSerializer.SerializeToElement([.. names], StringListJson.Default.StringArray);
        var answer = new GetApiResult
        {
            CurrentVersion = ElementVersions.Current,
            SupportedVersions = ElementVersions.Supported,
            Methods = new Dictionary<string, JsonElement> { [ElementVersions.Current] = methods },
        };
        return ElementHandler.For(ElementMethods.GetAPI, (Empty _) => answer);
    }

    private GetClusterInfoResult GetInfo(Empty asked)
    {
        var identity = catalog.Current.Identity;
        var (mvip, svip) = addresses();
        return new GetClusterInfoResult
        {
            ClusterInfo = new ClusterInfo
            {
                Ensemble = [mvip],
                Mvip = mvip,
                MvipInterface = "Bond1G",
                Name = identity.Name,
                Svip = svip,
                SvipInterface = "Bond10G",
                UniqueID = identity.UniqueId,
                Uuid = identity.Uuid,
            },
        };
    }

    private GetClusterVersionInfoResult GetVersion(Empty asked) => new()
    {
        ClusterAPIVersion = ElementVersions.Current,
        ClusterVersion = ElementVersions.Software,
        ClusterVersionInfo =
        [
            new NodeVersionInfo { NodeID = NodeId, NodeVersion = ElementVersions.Software, NodeInternalRevision = "headgate" },
        ],
        SoftwareVersionInfo = new SoftwareVersionInfo { CurrentVersion = ElementVersions.Software, NodeID = 0, PendingVersion = ElementVersions.Software },
    };

    private ClusterCapacityResult GetCapacity(Empty asked)
    {
        var served = io.ReadStatistics();
        var iops = load.Note(served.ReadOps + served.WriteOps);
        var provisionedBlocks = catalog.Current.ProvisionedBytes / BlockBytes;
        var used = capacity.UsedBytes;
        var usedBlocks = Math.Min(used / BlockBytes, provisionedBlocks);
        var active = (long)sessions.List().Count;
        _peakSessions = Math.Max(_peakSessions, active);
        return new ClusterCapacityResult
        {
            ClusterCapacity = new ClusterCapacity
            {
                ActiveBlockSpace = used,
                ActiveSessions = active,
                AverageIOPS = iops.Average,
                ClusterRecentIOSize = MeanIoBytes(),
                CurrentIOPS = iops.Current,
                MaxIOPS = capacity.Iops,
                MaxOverProvisionableSpace = capacity.ProvisionableBytes,
                MaxProvisionedSpace = capacity.Bytes,
                MaxUsedMetadataSpace = capacity.Bytes,
                MaxUsedSpace = capacity.Bytes,
                NonZeroBlocks = usedBlocks,
                PeakActiveSessions = _peakSessions,
                PeakIOPS = iops.Peak,
                ProvisionedSpace = provisionedBlocks * BlockBytes,
                Timestamp = time.GetUtcNow(),
                TotalOps = served.ReadOps + served.WriteOps,
                UniqueBlocks = usedBlocks,
                UniqueBlocksUsedSpace = usedBlocks * BlockBytes,
                UsedSpace = used,
                ZeroBlocks = provisionedBlocks - usedBlocks,
            },
        };
    }

    private ClusterStatsResult GetStats(Empty asked)
    {
        var served = runtimes.All.Select(runtime => runtime.Queue.ReadStatistics()).ToList();
        var reads = served.Sum(one => one.ReadOpsLastSample);
        var writes = served.Sum(one => one.WriteOpsLastSample);
        var normalized = served.Sum(one => one.NormalizedIops);
        return new ClusterStatsResult
        {
            ClusterStats = new ClusterStats
            {
                ActualIOPS = served.Sum(one => one.ActualIops),
                AverageIOPSize = MeanIoBytes(served),
                ClientQueueDepth = served.Sum(one => one.ClientQueueDepth),
                ClusterUtilization = capacity.Iops == 0 ? 0 : (double)normalized / capacity.Iops,
                LatencyUSec = Mean(served.Sum(one => one.LatencyUs * (one.ReadOpsLastSample + one.WriteOpsLastSample)), reads + writes),
                NormalizedIOPS = normalized,
                ReadBytes = served.Sum(one => one.ReadBytes),
                ReadBytesLastSample = served.Sum(one => one.ReadBytesLastSample),
                ReadLatencyUSec = Mean(served.Sum(one => one.ReadLatencyUs * one.ReadOpsLastSample), reads),
                ReadLatencyUSecTotal = served.Sum(one => one.ReadLatencyUsTotal),
                ReadOps = served.Sum(one => one.ReadOps),
                ReadOpsLastSample = reads,
                SamplePeriodMsec = VolumeStatistics.SamplePeriodMs,
                Timestamp = time.GetUtcNow(),
                UnalignedReads = served.Sum(one => one.UnalignedReads),
                UnalignedWrites = served.Sum(one => one.UnalignedWrites),
                WriteBytes = served.Sum(one => one.WriteBytes),
                WriteBytesLastSample = served.Sum(one => one.WriteBytesLastSample),
                WriteLatencyUSec = Mean(served.Sum(one => one.WriteLatencyUs * one.WriteOpsLastSample), writes),
                WriteLatencyUSecTotal = served.Sum(one => one.WriteLatencyUsTotal),
                WriteOps = served.Sum(one => one.WriteOps),
                WriteOpsLastSample = writes,
            },
        };
    }

    private ClusterFullThreshold GetFullThreshold(Empty asked)
    {
        var stage = StageName(capacity.Fullness);
        var bytes = capacity.Bytes;
        return new ClusterFullThreshold
        {
            BlockFullness = stage,
            Fullness = stage,
            MaxMetadataOverProvisionFactor = NodeCapacity.OverProvisionFactor,
            SliceReserveUsedThresholdPct = 5,
            Stage2AwareThreshold = NodeCapacity.Stage2Percent,
            Stage3BlockThresholdPercent = NodeCapacity.Stage3Percent,
            Stage3LowThreshold = NodeCapacity.Stage3Percent,
            Stage4CriticalThreshold = NodeCapacity.Stage4Percent,
            Stage2BlockThresholdBytes = Share(NodeCapacity.Stage2Percent),
            Stage3BlockThresholdBytes = Share(NodeCapacity.Stage3Percent),
            Stage4BlockThresholdBytes = Share(NodeCapacity.Stage4Percent),
            Stage5BlockThresholdBytes = bytes,
            Stage2MetadataThresholdBytes = Share(NodeCapacity.Stage2Percent),
            Stage3MetadataThresholdBytes = Share(NodeCapacity.Stage3Percent),
            Stage4MetadataThresholdBytes = Share(NodeCapacity.Stage4Percent),
            Stage5MetadataThresholdBytes = bytes,
            SumTotalClusterBytes = bytes,
            SumUsedClusterBytes = capacity.UsedBytes,
            SumTotalMetadataClusterBytes = bytes,
        };

        long Share(int percent) => bytes / 100 * percent;
    }

    private GetClusterHardwareInfoResult GetHardware(GetClusterHardwareInfoParams asked) => new()
    {
        ClusterHardwareInfo = new ClusterHardwareInfo
        {
            Nodes = new JsonObject
            {
                ["1"] = new JsonObject
                {
                    ["serial"] = catalog.Current.Identity.NodeUuid.ToString("N")[..12],
                    ["uuid"] = catalog.Current.Identity.NodeUuid.ToString(),
                },
            },
        },
    };

    private ListClusterFaultsResult ListFaults(ListClusterFaultsParams asked)
    {
        var stage = capacity.Fullness;
        if (asked.FaultTypes == "resolved" || stage < FullnessStage.Low) return new ListClusterFaultsResult();
        var fault = new ClusterFault
        {
            ClusterFaultID = (int)stage,
            Code = "blockClusterFull",
            Severity = stage is FullnessStage.Low ? "warning" : "critical",
            Type = "cluster",
            Details = $"{capacity.UsedBytes} of {capacity.Bytes} bytes are used ({StageName(stage)}).",
            Date = time.GetUtcNow(),
            NodeID = NodeId,
        };
        return new ListClusterFaultsResult { Faults = [fault] };
    }

    private long MeanIoBytes() => MeanIoBytes([.. runtimes.All.Select(runtime => runtime.Queue.ReadStatistics())]);

    private static long MeanIoBytes(List<VolumeStatistics> served) => Mean(
        served.Sum(one => one.ReadBytesLastSample + one.WriteBytesLastSample),
        served.Sum(one => one.ReadOpsLastSample + one.WriteOpsLastSample));

    private static long Mean(long sum, long count) => count == 0 ? 0 : sum / count;

    private static string StageName(FullnessStage stage) => stage switch
    {
        FullnessStage.Aware => "stage2Aware",
        FullnessStage.Low => "stage3Low",
        FullnessStage.Critical => "stage4Critical",
        FullnessStage.CompletelyConsumed => "stage5CompletelyConsumed",
        _ => "stage1Happy",
    };
}
