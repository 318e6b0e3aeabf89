using System.Text.Json.Serialization;
using Headgate.Element.Wire;

namespace Headgate.Element.Contracts;

#pragma warning disable CS1591 // members are the wire's own, spelled like it

/// <summary>
/// Figures of one volume. Counters (ops, bytes, latency totals) grow from creation and never reset; the IOPS,
/// latencies and ...LastSample describe the last <see cref="SamplePeriodMSec"/>.
/// </summary>
public sealed record VolumeStats
{
    public long AccountID { get; set; }
    public long VolumeID { get; set; }
    public long VolumeSize { get; set; }

    [JsonConverter(typeof(MicrosTimeConverter))]
    public DateTimeOffset Timestamp { get; set; }

    /// <summary>Spelled with a capital S here and samplePeriodMsec in cluster statistics: that is how clusters are.</summary>
    public long SamplePeriodMSec { get; set; } = 500;

    public long ActualIOPS { get; set; }
    public long NormalizedIOPS { get; set; }
    public long AverageIOPSize { get; set; }
    public long BurstIOPSCredit { get; set; }
    public long ClientQueueDepth { get; set; }

    /// <summary>0 (nothing held back) to 1: 1 - target / max.</summary>
    public double Throttle { get; set; }

    /// <summary>normalizedIOPS / maxIOPS; above 1 during a burst.</summary>
    public double VolumeUtilization { get; set; }

    public long LatencyUSec { get; set; }
    public long ReadLatencyUSec { get; set; }
    public long WriteLatencyUSec { get; set; }
    public long ReadLatencyUSecTotal { get; set; }
    public long WriteLatencyUSecTotal { get; set; }
    public long ReadOps { get; set; }
    public long WriteOps { get; set; }
    public long ReadBytes { get; set; }
    public long WriteBytes { get; set; }
    public long ReadOpsLastSample { get; set; }
    public long WriteOpsLastSample { get; set; }
    public long ReadBytesLastSample { get; set; }
    public long WriteBytesLastSample { get; set; }
    public long UnalignedReads { get; set; }
    public long UnalignedWrites { get; set; }

    /// <summary>4 KiB blocks never written; with <see cref="NonZeroBlocks"/> it adds up to the size.</summary>
    public long ZeroBlocks { get; set; }

    public long NonZeroBlocks { get; set; }
    public IReadOnlyList<long> VolumeAccessGroups { get; set; } = [];
    public string? AsyncDelay { get; set; }
    public MetadataHosts MetadataHosts { get; set; } = new();
    public MetadataHosts? DesiredMetadataHosts { get; set; }

    /// <summary>What Headgate's own node tells beyond the Element API; absent from a real cluster, which clients ignore.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public VolumeServiceStats? Headgate { get; set; }
}

/// <summary>Where the time of a volume's I/O goes; times in microseconds, means over the last sample.</summary>
public sealed record VolumeServiceStats
{
    /// <summary>Mean wait for their turn in the scheduler.</summary>
    public long SchedulerUSec { get; set; }

    /// <summary>Mean time at the medium.</summary>
    public long MediumUSec { get; set; }

    /// <summary>Of the last seconds, as the following two.</summary>
    public long LatencyUSecP50 { get; set; }
    public long LatencyUSecP99 { get; set; }
    public long LatencyUSecP999 { get; set; }

    /// <summary>0 to 1: share of the sample in which the volume's own limit held I/O back.</summary>
    public double HeldByLimit { get; set; }

    /// <summary>The same in milliseconds, since the volume came into service.</summary>
    public long HeldByLimitMSecTotal { get; set; }

    /// <summary>Milliseconds in which it always had I/O waiting and got less than its min, since it came into service.</summary>
    public long BelowMinMSecTotal { get; set; }
}

/// <summary>The services that keep a volume's metadata.</summary>
public sealed record MetadataHosts
{
    public long Primary { get; set; }
    public IReadOnlyList<long> LiveSecondaries { get; set; } = [];
    public IReadOnlyList<long> DeadSecondaries { get; set; } = [];
}

public sealed record VolumeStatsResult { public VolumeStats VolumeStats { get; set; } = new(); }

