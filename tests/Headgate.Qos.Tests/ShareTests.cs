using CsCheck;

namespace Headgate.Qos.Tests;

/// <summary>The sentences of qos.md about min, surplus, overload and latency, in virtual time.</summary>
public sealed class ShareTests
{
    private const long Second = 1_000_000_000;
    private const string Seed = "0002PdbS0Lf1";
    private const int InFlight = 16;

    private static Simulation Medium(long iops)
    {
        var simulation = new Simulation { MediumIops = iops, MediumLatencyNs = 0 };
        simulation.Scheduler.InFlightMax = InFlight;
        return simulation;
    }

    [Fact]
    public void A_volume_that_always_waits_gets_its_min_in_any_second_under_any_neighbours() =>
        Gen.Select(Gen.Int[1, 16], Gen.Int[0, 2].Select(index => 4096 << (index * 4)), Gen.Int[0, 4], Gen.Int[1, 8], Gen.ULong).Sample(
            (neighbours, bytes, neighbourMinShare, victims, seed) =>
            {
                const int capacity = 20_000;
                var random = new Random((int)seed);
                var simulation = Medium(capacity);
                var victimMin = capacity / 2 / victims;
                var all = Enumerable.Range(0, victims)
                    .Select(_ => simulation.AddClient(new VolumeLimits { MinIops = victimMin }, 32, () => 4096)).ToList();
                var greedy = Enumerable.Range(0, neighbours)
                    .Select(_ => simulation.AddClient(
                        new VolumeLimits { MinIops = capacity / 10 * neighbourMinShare / neighbours, Weight = 1000 * victimMin },
                        128, () => bytes)).ToList();
                foreach (var client in all) simulation.TurnOn(client);
                var from = simulation.Now;
                foreach (var client in greedy)
                {
                    var one = client;
                    simulation.At(from + random.Next(2000) * 1_000_000L, () => simulation.TurnOn(one)); // noise begins at any moment
                }
                simulation.RunFor(4);

                // What is at the medium already when an I/O falls due is served before it: 16 neighbours' I/Os.
                var ahead = InFlight * CostCurve.Of(bytes) / 100.0 / capacity;
                foreach (var victim in all)
                    Assert.True(victim.Least(Second, from, simulation.Now) >= victimMin * (1 - ahead) * 0.98 - 1);
            }, iter: 40, seed: Seed);

    [Fact]
    public void A_min_holds_in_the_second_after_a_time_of_plenty()
    {
        var simulation = Medium(10_000);
        var volume = simulation.AddClient(new VolumeLimits { MinIops = 1000 }, 64, () => 4096);
        var neighbour = simulation.AddClient(new VolumeLimits { MinIops = 9000 }, 128, () => 4096);
        simulation.TurnOn(volume);
        simulation.RunFor(10); // alone: ten times its min
        simulation.TurnOn(neighbour);
        var from = simulation.Now;
        simulation.RunFor(1);
        Assert.InRange(volume.Between(from, simulation.Now), 990, 1100);
        Assert.InRange(neighbour.Between(from, simulation.Now), 8890, 9100);
    }

    [Fact]
    public void Surplus_is_shared_by_weight()
    {
        var simulation = Medium(12_000);
        var one = simulation.AddClient(new VolumeLimits { MinIops = 1000 }, 64, () => 4096);
        var three = simulation.AddClient(new VolumeLimits { MinIops = 1000, Weight = 3000 }, 64, () => 16384);
        var none = simulation.AddClient(VolumeLimits.None, 64, () => 65536); // weight 50
        foreach (var client in (SimulatedClient[])[one, three, none]) simulation.TurnOn(client);
        simulation.RunFor(1);
        var from = simulation.Now;
        simulation.RunFor(20);
        var surplus = (12_000 - 2000) * 20.0;
        Assert.InRange(one.Between(from, simulation.Now) - 20_000, surplus * 1000 / 4050 * 0.95, surplus * 1000 / 4050 * 1.05);
        Assert.InRange(three.Between(from, simulation.Now) - 20_000, surplus * 3000 / 4050 * 0.95, surplus * 3000 / 4050 * 1.05);
        Assert.InRange(none.Between(from, simulation.Now), surplus * 50 / 4050 * 0.95 - 10, surplus * 50 / 4050 * 1.05 + 10);
    }

    [Fact]
    public void A_volume_that_wakes_up_shares_from_now_on_and_is_owed_nothing_for_its_rest()
    {
        var simulation = Medium(10_000);
        var early = simulation.AddClient(VolumeLimits.None, 64, () => 4096);
        var late = simulation.AddClient(VolumeLimits.None, 64, () => 4096);
        simulation.TurnOn(early);
        simulation.RunFor(10);
        simulation.TurnOn(late);
        var from = simulation.Now;
        simulation.RunFor(1);
        Assert.InRange(early.Between(from, simulation.Now), 4900, 5100);
        Assert.InRange(late.Between(from, simulation.Now), 4900, 5100);
    }

