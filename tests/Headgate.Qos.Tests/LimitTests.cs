using CsCheck;

namespace Headgate.Qos.Tests;

/// <summary>The sentences of qos.md about max, burst and bandwidth, in virtual time.</summary>
public sealed class LimitTests
{
    private const long Second = 1_000_000_000;
    private const string Seed = "0001fJq7nTb4";

    private static readonly int[] AllSizes = [512, 4096, 8192, 16384, 65536, 131072, 262144, 1 << 20];
    private static readonly Gen<int> Sizes = Gen.Int[0, AllSizes.Length - 1].Select(index => AllSizes[index]);

    [Fact]
    public void A_cap_is_met_within_5_and_2_per_cent_over_10_s_and_never_passed_by_5_per_cent_in_any_second() =>
        Gen.Select(Gen.Int[10, 10_000], Sizes, Gen.Int[1, 128], Gen.Int[0, 5_000_000], Gen.ULong).Sample(
            (max, bytes, depth, latenessNs, seed) =>
            {
                var random = new Random((int)seed);
                var simulation = new Simulation { LatenessNs = () => random.Next(latenessNs + 1) };
                var client = simulation.AddClient(new VolumeLimits { MaxIops = max }, depth, () => bytes);
                simulation.TurnOn(client);
                var from = simulation.Now;
                simulation.RunFor(12);

                // Whole I/Os are served, so a window may hold one more or less than the rate says. With few outstanding
                // and a cap near what the latency allows, the client itself is the limit.
                var io = CostCurve.Of(bytes) / 100.0;
                var reachable = depth * io * Second / (simulation.MediumLatencyNs + latenessNs);
                Assert.True(client.Most(Second) <= max * 1.05 + io);
                Assert.True(client.Most(10 * Second) <= max * 10 * 1.02 + io);
                if (reachable > max * 1.5) Assert.True(client.Least(10 * Second, from, simulation.Now) >= max * 10 * 0.95 - io);
            }, iter: 60, seed: Seed);

    [Fact]
    public void The_rate_does_not_drift_in_an_hour()
    {
        // 7 IOPS does not divide a second: 142,857,142.86 ns per I/O.
        var simulation = new Simulation { LatenessNs = () => 700_000 };
        var client = simulation.AddClient(new VolumeLimits { MaxIops = 7 }, 4, () => 4096);
        simulation.TurnOn(client);
        simulation.RunFor(3600);
        Assert.InRange(client.Served.Count, 7 * 3600 - 1, 7 * 3600 + 1);
    }

    [Fact]
    public void A_rest_without_burst_buys_no_more_than_a_moment_of_catching_up()
    {
        var simulation = new Simulation();
        var client = simulation.AddClient(new VolumeLimits { MaxIops = 1000 }, 64, () => 4096);
        simulation.RunFor(3600);
        simulation.TurnOn(client);
        simulation.RunFor(5);
        Assert.InRange(client.Most(Second), 1000, 1021);
    }

    [Theory]
    [InlineData(1000, 3000, 4096)]
    [InlineData(500, 600, 65536)]
    [InlineData(100, 10_000, 16384)]
    public void A_new_volume_runs_at_burst_for_60_s_and_then_at_max(int max, int burst, int bytes)
    {
        var simulation = new Simulation { LatenessNs = () => 100_000 };
        var client = simulation.AddClient(new VolumeLimits { MaxIops = max, BurstIops = burst }, 128, () => bytes);
        simulation.TurnOn(client);
        var from = simulation.Now;
        simulation.RunFor(80);

        var io = CostCurve.Of(bytes) / 100.0;
        Assert.InRange(client.Between(from, from + 57 * Second), burst * 57 * 0.95, burst * 57 * 1.02 + io);
        Assert.InRange(client.Between(from + 65 * Second, from + 75 * Second), max * 10 * 0.95 - io, max * 10 * 1.02 + io);
        Assert.True(client.Most(Second) <= burst * 1.05 + io);
        var above = client.Between(from, from + 75 * Second) - max * 75.0;
        Assert.InRange(above, (burst - max) * 60 * 0.95 - io, (burst - max) * 60 * 1.05 + max * 0.05 + io);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(200)] // more than 60 s are not saved
    public void A_rest_earns_as_many_seconds_of_burst(int restSeconds)
    {
        var simulation = new Simulation();
        var client = simulation.AddClient(new VolumeLimits { MaxIops = 1000, BurstIops = 2000 }, 64, () => 4096);
        simulation.TurnOn(client);
        simulation.RunFor(70);
        Simulation.TurnOff(client);
        simulation.RunFor(0.084); // what still waits drains at 1000 a second; then the 20 ms of catch-up are no credit
        simulation.RunFor(restSeconds);

        var earned = Math.Min(restSeconds, 60);
        var credit = client.Volume.BurstCredit(simulation.Now);
        Assert.InRange(credit, earned * 1000 * 0.995, earned * 1000 * 1.005);
        var from = simulation.Now;
        simulation.TurnOn(client);
        simulation.RunFor(earned + 10);
        Assert.InRange(client.Between(from, simulation.Now) - 1000 * (earned + 10), earned * 1000 * 0.93, earned * 1000 * 1.05 + 25);
    }

