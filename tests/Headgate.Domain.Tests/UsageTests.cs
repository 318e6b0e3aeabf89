using System.Numerics;
using CsCheck;
using Headgate.Primitives;

namespace Headgate.Domain.Tests;

/// <summary>Usage is exact: every tick once, whatever happens and whatever the clock does, and the parts of a time sum to the whole.</summary>
public sealed class UsageTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly OfferingPrice Price = new(0.123456789m, 0.000000001m, 3.7m);
    private static readonly Guid Subject = Guid.CreateVersion7(Start);
    private static readonly Guid Account = Guid.CreateVersion7(Start);

    /// <summary>Changes: how the clock moves before each (backwards too), and what is billed from then on.</summary>
    private static readonly Gen<(long Ticks, Billable Billed)[]> Lives = Gen.Select(
        Gen.Long[-3_000_000_000, 40_000_000_000], Gen.Select(Gen.Long[0, 1L << 50], Gen.Long[0, 200_000], Gen.Long[0, 200_000]),
        (ticks, units) => (ticks, new Billable(units.Item1, units.Item2, units.Item3, null))).Array[1, 12];

    [Fact]
    public void Spans_touch_and_never_overlap_whatever_the_clock_does() => Lives.Sample(life =>
    {
        var (spans, meter) = Live(life);
        foreach (var (earlier, later) in spans.Zip(spans.Skip(1))) Assert.True(earlier.Until <= later.From);
        Assert.All(spans, span => Assert.True(span.From < span.Until));
        // Billed without a pause, so without a gap; from the first change to the running span's beginning.
        if (life.All(change => change.Billed != default))
        {
            var ticks = spans.Sum(span => (span.Until - span.From).Ticks);
            Assert.Equal((meter.Since - Start.AddTicks(Math.Max(0, life[0].Ticks))).Ticks, ticks);
        }
    });

    [Fact]
    public void The_sum_over_any_partition_of_a_time_is_the_sum_of_the_whole() => Gen.Select(Lives, Gen.Long[0, 500_000_000_000].Array[0, 8]).Sample((life, cuts) =>
    {
        var (spans, meter) = Live(life);
        var (from, to) = (Start, Start.AddTicks(500_000_000_000));
        DateTimeOffset[] edges = [from, .. cuts.Order().Select(c => Start.AddTicks(c)), to];
        var parts = edges.Zip(edges.Skip(1)).Aggregate(default(UsageSum), (sum, part) => sum + SumOf(spans, meter, part.First, part.Second));
        Assert.Equal(SumOf(spans, meter, from, to), parts);
    });

    [Fact]
    public void An_amount_is_the_exact_cost_rounded_once()
    {
        var month = UsageSum.Of(new Billable(1L << 30, 0, 0, null), UsageSum.Month, Price);
        Assert.Equal(0.123457m, month.Amount); // 0.123456789
        var tick = UsageSum.Of(new Billable(1, 0, 0, null), TimeSpan.FromTicks(1), Price);
        Assert.Equal(0m, tick.Amount);
        Assert.True(tick.Cost > 0);
        var tied = UsageSum.Of(new Billable(0, 1, 0, null), UsageSum.Month, new OfferingPrice(PerMinIopsMonth: 0.0000025m));
        Assert.Equal(0.000002m, tied.Amount); // half to even
        Assert.Equal(3 * month.Cost, (month + month + month).Cost);
        Assert.Null(UsageSum.Of(new Billable(1, 1, 1, null), UsageSum.Month, null).Amount);
        Assert.Equal(2_592_000m * (1L << 30), month.ByteSeconds);
    }

    [Fact]
    public void A_volume_is_billed_for_what_can_be_used_of_it()
    {
        var ready = AVolume(VolumeState.Ready);
        Assert.Equal(new Billable(1L << 30, 200, 1000, ready.DiskOfferingId), Billable.Of(ready));
        Assert.Equal(new Billable(1L << 30, 0, 0, ready.DiskOfferingId), Billable.Of(ready with { State = VolumeState.Deleted }));
        foreach (var state in new[] { VolumeState.Creating, VolumeState.Error, VolumeState.Expunging, VolumeState.Expunged })
            Assert.Equal(default, Billable.Of(ready with { State = state }));
        var unkept = ready with { Promises = [.. ready.Promises.Select(p => p with { EnforcedBy = Enforcer.Nobody })] };
        Assert.Equal((0L, 0L), (Billable.Of(unkept).MinIops, Billable.Of(unkept).MaxIops));
    }

    [Fact]
    public void While_a_volume_changes_it_holds_the_larger_of_what_it_had_and_what_it_will_have()
    {
        var ready = AVolume(VolumeState.Ready);
        var meter = Metering.Of(null, Metered.Of(ready), null, Start).Meter!;
        Assert.Equal(new Holding(1, 0, 1L << 30, 200, 1000, false), meter.Held);
        var begun = Metering.Of(meter, Metered.Of(ready with { State = VolumeState.Changing }), [Max(5000)], Start);
        Assert.Equal((200L, 5000L), (begun.Meter!.Held.MinIops, begun.Meter.Held.MaxIops));
        Assert.Equal(4000, begun.Growth.MaxIops);
        var touched = Metering.Of(begun.Meter, Metered.Of(ready with { State = VolumeState.Changing }), null, Start);
        Assert.Equal(default, touched.Growth);
        var failed = Metering.Of(begun.Meter, Metered.Of(ready), null, Start);
        Assert.Equal(-4000, failed.Growth.MaxIops);
        Assert.Null(failed.Cut); // what it is billed for never changed
    }

    [Fact]
    public void A_quota_refuses_what_grows_beyond_it_and_nothing_else()
    {
        var quota = new AccountQuota { MaxVolumes = 2, MaxBytes = new ByteSize(100), MaxMinIops = 10, MaxMaxIops = 20, MaxSnapshots = 0 };
        var full = new AccountLedger { Id = Account, Volumes = 2, Bytes = 120, MinIops = 10, MaxIops = 20 };
        Assert.Null(QuotaRules.Problem(quota, full, default));
        Assert.Null(QuotaRules.Problem(quota, full, new Growth(-1, 0, -10, -1, -1, 0)));
        Assert.Null(QuotaRules.Problem(quota, full with { MinIops = 5 }, new Growth(0, 0, -1, 5, 0, 0))); // above in bytes already, and not growing there
        var problem = QuotaRules.Problem(quota, full, new Growth(1, 1, 1, 1, 1, 0))!;
        Assert.Equal("quota-exceeded", problem.Code);
        Assert.Equal(
            ["volumes: 1 more asked, 2 used of 2", "snapshots: 1 more asked, 0 used of 0", "bytes: 1 more asked, 120 used of 100",
             "min IOPS: 1 more asked, 10 used of 10", "max IOPS: 1 more asked, 20 used of 20"],
            problem.Details);
        Assert.Contains("without a max", QuotaRules.Problem(quota, new AccountLedger { Id = Account }, new Growth(1, 0, 1, 0, 0, 1))!.Message, StringComparison.Ordinal);
    }

    private static (List<UsageRecord> Spans, Meter Meter) Live((long Ticks, Billable Billed)[] life)
    {
        var (spans, now) = (new List<UsageRecord>(), Start);
        Meter? meter = null;
        foreach (var (ticks, billed) in life)
        {
            now = meter is null ? now.AddTicks(Math.Max(0, ticks)) : now.AddTicks(ticks);
            var next = Metering.Of(meter, new Metered(Subject, Account, MeteredKind.Volume, "v", default, billed, false, false), null, now);
            if (next.Cut is { } cut) spans.Add(cut);
            meter = next.Meter;
        }
        return (spans, meter!);
    }

    private static UsageSum SumOf(List<UsageRecord> spans, Meter meter, DateTimeOffset from, DateTimeOffset to) =>
        spans.Select(s => (s.Billed, s.From, s.Until)).Append((meter.Billed, From: meter.Since, Until: to))
            .Select(s => UsageSum.Of(s.Billed, (s.Until < to ? s.Until : to) - (s.From > from ? s.From : from), Price))
            .Aggregate(new UsageSum(0, 0, 0, BigInteger.Zero, true), (sum, one) => sum + one) with { IsPriced = true };

    private static Volume AVolume(VolumeState state) => new()
    {
        Id = Subject, Name = "v", AccountId = Account, ZoneId = Guid.Empty, PoolId = Guid.Empty, DiskOfferingId = Guid.CreateVersion7(Start), State = state,
        Size = ByteSize.GiB(1), Promises = [new Promise(PromiseKind.MinIops, 200, true, 200, Enforcer.Storage, 200), Max(1000)], CreatedAt = Start,
    };

    private static Promise Max(long iops) => new(PromiseKind.MaxIops, iops, true, iops, Enforcer.Storage, iops);
}
