using Headgate.Api.Contract;
using Headgate.Cli.Api;
using Headgate.Cli.Options;
using Headgate.Cli.Output;
using Headgate.Cli.Views;

namespace Headgate.Cli.Commands;

/// <summary><c>headgate volume qos|watch</c></summary>
internal static class VolumeQosCommands
{
    /// <summary>Cells of the bar that <c>watch</c> draws from 0 to the volume's highest limit.</summary>
    private const int BarCells = 20;

    public static Verb Qos()
    {
        var volume = Given.Ref("VOLUME");
        return Verb.Of("qos", "Show what was asked of a volume, what was granted and by whom, what is set, and what is measured.",
            ["headgate volume qos db1"], [volume], (session, cancelled) =>
                session.ShowAsync(Routes.Of(Routes.Volumes, session.Get(volume), "qos"), VolumeViews.Qos, ApiJson.Default.VolumeQosView, cancelled));
    }

    public static Verb Watch()
    {
        var volume = Given.Ref("VOLUME");
        var count = Given.Count("--count", "End after this many samples (default: until Ctrl-C).", 1);
        var interval = Given.Count("--interval", "Seconds between samples (default 1).", 1, "SECONDS");
        return Verb.Of("watch", "Follow a volume's IOPS against its min, max and burst.",
            ["headgate volume watch db1", "headgate volume watch db1 --count 10 -o json"], [volume, count, interval], async (session, cancelled) =>
            {
                var route = Routes.Of(Routes.Volumes, session.Get(volume), "qos");
                var pause = TimeSpan.FromSeconds(session.Get(interval) ?? 1);
                var left = session.Get(count) ?? long.MaxValue;
                while (true)
                {
                    var json = await session.Api.GetAsync(route, cancelled);
                    session.Printer.PrintSample(json, () => Line(ApiClient.Read(json, ApiJson.Default.VolumeQosView)));
                    if (--left == 0) return;
                    try
                    {
                        await Task.Delay(pause, session.Console.Time, cancelled);
                    }
                    catch (OperationCanceledException)
                    {
                        return; // Ctrl-C is how one stops watching
                    }
                }
            });
    }

    private static string Line(VolumeQosView qos)
    {
        if (qos.Measured is not { } measured) return $"{qos.Volume}: {qos.MeasuredProblem ?? "not measured yet"}";
        var (min, max, burst) = (Applied("minIops"), Applied("maxIops"), Applied("burstIops"));
        var full = Math.Max(1, burst ?? max ?? (long)Math.Max(measured.Iops, 1));
        var limits = $"min {Show.Number(min)} max {Show.Number(max)} burst {Show.Number(burst)}";
        // At most 99 columns with five-digit limits: a line that wraps makes the bars unreadable.
        return $"{measured.At.UtcDateTime:HH:mm:ss} {measured.Iops,7:0} IOPS {Bar(measured.Iops, full, min, max)} "
            + $"{Show.Size((long)measured.BytesPerSecond),10}/s {measured.LatencyMicros / 1000,7:0.00} ms  {limits}";

        long? Applied(string promise) => qos.Promises.FirstOrDefault(p => p.Promise == promise) is { } p ? p.Applied ?? p.Granted : null;
    }

    /// <summary>Filled to the IOPS served; <c>|</c> marks min and max.</summary>
    private static string Bar(double iops, long full, long? min, long? max)
    {
        var cells = new char[BarCells];
        var filled = (int)Math.Round(Math.Clamp(iops / full, 0, 1) * BarCells);
        Array.Fill(cells, '#', 0, filled);
        Array.Fill(cells, '.', filled, BarCells - filled);
        foreach (var mark in new[] { min, max })
        {
            if (mark is > 0 && mark <= full) cells[Math.Min(BarCells - 1, (int)(mark.Value * BarCells / full))] = '|';
        }
        return $"[{new string(cells)}]";
    }
}
