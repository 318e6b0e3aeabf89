using Headgate.Qos;

namespace Headgate.Node.Io;

/// <summary>Counts what one volume was served. Only touched under the gate's lock, so plain additions do.</summary>
internal sealed class VolumeMeter
{
    private const long SampleNs = VolumeStatistics.SamplePeriodMs * 1_000_000L;
    private const long AlwaysWaitingNs = SampleNs / 100 * 95; // a gap between two I/Os is no lack of demand
    private const double MinKept = 0.98; // the contract's band for a min
    private const int PageMask = 4095; // Element calls an access unaligned when it is not in whole 4 KiB pages

    private Counters _total;
    private Counters _current;
    private Counters _last;
    private long _sampleIndex;
    private long _unalignedReads, _unalignedWrites;
    private long _gateNs, _mediumNs;
    private long _touchedNs;
    private long _throttledNs, _belowMinNs;
    private bool _wasThrottled, _wasWaiting;
    private SizeCounts _readSizes, _writeSizes;
    private PercentCounts _belowMin, _minToMax, _utilization, _throttles;
    private readonly LatencyHistogram _latencies = new();

    private struct Counters
    {
        public long ReadOps, WriteOps, ReadBytes, WriteBytes, Cost, ReadNs, WriteNs, Ios, GateNs, MediumNs, ThrottledNs, WaitingNs;
    }

    /// <summary>The limits that samples are held against from now on.</summary>
    public VolumeLimits Limits { get; set; } = VolumeLimits.None;

    /// <summary>
    /// Notes whether I/O waits in the gate from now on, and whether the volume's own limit is why; time up to now counts
    /// as it was before.
    /// </summary>
    public void NoteState(bool isWaiting, bool isThrottled, long now)
    {
        Roll(now);
        NoteTime(now);
        (_touchedNs, _wasWaiting, _wasThrottled) = (now, isWaiting, isThrottled);
    }

    /// <summary>Counts one I/O that has come back.</summary>
    public void NoteCompleted(VolumeIo io, long now)
    {
        Roll(now);
        var gateNs = io.Ticket.DispatchedNs - io.Ticket.SubmittedNs;
        var mediumNs = now - io.Ticket.DispatchedNs;
        _gateNs += gateNs;
        _mediumNs += mediumNs;
        _current.Cost += io.Ticket.CostHundredths;
        _current.Ios++;
        _current.GateNs += gateNs;
        _current.MediumNs += mediumNs;
        if (io.TransferBytes == 0) return;

        _latencies.Note(gateNs + mediumNs, now);
        if (io.IsWrite) _writeSizes = _writeSizes.With(io.TransferBytes);
        else _readSizes = _readSizes.With(io.TransferBytes);
        var isAligned = io.Kind == IoKind.Call || ((io.Offset | io.TransferBytes) & PageMask) == 0;
        Count(ref _total, io, gateNs + mediumNs);
        Count(ref _current, io, gateNs + mediumNs);
        if (isAligned) return;
        if (io.IsWrite) _unalignedWrites++;
        else _unalignedReads++;
    }

