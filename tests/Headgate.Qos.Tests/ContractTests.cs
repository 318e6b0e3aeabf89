using CsCheck;

namespace Headgate.Qos.Tests;

/// <summary>The sentences of qos.md that hold in any world: many volumes, any arrivals, limits and capacity that change.</summary>
public sealed class ContractTests
{
    private const long Second = 1_000_000_000;
    private const string Seed = "0003kPq7nTb4";

    [Theory]
    [InlineData(1, 15)]
    [InlineData(10, 10)]
    [InlineData(300, 2)]
    public void In_any_world_no_limit_is_passed_and_nothing_idles_that_may_go(int volumes, int worlds) =>
        Gen.ULong.Sample(seed => World.Run(new Random((int)seed), volumes, seconds: 4), iter: worlds, seed: Seed);

    [Fact]
    public void In_a_world_of_10000_volumes_no_limit_is_passed() => World.Run(new Random(11), 10_000, seconds: 1);

    [Fact]
    public void A_min_holds_in_any_second_while_capacity_moves_above_the_sum_of_mins() =>
        Gen.Select(Gen.Int[2, 12], Gen.ULong).Sample((count, seed) =>
        {
            var random = new Random((int)seed);
            var simulation = new Simulation { MediumIops = 20_000, MediumLatencyNs = 0 };
            simulation.Scheduler.InFlightMax = 16;
            const int sum = 8000;
            var steady = Enumerable.Range(0, count)
                .Select(_ => simulation.AddClient(new VolumeLimits { MinIops = sum / count }, 32, () => 4096)).ToList();
            var noise = Enumerable.Range(0, 4).Select(_ => simulation.AddClient(new VolumeLimits { Weight = 1000 }, 64, () => 4096 << random.Next(5))).ToList();
            foreach (var client in steady) simulation.TurnOn(client);
            var from = simulation.Now;
            for (var at = from; at < from + 4 * Second; at += 100_000_000)
            {
                var iops = random.Next(sum * 5 / 4, 40_000);
                var one = noise[random.Next(noise.Count)];
                simulation.At(at, () =>
                {
                    simulation.MediumIops = iops;
                    if (one.IsOn) Simulation.TurnOff(one);
                    else simulation.TurnOn(one);
                });
            }
            simulation.RunFor(4);
            const double ahead = 16 * 10.0 / sum; // 16 neighbours' I/Os of 64 KiB were at the medium before
            foreach (var client in steady)
                Assert.True(client.Least(Second, from, simulation.Now) >= sum / count * (0.98 - ahead) - 1);
        }, iter: 15, seed: Seed);

    [Fact]
    public void However_many_volumes_there_are_overload_gives_all_the_same_fraction_of_their_min() =>
        Gen.Select(Gen.Int[2, 200], Gen.Int[20, 90], Gen.ULong).Sample((count, percent, seed) =>
        {
            var random = new Random((int)seed);
            var mins = Enumerable.Range(0, count).Select(_ => random.Next(100, 2000)).ToList();
            var simulation = new Simulation { MediumIops = (long)mins.Sum() * percent / 100, MediumLatencyNs = 0 };
            simulation.Scheduler.InFlightMax = 16;
            var sizes = mins.Select(_ => 4096 << random.Next(3)).ToList();
            var clients = mins.Select((min, i) => simulation.AddClient(new VolumeLimits { MinIops = min }, 16, () => sizes[i])).ToList();
            foreach (var client in clients) simulation.TurnOn(client);
            simulation.RunFor(0.5);
            var from = simulation.Now;
            simulation.RunFor(2);
            Assert.True(simulation.Scheduler.OverloadNs > 0);
            for (var i = 0; i < count; i++)
            {
                var share = clients[i].Between(from, simulation.Now) / 2 / mins[i];
                Assert.InRange(share, (percent * 0.0095) - (2.7 / mins[i]), (percent * 0.0105) + (2.7 / mins[i]));
            }
        }, iter: 10, seed: Seed);

    [Fact]
    public void Surplus_is_shared_by_weight_among_10000_volumes()
    {
        var simulation = new Simulation { MediumIops = 200_000, MediumLatencyNs = 0 };
        simulation.Scheduler.InFlightMax = 32;
        var clients = Enumerable.Range(0, 10_000)
            .Select(i => simulation.AddClient(new VolumeLimits { Weight = 100 * (1 + i % 4) }, 2, () => 4096)).ToList();
        foreach (var client in clients) simulation.TurnOn(client);
        simulation.RunFor(0.5);
        var from = simulation.Now;
        simulation.RunFor(3);
        for (var weight = 1; weight <= 4; weight++)
        {
            var mean = clients.Where((_, i) => i % 4 == weight - 1).Average(client => client.Between(from, simulation.Now));
            Assert.InRange(mean, 60 * weight / 2.5 * 0.95, 60 * weight / 2.5 * 1.05);
        }
        foreach (var client in clients) Assert.True(client.Served.Count > 0); // nobody is starved
    }

