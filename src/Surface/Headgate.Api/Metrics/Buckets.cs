namespace Headgate.Api.Metrics;

/// <summary>A histogram as Prometheus has it: how many took at most so long, for each bound, and how long all took together.</summary>
internal sealed class Buckets
{
    /// <summary>In seconds: from a read of the database to a copy of a large volume.</summary>
    private static readonly double[] Bounds = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300, 3600];

    private readonly long[] _counts = new long[Bounds.Length + 1];
    private long _micros;

    public void Add(double seconds)
    {
        var at = Array.FindIndex(Bounds, bound => seconds <= bound);
        Interlocked.Increment(ref _counts[at < 0 ? Bounds.Length : at]);
        Interlocked.Add(ref _micros, (long)(seconds * 1e6));
    }

    public void WriteTo(PrometheusText text, (string Name, string Value)[] labels)
    {
        var sum = 0L;
        for (var i = 0; i <= Bounds.Length; i++)
        {
            sum += Interlocked.Read(ref _counts[i]);
            var bound = i < Bounds.Length ? Bounds[i].ToString("R", System.Globalization.CultureInfo.InvariantCulture) : "+Inf";
            text.SampleOf("_bucket", sum, [.. labels, ("le", bound)]);
        }
        text.SampleOf("_sum", Interlocked.Read(ref _micros) / 1e6, labels);
        text.SampleOf("_count", sum, labels);
    }
}
