using Headgate.Qos;

namespace Headgate.Node.Io;

/// <summary>Counts what one volume was served. Only touched under the gate's lock, so plain additions do.</summary>
internal sealed class VolumeMeter
{
    private const long SampleNs = VolumeStatistics.SamplePeriodMs * 1_000_000L;
    private const int PageMask = 4095; // Element calls an access unaligned when it is not in whole 4 KiB pages

    private Counters _total;
    private Counters _current;
    private Counters _last;
    private long _sampleIndex;
    private long _unalignedReads, _unalignedWrites;
    private long _gateNs, _mediumNs;
    private long _touchedNs;
    private bool _wasThrottled;

    private struct Counters
    {
        public long ReadOps, WriteOps, ReadBytes, WriteBytes, Cost, ReadNs, WriteNs, ThrottledNs;
    }

    /// <summary>Notes whether the volume's limit holds it from now on; time up to now counts as it was before.</summary>
    public void NoteThrottled(bool isThrottled, long now)
    {
        Roll(now);
        if (_wasThrottled) _current.ThrottledNs += now - Math.Max(_touchedNs, _sampleIndex * SampleNs);
        (_touchedNs, _wasThrottled) = (now, isThrottled);
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
        if (io.TransferBytes == 0) return;

        var isAligned = io.Kind == IoKind.Call || ((io.Offset | io.TransferBytes) & PageMask) == 0;
        Count(ref _total, io, gateNs + mediumNs);
        Count(ref _current, io, gateNs + mediumNs);
        if (isAligned) return;
        if (io.IsWrite) _unalignedWrites++;
        else _unalignedReads++;
    }

    public VolumeStatistics Read(VolumeLimits limits, long burstCredit, int depth, long now)
    {
        NoteThrottled(_wasThrottled, now);
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
            GateWaitUsTotal = _gateNs / 1000,
            MediumUsTotal = _mediumNs / 1000,
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

    private void Roll(long now)
    {
        var index = now / SampleNs;
        if (index == _sampleIndex) return;
        if (_wasThrottled) _current.ThrottledNs += Math.Max(0, (_sampleIndex + 1) * SampleNs - Math.Max(_touchedNs, _sampleIndex * SampleNs));
        _last = index == _sampleIndex + 1 ? _current : new Counters { ThrottledNs = _wasThrottled ? SampleNs : 0 };
        _current = default;
        _sampleIndex = index;
    }

    private static long PerSecond(long perSample) => perSample * 1000 / VolumeStatistics.SamplePeriodMs;

    private static long Mean(long sum, long count) => count == 0 ? 0 : sum / count;
}
