using Headgate.Api.Routes;
using Headgate.Control.Census;

namespace Headgate.Api.Metrics;

/// <summary>The page at /metrics.</summary>
internal static class MetricsPage
{
    public static string Write(Counts counts, RequestMetrics requests, InstrumentPage instruments)
    {
        var text = new PrometheusText();
        WriteCounts(text, "headgate_volumes", "Volumes by state.", "state", counts.Volumes);
        WriteCounts(text, "headgate_operations", "Operations by status, those on record included.", "status", counts.Operations);
        text.Family("headgate_operations_under_way", "gauge", "Operations that have not ended, by kind and status.");
        foreach (var (kind, status, count) in counts.UnderWay) text.Sample(count, ("kind", kind), ("status", Words.Of(status)));
        text.Family("headgate_operations_oldest_seconds", "gauge", "Age of the oldest operation that has not ended.");
        text.Sample(counts.OldestOperation.TotalSeconds);
        text.Family("headgate_findings", "gauge", "Differences between pools and database, by kind and state.");
        foreach (var (kind, state, count) in counts.Findings) text.Sample(count, ("kind", kind), ("state", Words.Of(state)));
        text.Family("headgate_orphans", "gauge", "Orphans in quarantine.");
        text.Sample(counts.Orphans);
        WriteCounts(text, "headgate_snapshot_schedules", "Snapshot schedules by how their last run went.", "outcome", counts.Schedules);
        WriteLedger(text, "headgate_pool_capacity_bytes", "Bytes that may be reserved.", counts, p => p.CapacityBytes);
        WriteLedger(text, "headgate_pool_reserved_bytes", "Bytes reserved by volumes.", counts, p => p.ReservedBytes);
        WriteLedger(text, "headgate_pool_capacity_iops", "Sum of minimum IOPS that may be promised.", counts, p => p.CapacityIops);
        WriteLedger(text, "headgate_pool_reserved_iops", "Sum of minimum IOPS promised.", counts, p => p.ReservedIops);
        WriteLedger(text, "headgate_pool_foreign_bytes", "Bytes of volumes of others.", counts, p => p.ForeignBytes);
        WriteLedger(text, "headgate_pool_quarantined_bytes", "Bytes of orphans.", counts, p => p.QuarantinedBytes);
        WriteLedger(text, "headgate_pool_checked_seconds_ago", "Since a pool was compared with its storage to the end.", counts, p => (long?)p.CheckedSecondsAgo);
        text.Family("headgate_pool_up", "gauge", "1 for a pool that takes new volumes.");
        foreach (var pool in counts.Pools)
            text.Sample(pool.TakesVolumes ? 1 : 0, ("pool", pool.Pool), ("provider", pool.Provider));
        requests.WriteTo(text);
        instruments.WriteTo(text);
        ProcessFigures.WriteTo(text);
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
