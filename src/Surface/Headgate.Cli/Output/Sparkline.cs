namespace Headgate.Cli.Output;

/// <summary>A row of values as a row of blocks.</summary>
internal static class Sparkline
{
    private const string Blocks = "▁▂▃▄▅▆▇█";

    /// <summary>Up to <paramref name="full"/>, which fills a cell.</summary>
    public static string Of(IReadOnlyList<double> values, double full) =>
        string.Concat(values.Select(value => Block(full > 0 ? value / full : 0)));

    /// <summary>From the least to the most by their logarithm: for latencies.</summary>
    public static string OfLog(IReadOnlyList<double> values)
    {
        var positive = values.Where(value => value > 0).DefaultIfEmpty(1).ToList();
        var (low, high) = (Math.Log(positive.Min()), Math.Log(positive.Max()));
        return string.Concat(values.Select(value => Block(value <= 0 || high - low < 1e-9 ? 0 : (Math.Log(value) - low) / (high - low))));
    }

    private static char Block(double share) => Blocks[(int)Math.Round(Math.Clamp(share, 0, 1) * (Blocks.Length - 1))];
}
