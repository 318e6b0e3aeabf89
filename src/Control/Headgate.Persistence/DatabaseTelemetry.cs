using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Headgate.Persistence;

/// <summary>How long the database takes: reads, and whole write transactions with their wait for the writer's turn.</summary>
public static class DatabaseTelemetry
{
    /// <summary>Name of the meter.</summary>
    public const string Name = "Headgate.Database";

    private static readonly Meter Meter = new(Name);

    private static readonly Histogram<double> Durations = Meter.CreateHistogram<double>(
        "headgate.database.duration", "s", "Reads, and write transactions with their wait, by which of the two.");

    internal static void Record(string kind, long begun) => Durations.Record(Stopwatch.GetElapsedTime(begun).TotalSeconds, new KeyValuePair<string, object?>("kind", kind));
}