    [Fact]
    public void A_second_at_half_of_max_earns_half_a_second()
    {
        var simulation = new Simulation();
        var limits = new VolumeLimits { MaxIops = 1000, BurstIops = 2000 };
        var client = simulation.AddClient(limits, 64, () => 4096);
        simulation.TurnOn(client);
        simulation.RunFor(70);
        Assert.Equal(0, client.Volume.BurstCredit(simulation.Now));
        Simulation.TurnOff(client);
        simulation.RunFor(0.1);

        var slow = new SimulatedClient { Volume = client.Volume, NextBytes = () => 4096, ThinkNs = () => 1_950_000 };
        slow.Idle.Push(new SimulatedIo { Client = slow });
        simulation.TurnOn(slow); // one I/O each 2 ms: 500 IOPS
        simulation.RunFor(20);
        Assert.InRange(client.Volume.BurstCredit(simulation.Now), 9_500, 10_500);
    }

    [Fact]
    public void Over_any_time_a_volume_gets_max_and_its_credit_and_never_more_than_burst_in_a_second() =>
        Gen.Select(Gen.Int[10, 2000], Gen.Int[1, 3000], Sizes, Gen.Int[1, 64], Gen.ULong).Sample((max, more, bytes, depth, seed) =>
        {
            var random = new Random((int)seed);
            var burst = max + more;
            var simulation = new Simulation { LatenessNs = () => random.Next(1_000_000) };
            var client = simulation.AddClient(new VolumeLimits { MaxIops = max, BurstIops = burst }, depth, () => bytes);
            var from = simulation.Now;
            var onSeconds = 0.0;
            for (var phase = 0; phase < 6; phase++)
            {
                simulation.TurnOn(client);
                onSeconds += phase + 1;
                simulation.RunFor(phase + 1);
                Simulation.TurnOff(client);
                simulation.RunFor(random.Next(4));
            }
            var io = CostCurve.Of(bytes) / 100.0;
            var seconds = (simulation.Now - from) / 1e9;
            // 60 s of credit at the start, and a second for each second of rest.
            var credit = (burst - max) * (60 + seconds - onSeconds + 0.02 * 6);
            Assert.True(client.Between(from, simulation.Now) <= max * seconds * 1.001 + credit + 6 * (io + max * 0.02) + depth * io);
            Assert.True(client.Most(Second) <= burst * 1.05 + io);
        }, iter: 60, seed: Seed);

    [Theory]
    [InlineData(0, 10 << 20, 0)]
    [InlineData(10 << 20, 0, 0)]
    [InlineData(0, 0, 10 << 20)]
    public void Bandwidth_binds_beside_iops(long read, long write, long total)
    {
        var simulation = new Simulation();
        var limits = new VolumeLimits { MaxIops = 100_000, ReadBytesPerSecond = read, WriteBytesPerSecond = write, TotalBytesPerSecond = total };
        var isWrite = write > 0;
        var client = simulation.AddClient(limits, 32, () => 65536, () => isWrite);
        simulation.TurnOn(client);
        simulation.RunFor(1);
        var from = simulation.Now;
        simulation.RunFor(10);
        Assert.InRange(client.Between(from, simulation.Now) / 10 * 65536, 1_583 * 65536, 1_632 * 65536); // 160 a second cost 10 each
    }

    [Fact]
    public void A_limit_on_writes_does_not_hold_a_volume_that_reads()
    {
        var simulation = new Simulation();
        var client = simulation.AddClient(new VolumeLimits { WriteBytesPerSecond = 4096 }, 1, () => 4096);
        simulation.TurnOn(client);
        simulation.RunFor(1);
        Assert.InRange(client.Served.Count, 19_900, 20_100); // one each 50 us: only the medium's latency
    }

    [Theory]
    [InlineData(1000, 3000, 4096)]
    [InlineData(100, 10_000, 1 << 20)] // a 1 MiB I/O has just put the next one off by 1.5 s
    [InlineData(10_000, 100, 4096)]
    public void A_change_takes_hold_within_100_ms(int before, int after, int bytes)
    {
        var simulation = new Simulation();
        var client = simulation.AddClient(new VolumeLimits { MaxIops = before }, 32, () => bytes);
        simulation.TurnOn(client);
        simulation.RunFor(5.05);
        simulation.Configure(client, new VolumeLimits { MaxIops = after });
        simulation.RunFor(0.1);
        var from = simulation.Now;
        simulation.RunFor(10);
        var io = CostCurve.Of(bytes) / 100.0;
        Assert.InRange(client.Between(from, simulation.Now), after * 10 * 0.98 - io, after * 10 * 1.02 + io);
    }

    [Fact]
    public void A_limit_that_is_lifted_holds_nothing_back()
    {
        var simulation = new Simulation();
        var client = simulation.AddClient(new VolumeLimits { MaxIops = 1 }, 8, () => 1 << 20);
        simulation.TurnOn(client);
        simulation.RunFor(1);
        Assert.Single(client.Served);
        simulation.Configure(client, VolumeLimits.None);
        simulation.RunFor(0.01);
        Assert.True(client.Served.Count > 100);
    }
}
