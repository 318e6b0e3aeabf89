using Headgate.Node.Io;
using Headgate.Qos;

namespace Headgate.Node.Tests.Io;

/// <summary>Counting, in a time of the test's own.</summary>
public sealed class VolumeMeterTests
{
    private const long Ms = 1_000_000;
    private const long Start = 1_000_000 * Ms; // at the beginning of a sample

    private static readonly VolumeLimits Limits = new() { MaxIops = 1000 };

    private static TestIo Io(bool isWrite, int bytes, long submittedNs, long dispatchedNs) => new()
    {
        IsWrite = isWrite,
        Kind = isWrite ? IoKind.Write : IoKind.Read,
        Buffer = new byte[bytes],
        TransferBytes = bytes,
        Ticket = new IoTicket { SubmittedNs = submittedNs, DispatchedNs = dispatchedNs, CostHundredths = CostCurve.Of(bytes) },
    };

    [Fact]
    public void The_last_whole_half_second_is_what_rates_tell()
    {
        var meter = new VolumeMeter();
        for (var i = 0; i < 100; i++) meter.NoteCompleted(Io(i % 4 == 0, 16384, Start, Start + Ms), Start + 3 * Ms);

        var early = meter.Read(Limits, 0, 0, Start + 400 * Ms);
        Assert.Equal((0L, 25L, 75L), (early.ActualIops, early.WriteOps, early.ReadOps));

        var seen = meter.Read(Limits, 7, 3, Start + 501 * Ms);
        Assert.Equal((200L, 540L, 16384L), (seen.ActualIops, seen.NormalizedIops, seen.AverageIopSize));
        Assert.Equal((3000L, 3000L, 3000L), (seen.LatencyUs, seen.ReadLatencyUs, seen.WriteLatencyUs));
        Assert.Equal((25L, 75L), (seen.WriteOpsLastSample, seen.ReadOpsLastSample));
        Assert.Equal((100_000L, 200_000L), (seen.GateWaitUsTotal, seen.MediumUsTotal));
        Assert.Equal((0.54, 7L, 3), (seen.VolumeUtilization, seen.BurstIopsCredit, seen.ClientQueueDepth));
        Assert.Equal(25 * 3000, seen.WriteLatencyUsTotal);

        var later = meter.Read(Limits, 0, 0, Start + 1001 * Ms);
        Assert.Equal((0L, 0L, 25L), (later.ActualIops, later.LatencyUs, later.WriteOps));
    }

    [Fact]
    public void Throttle_is_the_share_of_the_sample_in_which_the_limit_held()
    {
        var meter = new VolumeMeter();
        meter.NoteState(isWaiting: true, isThrottled: true, Start + 100 * Ms);
        meter.NoteState(isWaiting: false, isThrottled: false, Start + 200 * Ms);
        meter.NoteState(isWaiting: true, isThrottled: true, Start + 450 * Ms);
        Assert.Equal(0.3, meter.Read(Limits, 0, 0, Start + 600 * Ms).Throttle, 3); // 100 ms, and 50 ms up to the end
        meter.NoteState(isWaiting: false, isThrottled: false, Start + 750 * Ms);
        Assert.Equal(0.5, meter.Read(Limits, 0, 0, Start + 1000 * Ms).Throttle, 3);
        meter.NoteState(isWaiting: true, isThrottled: true, Start + 1100 * Ms);
        Assert.Equal(1, meter.Read(Limits, 0, 0, Start + 3000 * Ms).Throttle, 3); // held ever since
        Assert.Equal(1, meter.Read(Limits, 0, 0, Start + 3600 * Ms).Throttle, 3);
    }

    [Fact]
    public void Time_below_min_counts_only_while_there_is_demand()
    {
        var meter = new VolumeMeter { Limits = new VolumeLimits { MinIops = 100, MaxIops = 1000 } };
        meter.NoteState(isWaiting: true, isThrottled: false, Start);
        for (var i = 0; i < 20; i++) meter.NoteCompleted(Io(false, 4096, Start, Start), Start + 400 * Ms); // 40 of 100
        for (var i = 0; i < 60; i++) meter.NoteCompleted(Io(false, 4096, Start, Start), Start + 900 * Ms); // 120 of 100
        meter.NoteState(isWaiting: true, isThrottled: false, Start + 1300 * Ms);
        meter.NoteState(isWaiting: false, isThrottled: false, Start + 1700 * Ms); // then it asks for less than its min
        meter.NoteCompleted(Io(false, 4096, Start, Start), Start + 1701 * Ms);
        var seen = meter.Read(Limits, 0, 0, Start + 9000 * Ms);
        Assert.Equal(1000, seen.BelowMinMsTotal); // the first sample, and the third: 1000 to 1500 ms without any I/O
        Assert.Equal(new PercentCounts(1, 1, 0, 1, 0, 0, 0), seen.BelowMinPercents); // 0 %, 2 % and 40 %
        Assert.Equal(new PercentCounts(0, 1, 0, 0, 0, 0, 0), seen.MinToMaxPercents); // 20 of 900
        Assert.Equal(new SizeCounts(0, 81, 0, 0, 0, 0, 0), seen.ReadSizes);
    }