public sealed record ListVolumeStatsParams
{
    /// <summary>Empty or absent: all.</summary>
    public IReadOnlyList<long>? VolumeIDs { get; set; }

    public bool? IncludeVirtualVolumes { get; set; }
}
public sealed record ListVolumeStatsByAccountParams
{
    public IReadOnlyList<long>? Accounts { get; set; }
    public bool? IncludeVirtualVolumes { get; set; }
}
public sealed record ListVolumeStatsByVolumeAccessGroupParams
{
    public IReadOnlyList<long>? VolumeAccessGroups { get; set; }
    public bool? IncludeVirtualVolumes { get; set; }
}
public sealed record ListVolumeStatsResult { public IReadOnlyList<VolumeStats> VolumeStats { get; set; } = []; }

public sealed record ListVolumeQoSHistogramsParams { public IReadOnlyList<long>? VolumeIDs { get; set; } }

/// <summary>Counts by bucket; the keys are the buckets' names (Bucket0, Bucket1To19, ...).</summary>
public sealed record QosHistograms
{
    public IReadOnlyDictionary<string, long> BelowMinIopsPercentages { get; set; } = new Dictionary<string, long>();
    public IReadOnlyDictionary<string, long> MinToMaxIopsPercentages { get; set; } = new Dictionary<string, long>();
    public IReadOnlyDictionary<string, long> TargetUtilizationPercentages { get; set; } = new Dictionary<string, long>();
    public IReadOnlyDictionary<string, long> ThrottlePercentages { get; set; } = new Dictionary<string, long>();
    public IReadOnlyDictionary<string, long> ReadBlockSizes { get; set; } = new Dictionary<string, long>();
    public IReadOnlyDictionary<string, long> WriteBlockSizes { get; set; } = new Dictionary<string, long>();
}
public sealed record VolumeQosHistogram
{
    public long VolumeID { get; set; }

    [JsonConverter(typeof(MicrosTimeConverter))]
    public DateTimeOffset Timestamp { get; set; }

    public QosHistograms Histograms { get; set; } = new();
}
public sealed record ListVolumeQoSHistogramsResult { public IReadOnlyList<VolumeQosHistogram> QosHistograms { get; set; } = []; }

/// <summary>GetVolumeEfficiency and GetAccountEfficiency: ratios, 1 when nothing is saved.</summary>
public sealed record EfficiencyResult
{
    public double Compression { get; set; } = 1;
    public double Deduplication { get; set; } = 1;
    public double ThinProvisioning { get; set; } = 1;
    public IReadOnlyList<long> MissingVolumes { get; set; } = [];

    [JsonConverter(typeof(SecondsTimeConverter))]
    public DateTimeOffset Timestamp { get; set; }
}

/// <summary>Figures of the whole cluster over the last <see cref="SamplePeriodMsec"/>.</summary>
public sealed record ClusterStats
{
    public long ActualIOPS { get; set; }
    public long AverageIOPSize { get; set; }
    public long ClientQueueDepth { get; set; }
    public double ClusterUtilization { get; set; }
    public long LatencyUSec { get; set; }
    public long NormalizedIOPS { get; set; }
    public long ReadBytes { get; set; }
    public long ReadBytesLastSample { get; set; }
    public long ReadLatencyUSec { get; set; }
    public long ReadLatencyUSecTotal { get; set; }
    public long ReadOps { get; set; }
    public long ReadOpsLastSample { get; set; }
    public long SamplePeriodMsec { get; set; } = 500;
    public long ServicesCount { get; set; } = 1;
    public long ServicesTotal { get; set; } = 1;

    [JsonConverter(typeof(MicrosTimeConverter))]
    public DateTimeOffset Timestamp { get; set; }

    public long UnalignedReads { get; set; }
    public long UnalignedWrites { get; set; }
    public long WriteBytes { get; set; }
    public long WriteBytesLastSample { get; set; }
    public long WriteLatencyUSec { get; set; }
    public long WriteLatencyUSecTotal { get; set; }
    public long WriteOps { get; set; }
    public long WriteOpsLastSample { get; set; }
}
public sealed record ClusterStatsResult { public ClusterStats ClusterStats { get; set; } = new(); }
