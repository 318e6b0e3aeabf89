using CsCheck;

namespace Headgate.Qos.Tests;

/// <summary>Bookkeeping: order, cancelling, what is left, and what a decision costs.</summary>
public sealed class SchedulerTests
{
    private sealed class Io(int number) : QosRequest
    {
        public int Number { get; } = number;
        public bool IsWrite { get; init; }
    }

    [Fact]
    public void An_io_counts_at_the_medium_by_the_pieces_in_which_it_goes_not_by_those_of_when_it_came()
    {
        var scheduler = new QosScheduler { PieceHundredths = 3900 };
        var volume = scheduler.Add(VolumeLimits.None, 0);
        scheduler.Enqueue(volume, new Io(0), 15_000, 1 << 20, isWrite: false, 0);
        scheduler.PieceHundredths = 1000;
        Assert.Equal(NextKind.Dispatch, scheduler.TryNext(0, out var io, out _));
        Assert.Equal(1000, scheduler.LoadHundredths);
        scheduler.PieceHundredths = 3900;
        scheduler.Completed(io!);
        Assert.Equal(0, scheduler.LoadHundredths);
    }

    [Fact]
    public void Each_io_comes_out_once_and_in_the_order_of_its_volume_whatever_happens() =>
        Gen.Select(Gen.Int[1, 40], Gen.ULong).Sample((volumes, seed) =>
        {
            var random = new Random((int)seed);
            var scheduler = new QosScheduler { InFlightMax = random.Next(1, 64) };
            long now = 5_000_000_000;
            var all = Enumerable.Range(0, volumes).Select(_ => scheduler.Add(RandomLimits(random), now)).ToArray();
            var waiting = all.Select(_ => new List<Io>()).ToArray();
            var number = 0;
            var underWay = new Queue<QosRequest>();

            for (var step = 0; step < 3000; step++)
            {
                var at = random.Next(volumes);
                switch (random.Next(6))
                {
                    case 0 or 1:
                        var io = new Io(number++) { IsWrite = random.Next(2) == 0 };
                        waiting[at].Add(io);
                        var bytes = 512 << random.Next(12);
                        scheduler.Enqueue(all[at], io, CostCurve.Of(bytes), bytes, io.IsWrite, now);
                        break;
                    case 2 when waiting[at].Count > 0:
                        var victim = waiting[at][random.Next(waiting[at].Count)];
                        waiting[at].Remove(victim);
                        Assert.True(scheduler.TryCancel(victim, now));
                        Assert.False(scheduler.TryCancel(victim, now));
                        break;
                    case 3 when underWay.Count > 0:
                        scheduler.Completed(underWay.Dequeue());
                        break;
                    case 4:
                        scheduler.Configure(all[at], RandomLimits(random), now);
                        break;
                    default:
                        now += random.Next(3_000_000);
                        while (scheduler.TryNext(now, out var next, out _) == NextKind.Dispatch)
                        {
                            // The first of its kind: a write that bandwidth holds does not hold reads.
                            var isWrite = ((Io)next!).IsWrite;
                            var owner = Array.FindIndex(waiting, list => list.Find(io => io.IsWrite == isWrite) == next);
                            Assert.True(owner >= 0);
                            waiting[owner].Remove((Io)next);
                            underWay.Enqueue(next);
                        }
                        break;
                }
                Assert.Equal(waiting.Sum(list => list.Count), scheduler.Waiting);
                Assert.Equal(underWay.Count, scheduler.InFlight);
                Assert.True(underWay.Count <= scheduler.InFlightMax);
            }

            // Given time and room, all that waits comes out: nobody is starved.
            for (var round = 0; round < 100_000 && scheduler.Waiting > 0; round++)
            {
                switch (scheduler.TryNext(now, out var next, out var notBefore))
                {
                    case NextKind.Dispatch:
                        Assert.Contains(waiting, list => list.Remove((Io)next!));
                        underWay.Enqueue(next!);
                        break;
                    case NextKind.NotBefore:
                        now = notBefore;
                        break;
                    default:
                        scheduler.Completed(underWay.Dequeue());
                        break;
                }
            }
            Assert.Equal(0, scheduler.Waiting);
        }, iter: 100, seed: "0003uQnPzZc0");

    [Fact]
    public void A_closing_volume_gives_up_its_io_in_order()
    {
        var scheduler = new QosScheduler();
        var volume = scheduler.Add(new VolumeLimits { MaxIops = 1 }, 0);
        var ios = Enumerable.Range(0, 5).Select(number => new Io(number)).ToArray();
        foreach (var io in ios) scheduler.Enqueue(volume, io, 100, 4096, false, 0);
        foreach (var io in ios) Assert.Same(io, scheduler.TakeFirst(volume, 0));
        Assert.Null(scheduler.TakeFirst(volume, 0));
        Assert.Equal(NextKind.Nothing, scheduler.TryNext(0, out _, out _));
    }

    [Fact]
    public void A_volume_that_its_limit_holds_says_so()
    {
        var scheduler = new QosScheduler();
        var volume = scheduler.Add(new VolumeLimits { MaxIops = 10 }, 0);
        scheduler.Enqueue(volume, new Io(0), 100, 4096, false, 0);
        Assert.False(volume.IsThrottled);
        Assert.Equal(NextKind.Dispatch, scheduler.TryNext(0, out _, out _));
        scheduler.Enqueue(volume, new Io(1), 100, 4096, false, 0);
        Assert.True(volume.IsThrottled);
        Assert.Equal(NextKind.NotBefore, scheduler.TryNext(0, out _, out var notBefore));
        Assert.Equal(100_000_000, notBefore);
        Assert.Equal(NextKind.Dispatch, scheduler.TryNext(notBefore, out _, out _));
        Assert.False(volume.IsThrottled);
    }

    [Fact]
    public void A_decision_allocates_nothing()
    {
        var scheduler = new QosScheduler { InFlightMax = 8 };
        var random = new Random(1);
        var pairs = Enumerable.Range(0, 100).Select(number => (scheduler.Add(RandomLimits(random), 0), new Io(number))).ToDictionary(p => p.Item2, p => p.Item1);
        long now = 0;
        foreach (var (io, volume) in pairs) scheduler.Enqueue(volume, io, 100, 4096, false, now);

        void Turn(int rounds)
        {
            for (var i = 0; i < rounds; i++)
            {
                if (scheduler.TryNext(now, out var next, out _) == NextKind.Dispatch)
                {
                    scheduler.Completed(next!);
                    scheduler.Enqueue(pairs[(Io)next!], next!, 100, 4096, false, now);
                }
                now += 20_000;
            }
        }

        Turn(10_000);
        // A collection that another test sets off books the rest of this thread's allocation chunk: hence the best of a few.
        Assert.Equal(0, Enumerable.Range(0, 10).Min(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Turn(1000);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }));
    }

    private static VolumeLimits RandomLimits(Random random)
    {
        var min = random.Next(3) == 0 ? 0 : random.Next(1, 500);
        var max = random.Next(3) == 0 ? 0 : min + random.Next(1, 3000);
        return new VolumeLimits
        {
            MinIops = min,
            MaxIops = max,
            BurstIops = max == 0 || random.Next(2) == 0 ? 0 : max + random.Next(1, 3000),
            TotalBytesPerSecond = random.Next(3) == 0 ? random.Next(1 << 20, 1 << 28) : 0,
            WriteBytesPerSecond = random.Next(4) == 0 ? random.Next(1 << 20, 1 << 28) : 0,
            Weight = random.Next(2) == 0 ? 0 : random.Next(1, 1000),
        };
    }
}
