using Headgate.Api.Routes;
using Headgate.Control.Census;

namespace Headgate.Api.Metrics;

/// <summary>The page at /metrics.</summary>
internal static class MetricsPage
{
    public static string Write(Counts counts, RequestMetrics requests)
    {
        var text = new PrometheusText();
        WriteCounts(text, "headgate_volumes", "Volumes by state.", "state", counts.Volumes);
        WriteCounts(text, "headgate_operations", "Operations by status, those on record included.", "status", counts.Operations);
        WriteLedger(text, "headgate_pool_capacity_bytes", "Bytes that may be reserved.", counts, p => p.CapacityBytes);
        WriteLedger(text, "headgate_pool_reserved_bytes", "Bytes reserved by volumes.", counts, p => p.ReservedBytes);
        WriteLedger(text, "headgate_pool_capacity_iops", "Sum of minimum IOPS that may be promised.", counts, p => p.CapacityIops);
        WriteLedger(text, "headgate_pool_reserved_iops", "Sum of minimum IOPS promised.", counts, p => p.ReservedIops);
        text.Family("headgate_pool_up", "gauge", "1 for a pool that takes new volumes.");
        foreach (var pool in counts.Pools)
            text.Sample(pool.TakesVolumes ? 1 : 0, ("pool", pool.Pool), ("provider", pool.Provider));
        requests.WriteTo(text);
        return text.ToString();
    }

    // Every state has its series, zero included: an alert on a series that is not there never fires.
    private static void WriteCounts<T>(
        PrometheusText text, string family, string help, string label, IReadOnlyDictionary<T, int> counts) where T : struct, Enum
    {
        text.Family(family, "gauge", help);
        foreach (var value in Enum.GetValues<T>()) text.Sample(counts.GetValueOrDefault(value), (label, Words.Of(value)));
    }

    // No sample for a capacity that is not known: a zero would be a lie.
    private static void WriteLedger(
        PrometheusText text, string family, string help, Counts counts, Func<PoolLedger, long?> figure)
    {
        text.Family(family, "gauge", help);
        foreach (var pool in counts.Pools)
        {
            if (figure(pool) is { } value) text.Sample(value, ("pool", pool.Pool), ("provider", pool.Provider));
        }
    }
}