    [Fact]
    public void A_rest_is_no_overload_and_saves_up_no_min()
    {
        var simulation = new Simulation { MediumIops = 10_000, MediumLatencyNs = 0 };
        simulation.Scheduler.InFlightMax = 16;
        var steady = simulation.AddClient(new VolumeLimits { MinIops = 5000 }, 64, () => 4096);
        var late = simulation.AddClient(new VolumeLimits { MinIops = 4000, Weight = 1 }, 64, () => 4096);
        simulation.TurnOn(steady);
        simulation.RunFor(10);
        simulation.TurnOn(late);
        var from = simulation.Now;
        simulation.RunFor(1);
        Assert.Equal(0, simulation.Scheduler.OverloadNs);
        Assert.InRange(late.Between(from, simulation.Now), 3950, 4100);
    }

    [Fact]
    public void An_io_within_min_is_not_held_for_a_millisecond_while_surplus_fills_the_window()
    {
        var random = new Random(5);
        var simulation = new Simulation { MediumIops = 30_000, MediumLatencyNs = 0 };
        (simulation.Scheduler.InFlightMax, simulation.Scheduler.ReservedPlaces) = (40, 8);
        (simulation.Scheduler.WindowHundredths, simulation.Scheduler.PieceHundredths) = (1200, 1000);
        // Some jitter: I/Os of a volume that runs just at its min also come before their time.
        var calm = simulation.AddClient(new VolumeLimits { MinIops = 1000 }, 1, () => 4096, thinkNs: () => 950_000 + random.Next(100_000));
        foreach (var bytes in (int[])[4096, 65536, 1 << 20, 4 << 20])
        {
            for (var i = 0; i < 4; i++) simulation.TurnOn(simulation.AddClient(VolumeLimits.None, 128, () => bytes));
        }
        simulation.RunFor(0.1);
        simulation.TurnOn(calm);
        simulation.RunFor(5);
        Assert.True(calm.Served.Count > 200);
        Assert.Equal(0, calm.LongestWaitNs);
    }

    [Fact]
    public void A_min_does_not_wait_for_a_set_capacity_that_a_neighbours_large_io_used_up()
    {
        var simulation = new Simulation();
        simulation.Scheduler.SetCapacity(5000, simulation.Now);
        var calm = simulation.AddClient(new VolumeLimits { MinIops = 1000 }, 1, () => 4096, thinkNs: () => 1_000_000);
        var greedy = simulation.AddClient(VolumeLimits.None, 16, () => 4 << 20); // 120 ms of the capacity each
        simulation.TurnOn(greedy);
        simulation.TurnOn(calm);
        var from = simulation.Now;
        simulation.RunFor(5);
        Assert.True(calm.LongestWaitNs <= 1_000_000);
        Assert.InRange(calm.Between(from, simulation.Now) + greedy.Between(from, simulation.Now), 24_000, 26_500); // and it is kept
    }

    [Fact]
    public void A_read_does_not_stand_behind_a_write_that_bandwidth_holds()
    {
        var simulation = new Simulation();
        var next = 0;
        var client = simulation.AddClient(new VolumeLimits { WriteBytesPerSecond = 40_960 }, 64, () => 4096, () => next++ % 8 == 0);
        simulation.TurnOn(client);
        simulation.RunFor(0.2); // two writes go; then they pile up until all that is outstanding are writes
        var reader = new SimulatedClient { Volume = client.Volume, NextBytes = () => 4096 };
        reader.Idle.Push(new SimulatedIo { Client = reader });
        simulation.TurnOn(reader);
        var from = simulation.Now;
        simulation.RunFor(1);
        Assert.InRange(reader.Served.Count, 19_000, 20_100); // one each 50 us: only the medium's latency
        Assert.True(reader.LongestWaitNs == 0);
        Assert.InRange(client.Served.Count(io => io.Ns >= from), 9, 200); // and the writes go at their rate
    }

    [Fact]
    public void A_change_keeps_credit_and_what_waits()
    {
        var simulation = new Simulation();
        var client = simulation.AddClient(new VolumeLimits { MaxIops = 100, BurstIops = 200 }, 64, () => 4096);
        simulation.TurnOn(client);
        simulation.RunFor(30);
        Assert.InRange(client.Volume.BurstCredit(simulation.Now), 2900, 3100); // half of 60 s * 100
        var waiting = client.Volume.Waiting;
        simulation.Configure(client, new VolumeLimits { MaxIops = 1000, BurstIops = 3000 });
        Assert.InRange(client.Volume.Waiting, waiting - 30, waiting); // 10 ms and a few go at once
        Assert.InRange(client.Volume.BurstCredit(simulation.Now), 29 * 2000, 31 * 2000); // half a minute of the new excess
    }

    [Fact]
    public void A_volume_that_starts_without_credit_has_none()
    {
        var simulation = new Simulation();
        var volume = simulation.Scheduler.Add(new VolumeLimits { MaxIops = 1000, BurstIops = 3000 }, simulation.Now, creditNs: 0);
        Assert.Equal(0, volume.BurstCredit(simulation.Now));
        Assert.InRange(volume.BurstCredit(simulation.Now + 10 * Second), 9.9 * 2000, 10.1 * 2000);
    }
}