    [Fact]
    public void Throttled_time_adds_up()
    {
        var meter = new VolumeMeter();
        meter.NoteState(isWaiting: true, isThrottled: true, Start + 100 * Ms);
        meter.NoteState(isWaiting: false, isThrottled: false, Start + 2300 * Ms);
        meter.NoteState(isWaiting: true, isThrottled: true, Start + 5000 * Ms);
        Assert.Equal(2300, meter.Read(Limits, 0, 0, Start + 5100 * Ms).ThrottledMsTotal);
    }

    [Fact]
    public void Percentiles_are_those_of_the_last_seconds_within_an_eighth()
    {
        var histogram = new LatencyHistogram();
        const long now = 100 * LatencyHistogram.PeriodNs;
        Assert.Equal(0, histogram.Percentile(0.5, now));
        for (var i = 1; i <= 1000; i++) histogram.Note(i * 1000L, now); // 1 to 1000 us
        Assert.InRange(histogram.Percentile(0.5, now), 500, 563);
        Assert.InRange(histogram.Percentile(0.99, now), 990, 1114);
        Assert.InRange(histogram.Percentile(1, now), 1000, 1125);
        histogram.Note(long.MaxValue, now + LatencyHistogram.PeriodNs); // counts as two minutes
        Assert.InRange(histogram.Percentile(1, now + LatencyHistogram.PeriodNs), 1 << 26, 1 << 27);
        Assert.InRange(histogram.Percentile(0.5, now + LatencyHistogram.PeriodNs), 500, 563);
        Assert.Equal(0, histogram.Percentile(0.5, now + 3 * LatencyHistogram.PeriodNs));
    }

    [Fact]
    public void Calls_that_move_no_data_cost_iops_but_are_neither_reads_nor_writes()
    {
        var meter = new VolumeMeter();
        var unmap = Io(true, 0, Start, Start);
        unmap.Kind = IoKind.Call;
        unmap.Ticket.CostHundredths = 15_000;
        meter.NoteCompleted(unmap, Start + Ms);
        var seen = meter.Read(Limits, 0, 0, Start + 500 * Ms);
        Assert.Equal((0L, 0L, 300L), (seen.WriteOps, seen.ActualIops, seen.NormalizedIops));
    }

    [Fact]
    public void Calls_that_move_data_count_like_reads_and_writes()
    {
        var (meter, node) = (new VolumeMeter(), new NodeMeter(Start));
        foreach (var isWrite in (bool[])[false, true])
        {
            var call = Io(isWrite, 0, Start, Start);
            (call.Kind, call.TransferBytes, call.Offset) = (IoKind.Call, 8704, 512);
            meter.NoteCompleted(call, Start + Ms);
            node.NoteCompleted(call, Start + Ms);
        }
        var seen = meter.Read(Limits, 0, 0, Start + 500 * Ms);
        Assert.Equal((1L, 1L, 8704L, 8704L), (seen.ReadOps, seen.WriteOps, seen.ReadBytes, seen.WriteBytes));
        Assert.Equal((0L, 0L), (seen.UnalignedReads, seen.UnalignedWrites)); // their place is in the CDB, not here
        var all = node.Read(0, 0, Start + 500 * Ms);
        Assert.Equal((8704L, 8704L), (all.ReadBytes, all.WriteBytes));
    }

    [Fact]
    public void The_busiest_sample_is_the_nodes_peak()
    {
        var meter = new NodeMeter(Start);
        for (var i = 0; i < 50; i++) meter.NoteCompleted(Io(false, 4096, Start, Start), Start + Ms);
        for (var i = 0; i < 10; i++) meter.NoteCompleted(Io(true, 4096, Start, Start), Start + 501 * Ms);
        var seen = meter.Read(4, 0, Start + 1001 * Ms);
        Assert.Equal((20L, 100L, 60L, 4), (seen.CurrentIops, seen.PeakIops, seen.AverageIops, seen.ClientQueueDepth));
        Assert.Equal((50L, 10L, 50L * 4096), (seen.ReadOps, seen.WriteOps, seen.ReadBytes));
    }
}
