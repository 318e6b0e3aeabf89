using Headgate.Blocks;
using Headgate.Blocks.Native;
using Headgate.Node;
using Headgate.Node.Io;
using Headgate.Qos;
using Headgate.Scsi;

namespace Headgate.Bench;

/// <summary>
/// A victim with a min beside greedy neighbours on the real medium, through the whole I/O path but the network: what the
/// scheduler, the window and the engine do for it. The same with QoS off beside it.
/// </summary>
internal static class Isolation
{
    private const int VictimIops = 1000;
    private const int VictimDepth = 8;
    private const int NeighbourDepth = 128;

    public static int Run(string file, int seconds)
    {
        using var device = new DirectFile(file);
        Console.WriteLine($"victim: min {VictimIops}, {VictimIops} random 4 KiB reads a second; neighbours: queue depth {NeighbourDepth}; {seconds} s each");
        Console.WriteLine($"{"neighbours",-24}{"QoS",5}{"victim/s",10}{"p50 us",9}{"p99 us",9}{"p99.9",9}{"medium p99",12}{"neighbours/s",14}{"MiB/s",8}{"window",8}");
        foreach (var qos in (bool[])[true, false])
        {
            Measure(device, 0, 0, false, qos, seconds);
            foreach (var count in (int[])[1, 4, 16])
            {
                foreach (var bytes in (int[])[4096, 65536, 1 << 20])
                {
                    foreach (var isWrite in (bool[])[false, true]) Measure(device, count, bytes, isWrite, qos, seconds);
                }
            }
        }
        return 0;
    }

    private static void Measure(IBlockDevice device, int neighbours, int bytes, bool isWrite, bool qos, int seconds)
    {
        using var path = new IoPath(qos
            ? new IoPathOptions()
            : new IoPathOptions { IsScheduled = false, DataThreads = 128 });
        var victim = Volume(path, device, 1, qos ? new VolumeLimits { MinIops = VictimIops } : VolumeLimits.None);
        var greedy = Enumerable.Range(0, neighbours).Select(i => Volume(path, device, 2 + i, VolumeLimits.None)).ToList();
        var noise = greedy.SelectMany((volume, v) => Enumerable.Range(0, NeighbourDepth)
            .Select(i => new GreedyIo(path, volume, bytes, isWrite, seed: (v * 1000) + i))).ToList();
        var ends = WakeableNap.NowNs + (seconds * 1_000_000_000L);
        foreach (var io in noise) io.Start(ends);
        var seen = Victim(path, victim, ends);
        foreach (var io in noise) io.Ended.Wait();

        var done = noise.Sum(io => io.Count);
        var name = neighbours == 0 ? "none" : $"{neighbours} x {bytes >> 10} KiB {(isWrite ? "write" : "read")}";
        var waits = seen.Select(one => one.LatencyUs).Order().ToList();
        var medium = seen.Select(one => one.MediumUs).Order().ToList();
        Console.WriteLine($"{name,-24}{(qos ? "on" : "off"),5}{seen.Count / seconds,10}{At(waits, .5),9}{At(waits, .99),9}{At(waits, .999),9}{At(medium, .99),12}"
            + $"{done / seconds,14}{done * bytes / seconds >> 20,8}{path.WindowHundredths,8}");
    }

    private static long At(List<long> ordered, double share) => ordered.Count == 0 ? 0 : ordered[(int)((ordered.Count - 1) * share)];

    private static VolumeRuntime Volume(IoPath path, IBlockDevice device, long id, VolumeLimits limits)
    {
        var identity = new LogicalUnitIdentity("HEADGATE", "BENCH", "1", "1", new byte[16], new byte[8], $"iqn.2026-01.bench:{id}");
        var unit = new LogicalUnit(identity, new LogicalUnitGeometry((ulong)device.LengthBytes / 512, 512, 4096));
        return new VolumeRuntime(id, identity.TargetName, device, unit, path.AddVolume(id, limits));
    }

    // Open loop: one I/O each 1/rate, whatever has come back, up to a depth; the latency counts from when it was due.
    private static List<(long LatencyUs, long MediumUs)> Victim(IoPath path, VolumeRuntime volume, long ends)
    {
        var seen = new List<(long, long)>();
        using var nap = new WakeableNap();
        var free = new System.Collections.Concurrent.ConcurrentBag<VictimIo>();
        for (var i = 0; i < VictimDepth; i++) free.Add(new VictimIo(volume, i, free, seen));
        for (var due = WakeableNap.NowNs; due < ends; due += 1_000_000_000 / VictimIops)
        {
            while (due - WakeableNap.NowNs is > 0 and var left) nap.Sleep(left);
            VictimIo? io;
            while (!free.TryTake(out io)) nap.Sleep(20_000);
            io.Begin(path);
        }
        while (free.Count < VictimDepth) nap.Sleep(1_000_000);
        return seen;
    }

    private abstract class BenchIo : VolumeIo
    {
        private readonly Random _random;

        protected BenchIo(VolumeRuntime volume, int bytes, bool isWrite, int seed)
        {
            (Volume, IsWrite, Kind, _random) = (volume, isWrite, isWrite ? IoKind.Write : IoKind.Read, new Random(seed));
            var room = GC.AllocateArray<byte>(bytes + 4096, pinned: true);
            var skip = 4096 - (int)((long)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(room, 0) & 4095);
            (Buffer, CostBytes, TransferBytes) = (room.AsMemory(skip, bytes), bytes, bytes);
        }

        public override IoFault Execute() => IoFault.None;

        protected void Move() => Offset = _random.NextInt64(Volume.Device.LengthBytes / Buffer.Length) * Buffer.Length;
    }

    private sealed class GreedyIo(IoPath path, VolumeRuntime volume, int bytes, bool isWrite, int seed) : BenchIo(volume, bytes, isWrite, seed)
    {
        private long _ends;

        public ManualResetEventSlim Ended { get; } = new();

        public long Count { get; private set; }

        public void Start(long ends)
        {
            _ends = ends;
            Move();
            path.Submit(this);
        }

        public override void OnCompleted(IoFault fault)
        {
            if (WakeableNap.NowNs >= _ends)
            {
                Ended.Set();
                return;
            }
            Count++;
            Start(_ends);
        }
    }

    private sealed class VictimIo(VolumeRuntime volume, int seed, System.Collections.Concurrent.ConcurrentBag<VictimIo> free, List<(long, long)> seen)
        : BenchIo(volume, 4096, false, seed)
    {
        private long _began;

        public void Begin(IoPath path)
        {
            Move();
            _began = WakeableNap.NowNs;
            path.Submit(this);
        }

        public override void OnCompleted(IoFault fault)
        {
            var now = WakeableNap.NowNs;
            lock (seen) seen.Add(((now - _began) / 1000, (now - DispatchedNs) / 1000));
            free.Add(this);
        }
    }
}
