using System.Diagnostics;

namespace Headgate.Api.Metrics;

/// <summary>What the process takes of the machine, under the names that every exporter uses.</summary>
internal static class ProcessFigures
{
    private static readonly DateTimeOffset Began = Process.GetCurrentProcess().StartTime.ToUniversalTime();

    public static void WriteTo(PrometheusText text)
    {
        using var process = Process.GetCurrentProcess();
        Write(text, "process_cpu_seconds_total", "counter", "Processor time, user and system.", process.TotalProcessorTime.TotalSeconds);
        Write(text, "process_resident_memory_bytes", "gauge", "Memory in use.", process.WorkingSet64);
        Write(text, "process_start_time_seconds", "gauge", "When the process began, since 1970.", Began.ToUnixTimeSeconds());
        Write(text, "process_threads", "gauge", "Threads.", process.Threads.Count);
        Write(text, "dotnet_gc_heap_bytes", "gauge", "Managed memory.", GC.GetTotalMemory(forceFullCollection: false));
        Write(text, "dotnet_gc_collections_total", "counter", "Collections of all generations.", GC.CollectionCount(0));
    }

    private static void Write(PrometheusText text, string family, string type, string help, double value)
    {
        text.Family(family, type, help);
        text.Sample(value);
    }
}
