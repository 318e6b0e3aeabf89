using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using Headgate.Qos;

namespace Headgate.Bench;

/// <summary>What keeps the scheduler busy.</summary>
public enum Regime
{
    /// <summary>The medium is full: mins are due, the rest is shared; no volume reaches its max.</summary>
    Surplus,

    /// <summary>Every volume runs at its max or burst: each decision also holds a volume and lets another one go.</summary>
    Limits,

    /// <summary>Half of the volumes of the one kind, half of the other.</summary>
    Mixed,
}

/// <summary>
/// One operation is one decision: TryNext answers "this one" and charges it, the I/O completes, and the next I/O of that
/// volume is queued. All volumes are active and have min, max and burst.
/// </summary>
[MemoryDiagnoser]
[Config(typeof(Columns))]
public class SchedulerBenchmark
{
    private const int Batch = 100_000;
    private const long StepNs = 200; // five million decisions a second in virtual time

    private QosScheduler _scheduler = null!;
    private long _now;

    private sealed class Io : QosRequest
    {
        public required QosVolume Volume { get; init; }
        public required int Cost { get; init; }
        public required long Bytes { get; init; }
    }

    private sealed class Columns : ManualConfig
    {
        public Columns() => AddColumn(new Rate());
    }

    private sealed class Rate : IColumn
    {
        public string Id => nameof(Rate);
        public string ColumnName => "M decisions/s";
        public bool AlwaysShow => true;
        public ColumnCategory Category => ColumnCategory.Custom;
        public int PriorityInCategory => 0;
        public bool IsNumeric => true;
        public UnitType UnitType => UnitType.Dimensionless;
        public string Legend => "Million decisions a second on one core";
        public bool IsAvailable(Summary summary) => true;
        public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;
        public string GetValue(Summary summary, BenchmarkCase benchmarkCase) =>
            summary[benchmarkCase]?.ResultStatistics is { } found ? $"{1000 / found.Mean:0.00}" : "-";
        public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);
    }

    /// <summary>Volumes that all have I/O waiting.</summary>
    [Params(10, 100, 1_000, 10_000)]
    public int Volumes { get; set; }

    /// <summary>What keeps it busy.</summary>
    [Params(Regime.Surplus, Regime.Limits, Regime.Mixed)]
    public Regime Load { get; set; }

    /// <summary>I/Os outstanding of each volume.</summary>
    [Params(1, 4)]
    public int Depth { get; set; }

    /// <summary>The table in a few seconds, by CPU time: good on a busy machine too, and for comparing two versions.</summary>
    public static void Quickly()
    {
        Console.WriteLine($"{"volumes",8}{"load",10}{"depth",7}{"ns",8}{"M decisions/s",15}");
        foreach (var volumes in (int[])[10, 100, 1_000, 10_000])
        {
            foreach (var load in Enum.GetValues<Regime>())
            {
                foreach (var depth in (int[])[1, 4])
                {
                    var one = new SchedulerBenchmark { Volumes = volumes, Load = load, Depth = depth };
                    one.Setup();
                    var best = double.MaxValue;
                    for (var i = 0; i < 8; i++)
                    {
                        var before = Environment.CpuUsage.TotalTime;
                        one.Decide();
                        one.Decide();
                        best = Math.Min(best, (Environment.CpuUsage.TotalTime - before).TotalNanoseconds / (2 * Batch));
                    }
                    Console.WriteLine($"{volumes,8}{load,10}{depth,7}{best,8:0.0}{1000 / best,15:0.00}");
                }
            }
        }
    }

    /// <summary>Volumes, their limits, and a second of virtual time to settle.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        _scheduler = new QosScheduler { InFlightMax = 40, ReservedPlaces = 8 };
        _now = 1_000_000_000_000;
        var fair = 1_000_000_000.0 / StepNs / Volumes; // IOPS of each when all share alike
        for (var i = 0; i < Volumes; i++)
        {
            var isLimited = Load == Regime.Limits || (Load == Regime.Mixed && i % 2 == 0);
            var max = (long)(fair * (isLimited ? 0.5 + random.NextDouble() * 0.4 : 20)) + 1;
            var limits = new VolumeLimits { MinIops = (long)(fair * (0.1 + random.NextDouble() * 0.2)) + 1, MaxIops = max, BurstIops = max * 2 };
            var volume = _scheduler.Add(limits, _now, creditNs: 0);
            for (var j = 0; j < Depth; j++)
            {
                var io = new Io { Volume = volume, Cost = 100, Bytes = 4096 };
                _scheduler.Enqueue(volume, io, io.Cost, io.Bytes, false, _now);
            }
        }
        for (var i = 0; i < 20; i++) Decide();
    }

    /// <summary>Decides a hundred thousand times; where limits hold all, time goes on to when one may go.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public void Decide()
    {
        for (var done = 0; done < Batch;)
        {
            _now += StepNs;
            if (_scheduler.TryNext(_now, out var next, out var notBefore) != NextKind.Dispatch)
            {
                _now = Math.Max(_now, notBefore - StepNs);
                continue;
            }
            var io = (Io)next!;
            _scheduler.Completed(io);
            _scheduler.Enqueue(io.Volume, io, io.Cost, io.Bytes, false, _now);
            done++;
        }
    }
}