    public VolumeStatistics Read(VolumeLimits limits, long burstCredit, int depth, long now)
    {
        NoteState(_wasWaiting, _wasThrottled, now);
        var ops = _last.ReadOps + _last.WriteOps;
        var normalized = PerSecond(_last.Cost) / CostCurve.HundredthsPerIo;
        return new VolumeStatistics
        {
            ReadOps = _total.ReadOps,
            WriteOps = _total.WriteOps,
            ReadBytes = _total.ReadBytes,
            WriteBytes = _total.WriteBytes,
            UnalignedReads = _unalignedReads,
            UnalignedWrites = _unalignedWrites,
            ReadLatencyUsTotal = _total.ReadNs / 1000,
            WriteLatencyUsTotal = _total.WriteNs / 1000,
            ReadOpsLastSample = _last.ReadOps,
            WriteOpsLastSample = _last.WriteOps,
            ReadBytesLastSample = _last.ReadBytes,
            WriteBytesLastSample = _last.WriteBytes,
            ActualIops = PerSecond(ops),
            NormalizedIops = normalized,
            AverageIopSize = Mean(_last.ReadBytes + _last.WriteBytes, ops),
            LatencyUs = Mean((_last.ReadNs + _last.WriteNs) / 1000, ops),
            ReadLatencyUs = Mean(_last.ReadNs / 1000, _last.ReadOps),
            WriteLatencyUs = Mean(_last.WriteNs / 1000, _last.WriteOps),
            ClientQueueDepth = depth,
            Throttle = Math.Min(1, (double)_last.ThrottledNs / SampleNs),
            VolumeUtilization = limits.MaxIops == 0 ? 0 : (double)normalized / limits.MaxIops,
            BurstIopsCredit = burstCredit,
            NodeHeld = NodeHeld(_last),
            GateWaitUs = Mean(_last.GateNs / 1000, _last.Ios),
            MediumUs = Mean(_last.MediumNs / 1000, _last.Ios),
            GateWaitUsTotal = _gateNs / 1000,
            MediumUsTotal = _mediumNs / 1000,
            ThrottledMsTotal = (_throttledNs + _current.ThrottledNs) / 1_000_000,
            BelowMinMsTotal = _belowMinNs / 1_000_000,
            LatencyUsP50 = _latencies.Percentile(0.5, now),
            LatencyUsP99 = _latencies.Percentile(0.99, now),
            LatencyUsP999 = _latencies.Percentile(0.999, now),
            ReadSizes = _readSizes,
            WriteSizes = _writeSizes,
            BelowMinPercents = _belowMin,
            MinToMaxPercents = _minToMax,
            UtilizationPercents = _utilization,
            ThrottlePercents = _throttles,
        };
    }

    private static void Count(ref Counters counters, VolumeIo io, long latencyNs)
    {
        if (io.IsWrite)
        {
            counters.WriteOps++;
            counters.WriteBytes += io.TransferBytes;
            counters.WriteNs += latencyNs;
        }
        else
        {
            counters.ReadOps++;
            counters.ReadBytes += io.TransferBytes;
            counters.ReadNs += latencyNs;
        }
    }

    private void NoteTime(long until)
    {
        var passed = until - Math.Max(_touchedNs, _sampleIndex * SampleNs);
        if (passed <= 0) return;
        if (_wasThrottled) _current.ThrottledNs += passed;
        if (_wasWaiting) _current.WaitingNs += passed;
    }

    private void Roll(long now)
    {
        var index = now / SampleNs;
        if (index == _sampleIndex) return;
        NoteTime((_sampleIndex + 1) * SampleNs);
        EndSample(_current, samples: 1);
        var stillNs = new Counters { ThrottledNs = _wasThrottled ? SampleNs : 0, WaitingNs = _wasWaiting ? SampleNs : 0 };
        if (_wasWaiting && index > _sampleIndex + 1) EndSample(stillNs, index - _sampleIndex - 1);
        _last = index == _sampleIndex + 1 ? _current : stillNs;
        _current = default;
        _sampleIndex = index;
    }

    // What its owner may know afterwards: how long it was held, and how long it got less than its min although it asked.
    private void EndSample(in Counters sample, long samples)
    {
        _throttledNs += sample.ThrottledNs * samples;
        var (min, max) = (Limits.MinIops, Limits.MaxIops);
        var iops = (double)PerSecond(sample.Cost) / CostCurve.HundredthsPerIo;
        if (min > 0 && sample.WaitingNs >= AlwaysWaitingNs && iops < min * MinKept) _belowMinNs += SampleNs * samples;
        if (sample.Cost == 0 && sample.WaitingNs == 0) return; // nobody asked: no sample

        if (min > 0 && iops < min) _belowMin = _belowMin.With(iops / min);
        else if (max > min) _minToMax = _minToMax.With((iops - min) / (max - min));
        if (max > 0) _utilization = _utilization.With(iops / max);
        if (max > 0) _throttles = _throttles.With(NodeHeld(sample) * Math.Max(0, 1 - (iops / max)));
    }

    // I/O waited although the volume's own limit let it go: the node had no room.
    private static double NodeHeld(in Counters sample) => Math.Clamp((double)(sample.WaitingNs - sample.ThrottledNs) / SampleNs, 0, 1);

    private static long PerSecond(long perSample) => perSample * 1000 / VolumeStatistics.SamplePeriodMs;

    private static long Mean(long sum, long count) => count == 0 ? 0 : sum / count;
}
