namespace Headgate.Initiator;

/// <summary>What a <see cref="LoadGenerator"/> does.</summary>
public sealed record LoadPlan
{
    /// <summary>Bytes of an I/O; a multiple of the LUN's block.</summary>
    public int BlockBytes { get; init; } = 4096;

    /// <summary>Share of reads, 0 to 100; the rest are writes.</summary>
    public int ReadPercent { get; init; } = 100;

    /// <summary>I/Os in flight at most.</summary>
    public int Depth { get; init; } = 32;

    /// <summary>I/Os per second on a schedule, whatever comes back; null: the next one as soon as one comes back.</summary>
    public int? RatePerSecond { get; init; }

    /// <summary>The start of the LUN that is used, in bytes; null: all of it.</summary>
    public long? SpanBytes { get; init; }

    /// <summary>Of the order of blocks.</summary>
    public int Seed { get; init; } = 1;
}

/// <summary>What a load got since the last time it was asked.</summary>
/// <param name="Elapsed">Since then.</param>
/// <param name="Ios">I/Os that came back.</param>
/// <param name="Latency">Theirs, as the client saw it.</param>
public sealed record LoadSample(TimeSpan Elapsed, long Ios, LatencyHistogram Latency)
{
    /// <summary>I/Os per second.</summary>
    public double Iops => Elapsed > TimeSpan.Zero ? Ios / Elapsed.TotalSeconds : 0;
}
