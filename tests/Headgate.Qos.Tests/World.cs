namespace Headgate.Qos.Tests;

/// <summary>
/// A node with random volumes, arrivals (closed loop, open loop, bursts, on and off), sizes from 512 B to 4 MiB, limits
/// that change and a medium whose speed moves; and the rules that must hold whatever it does.
/// </summary>
internal static class World
{
    private const long Second = 1_000_000_000;
    private const int ChecksEvery = 61; // prime: not in step with anything

    /// <summary>Runs one world and checks it.</summary>
    public static void Run(Random random, int volumes, double seconds)
    {
        var simulation = new Simulation { MediumIops = 20L * volumes + random.Next(50_000), LatenessNs = () => random.Next(1_000_000) };
        simulation.Scheduler.InFlightMax = random.Next(4, 64);
        simulation.Scheduler.ReservedPlaces = random.Next(4);
        var from = simulation.Now;
        var all = Enumerable.Range(0, volumes).Select(_ => Populate(simulation, random, from, seconds)).ToList();
        for (var at = 0.2; at < seconds; at += 0.2)
        {
            var iops = 10L * volumes + random.Next(80_000);
            simulation.At(from + (long)(at * 1e9), () => simulation.MediumIops = iops);
        }
        var changed = new HashSet<SimulatedClient>();
        for (var at = 0.3; at < seconds; at += 0.3)
        {
            var client = all[random.Next(volumes)];
            changed.Add(client);
            simulation.At(from + (long)(at * 1e9), () => simulation.Configure(client, Limits(random)));
        }
        var pumps = 0;
        if (volumes <= 300)
        {
            simulation.Pumped = () =>
            {
                if (++pumps % ChecksEvery == 0) AssertNothingIdles(simulation, all);
            };
        }
        simulation.RunFor(seconds);
        foreach (var client in all.Where(client => !changed.Contains(client))) AssertWithinLimits(client, from, simulation.Now);
    }

    private static SimulatedClient Populate(Simulation simulation, Random random, long from, double seconds)
    {
        var size = 512 << random.Next(14);
        var isMixed = random.Next(3) == 0;
        var writes = random.Next(101);
        long think = random.Next(4) switch
        {
            0 => 0, // closed loop
            1 => random.Next(20_000_000), // open loop, nearly: as long as fewer are outstanding than its depth
            _ => random.Next(2_000_000),
        };
        var client = simulation.AddClient(
            Limits(random), 1 << random.Next(6), () => isMixed ? 512 << random.Next(14) : size, () => random.Next(100) < writes, () => think);
        simulation.At(from + random.Next((int)(seconds * 5e8)), () => simulation.TurnOn(client));
        if (random.Next(3) > 0) return client;
        for (var at = from + random.NextInt64(Second / 2); at < from + seconds * Second; at += random.NextInt64(Second / 5, Second))
        {
            simulation.At(at, () => Simulation.TurnOff(client));
            simulation.At(at + random.NextInt64(Second / 2), () => simulation.TurnOn(client)); // bursts: all its depth at once
        }
        return client;
    }

    private static VolumeLimits Limits(Random random)
    {
        var min = random.Next(3) == 0 ? 0 : random.Next(1, 500);
        var max = random.Next(3) == 0 ? 0 : min + random.Next(1, 3000);
        return new VolumeLimits
        {
            MinIops = min,
            MaxIops = max,
            BurstIops = max == 0 || random.Next(2) == 0 ? 0 : max + random.Next(1, 3000),
            TotalBytesPerSecond = random.Next(4) == 0 ? random.Next(1 << 20, 1 << 28) : 0,
            WriteBytesPerSecond = random.Next(5) == 0 ? random.Next(1 << 20, 1 << 28) : 0,
            Weight = random.Next(2) == 0 ? 0 : random.Next(1, 1000),
        };
    }

    // Work conserving: with room at the medium nobody waits whom no limit holds.
    private static void AssertNothingIdles(Simulation simulation, List<SimulatedClient> all)
    {
        if (simulation.Scheduler.InFlight > 0 && simulation.Scheduler.InFlight >= simulation.Scheduler.InFlightMax - simulation.Scheduler.ReservedPlaces) return;
        foreach (var client in all)
        {
            var limits = client.Volume.Limits;
            if ((limits.MaxIops | limits.TotalBytesPerSecond | limits.WriteBytesPerSecond | limits.ReadBytesPerSecond) == 0)
                Assert.Equal(0, client.Volume.Waiting);
        }
    }

    private static void AssertWithinLimits(SimulatedClient client, long from, long to)
    {
        var limits = client.Volume.Limits;
        if (client.Served.Count == 0) return;
        var io = client.Served.Max(one => one.Cost) / 100.0; // an I/O is served whole
        if (limits.MaxIops > 0)
        {
            var most = limits.HasBurst ? limits.BurstIops : limits.MaxIops;
            Assert.True(client.Most(Second) <= most * 1.05 + io);
            var seconds = (to - from) / 1e9;
            var credit = limits.HasBurst ? (limits.BurstIops - limits.MaxIops) * (60 + seconds) : 0;
            Assert.True(client.Between(from, to) <= limits.MaxIops * (seconds * 1.02 + 0.02) + credit + 2 * io);
        }
        if (limits.TotalBytesPerSecond > 0) Assert.True(client.MostBytes(Second) <= limits.TotalBytesPerSecond * 1.05 + (4 << 20));
        if (limits.WriteBytesPerSecond > 0) Assert.True(client.MostBytes(Second, writesOnly: true) <= limits.WriteBytesPerSecond * 1.05 + (4 << 20));
    }
}
