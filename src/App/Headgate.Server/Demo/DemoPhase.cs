using Headgate.Initiator;

namespace Headgate.Server.Demo;

/// <summary>One second of a phase.</summary>
internal sealed record DemoSecond(double VictimIops, double P50Millis, double P99Millis, double NeighborBytesPerSecond);

/// <summary>One phase of the demonstration and what came of it.</summary>
internal sealed class DemoPhase(string name, string title)
{
    private readonly LatencyHistogram _latency = new();
    private readonly List<DemoSecond> _seconds = [];
    private double _elapsed;
    private long _ios;

    /// <summary>For the table.</summary>
    public string Name { get; } = name;

    /// <summary>For people.</summary>
    public string Title { get; } = title;

    public IReadOnlyList<DemoSecond> Seconds => _seconds;

    public double Iops => _elapsed > 0 ? _ios / _elapsed : 0;

    public double P50Millis => _latency.Percentile(50) / 1000.0;

    public double P99Millis => _latency.Percentile(99) / 1000.0;

    public double NeighborBytesPerSecond => _seconds.Count == 0 ? 0 : _seconds.Average(second => second.NeighborBytesPerSecond);

    public void Note(LoadSample sample, double neighborBytesPerSecond)
    {
        _latency.Add(sample.Latency);
        _ios += sample.Ios;
        _elapsed += sample.Elapsed.TotalSeconds;
        _seconds.Add(new DemoSecond(
            sample.Iops, sample.Latency.Percentile(50) / 1000.0, sample.Latency.Percentile(99) / 1000.0, neighborBytesPerSecond));
    }
}