    [Fact]
    public void What_one_volume_may_not_have_goes_to_the_others()
    {
        var simulation = Medium(10_000);
        var capped = simulation.AddClient(new VolumeLimits { MinIops = 1000, MaxIops = 2000 }, 64, () => 4096);
        var free = simulation.AddClient(new VolumeLimits { MinIops = 1000 }, 64, () => 4096);
        simulation.TurnOn(capped);
        simulation.TurnOn(free);
        simulation.RunFor(1);
        var from = simulation.Now;
        simulation.RunFor(10);
        Assert.InRange(capped.Between(from, simulation.Now), 19_000, 20_400);
        Assert.InRange(free.Between(from, simulation.Now), 79_000, 81_000);
    }

    [Fact]
    public void Min_equal_to_max_is_served_in_full_on_a_full_node()
    {
        var simulation = Medium(10_000);
        var random = new Random(7);
        simulation.LatenessNs = () => random.Next(2_000_000);
        var steady = simulation.AddClient(new VolumeLimits { MinIops = 4000, MaxIops = 4000 }, 32, () => 4096);
        var greedy = simulation.AddClient(new VolumeLimits { MinIops = 1, Weight = 100_000 }, 128, () => 4096);
        simulation.TurnOn(steady);
        simulation.TurnOn(greedy);
        simulation.RunFor(1);
        var from = simulation.Now;
        simulation.RunFor(10);
        Assert.InRange(steady.Between(from, simulation.Now), 40_000 * 0.98, 40_000 * 1.02);
    }

    [Fact]
    public void In_overload_all_get_the_same_fraction_of_their_min_and_a_newcomer_too()
    {
        var simulation = Medium(5_000);
        var small = simulation.AddClient(new VolumeLimits { MinIops = 1000 }, 64, () => 4096);
        var large = simulation.AddClient(new VolumeLimits { MinIops = 9000 }, 64, () => 16384);
        var late = simulation.AddClient(new VolumeLimits { MinIops = 2500 }, 64, () => 4096);
        simulation.TurnOn(small);
        simulation.TurnOn(large);
        simulation.RunFor(2);
        var from = simulation.Now;
        simulation.RunFor(10);
        Assert.True(simulation.Scheduler.OverloadNs > 0);
        Assert.InRange(small.Between(from, simulation.Now) / 10_000, 0.48, 0.52);
        Assert.InRange(large.Between(from, simulation.Now) / 90_000, 0.48, 0.52);

        simulation.TurnOn(late); // 12,500 wanted of 5,000: 40 % for each
        simulation.RunFor(0.5);
        from = simulation.Now;
        simulation.RunFor(10);
        foreach (var (client, min) in (ReadOnlySpan<(SimulatedClient, int)>)[(small, 1000), (large, 9000), (late, 2500)])
            Assert.InRange(client.Between(from, simulation.Now) / 10 / min, 0.38, 0.42);
    }

    [Fact]
    public void Enough_capacity_is_no_overload()
    {
        var simulation = Medium(10_000);
        foreach (var min in (int[])[5000, 3000, 1500])
            simulation.TurnOn(simulation.AddClient(new VolumeLimits { MinIops = min }, 64, () => 4096));
        simulation.RunFor(10);
        Assert.Equal(0, simulation.Scheduler.OverloadNs);
    }

    [Fact]
    public void An_io_within_min_is_dispatched_at_once_on_a_node_that_has_room()
    {
        var simulation = new Simulation();
        var random = new Random(3);
        simulation.Scheduler.InFlightMax = 1000;
        var calm = simulation.AddClient(new VolumeLimits { MinIops = 1000 }, 1, () => 4096, thinkNs: () => 1_000_000);
        var greedy = simulation.AddClient(new VolumeLimits { MaxIops = 50_000 }, 128, () => 4096 << random.Next(6));
        simulation.TurnOn(greedy);
        simulation.TurnOn(calm);
        simulation.RunFor(5);
        Assert.True(calm.Served.Count > 4000);
        Assert.Equal(0, calm.LongestWaitNs);
    }

    [Fact]
    public void An_io_within_min_waits_on_a_full_node_only_for_what_is_at_the_medium()
    {
        var simulation = Medium(100_000);
        var calm = simulation.AddClient(new VolumeLimits { MinIops = 1000 }, 1, () => 4096, thinkNs: () => 1_000_000);
        for (var i = 0; i < 16; i++) simulation.TurnOn(simulation.AddClient(VolumeLimits.None, 128, () => 4096));
        simulation.TurnOn(calm);
        simulation.RunFor(5);
        Assert.True(calm.LongestWaitNs <= 10_001); // one completion at 100,000 IOPS
    }

    [Fact]
    public void A_volume_alone_gets_all_that_the_medium_gives()
    {
        var simulation = Medium(10_000);
        var client = simulation.AddClient(new VolumeLimits { MinIops = 10 }, 64, () => 4096);
        simulation.TurnOn(client);
        simulation.RunFor(10);
        Assert.InRange(client.Served.Count, 99_900, 100_100);
    }

    [Fact]
    public void A_set_capacity_is_kept_like_a_cap()
    {
        var simulation = new Simulation();
        simulation.Scheduler.SetCapacity(5000, simulation.Now);
        var clients = Enumerable.Range(0, 5).Select(_ => simulation.AddClient(VolumeLimits.None, 32, () => 4096)).ToList();
        foreach (var client in clients) simulation.TurnOn(client);
        simulation.RunFor(10);
        foreach (var client in clients) Assert.InRange(client.Served.Count, 9_800, 10_200);
    }
}
