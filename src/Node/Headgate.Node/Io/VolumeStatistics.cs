namespace Headgate.Node.Io;

/// <summary>
/// What a volume was served, as Element's GetVolumeStats tells it. Totals count since the volume came into service;
/// "sample" is the last whole <see cref="SamplePeriodMs"/>. Latencies are gate and medium together unless they say
/// otherwise, in microseconds.
/// </summary>
public sealed record VolumeStatistics
{
    /// <summary>Length of a sample, in milliseconds; what Element clients expect.</summary>
    public const int SamplePeriodMs = 500;

    public long ReadOps { get; init; }
    public long WriteOps { get; init; }
    public long ReadBytes { get; init; }
    public long WriteBytes { get; init; }

    /// <summary>Reads whose offset or length is no multiple of 4 KiB.</summary>
    public long UnalignedReads { get; init; }

    /// <summary>Writes whose offset or length is no multiple of 4 KiB.</summary>
    public long UnalignedWrites { get; init; }

    public long ReadLatencyUsTotal { get; init; }
    public long WriteLatencyUsTotal { get; init; }

    public long ReadOpsLastSample { get; init; }
    public long WriteOpsLastSample { get; init; }
    public long ReadBytesLastSample { get; init; }
    public long WriteBytesLastSample { get; init; }

    /// <summary>I/Os per second over the sample, as the client counts them.</summary>
    public long ActualIops { get; init; }

    /// <summary>I/Os per second over the sample, in 4 KiB units by the cost curve.</summary>
    public long NormalizedIops { get; init; }

    /// <summary>Mean bytes of an I/O over the sample; 0 without any.</summary>
    public long AverageIopSize { get; init; }

    /// <summary>Mean latency over the sample.</summary>
    public long LatencyUs { get; init; }
    public long ReadLatencyUs { get; init; }
    public long WriteLatencyUs { get; init; }

    /// <summary>I/Os of clients that wait in the gate or are under way.</summary>
    public int ClientQueueDepth { get; init; }

    /// <summary>0 to 1: share of the sample in which the volume's own limit held an I/O back.</summary>
    public double Throttle { get; init; }

    /// <summary>0 to 1: share of the sample in which I/O waited that the volume's own limit would have let go: the node had no room.</summary>
    public double NodeHeld { get; init; }

    /// <summary>Normalised IOPS as a share of max over the sample (above 1 in a burst); 0 without a max.</summary>
    public double VolumeUtilization { get; init; }

    /// <summary>I/Os above max that the volume has saved up: at most (burst - max) * 60.</summary>
    public long BurstIopsCredit { get; init; }

    /// <summary>Mean wait in the gate over the sample, in microseconds.</summary>
    public long GateWaitUs { get; init; }

    /// <summary>Mean time from the gate to the end of the access over the sample, in microseconds.</summary>
    public long MediumUs { get; init; }

    /// <summary>Time that finished I/Os waited in the gate, in microseconds.</summary>
    public long GateWaitUsTotal { get; init; }

    /// <summary>Time that finished I/Os took from the gate to the end of the access, in microseconds.</summary>
    public long MediumUsTotal { get; init; }

    /// <summary>Time in which the volume's own limit held I/O back, in milliseconds.</summary>
    public long ThrottledMsTotal { get; init; }

    /// <summary>Samples in which it always had I/O waiting and yet got less than 98 % of its min, in milliseconds.</summary>
    public long BelowMinMsTotal { get; init; }

    /// <summary>Median latency over the last 5 to 10 s, within 12.5 %; 0 without I/O.</summary>
    public long LatencyUsP50 { get; init; }

    /// <summary>The same for 99 of 100 I/Os.</summary>
    public long LatencyUsP99 { get; init; }

    /// <summary>The same for 999 of 1000 I/Os.</summary>
    public long LatencyUsP999 { get; init; }

    /// <summary>Reads by size.</summary>
    public SizeCounts ReadSizes { get; init; }

    /// <summary>Writes by size.</summary>
    public SizeCounts WriteSizes { get; init; }

    /// <summary>Samples below min, by their share of min. Samples in which nobody asked are in none of these.</summary>
    public PercentCounts BelowMinPercents { get; init; }

    /// <summary>Samples at min or above, by how far they were from min to max; above 100 % in a burst.</summary>
    public PercentCounts MinToMaxPercents { get; init; }

    /// <summary>Samples of a volume with a max, by their share of it.</summary>
    public PercentCounts UtilizationPercents { get; init; }

    /// <summary>Samples of a volume with a max, by Element's throttle: how far the node's lack of room kept it below that.</summary>
    public PercentCounts ThrottlePercents { get; init; }
}

/// <summary>What the whole node served.</summary>
public sealed record NodeIoStatistics
{
    public long ReadOps { get; init; }
    public long WriteOps { get; init; }
    public long ReadBytes { get; init; }
    public long WriteBytes { get; init; }

    /// <summary>I/Os per second over the last whole sample.</summary>
    public long CurrentIops { get; init; }

    /// <summary>I/Os per second since the start.</summary>
    public long AverageIops { get; init; }

    /// <summary>The busiest sample since the start, in I/Os per second.</summary>
    public long PeakIops { get; init; }

    /// <summary>I/Os that wait in the gate or are under way.</summary>
    public int ClientQueueDepth { get; init; }

    /// <summary>
    /// Milliseconds by which minimums have been put off since the start because the medium gave less than their sum;
    /// while it grows, the node is overloaded.
    /// </summary>
    public long OverloadMs { get; init; }
}
