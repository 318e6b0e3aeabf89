using Headgate.Api.Contract;
using Headgate.Cli.Output;
using Text = Headgate.Cli.Output.Show;

namespace Headgate.Cli.Views;

/// <summary>
/// A volume sample by sample: rows drawn over themselves on a terminal, a line each elsewhere. Rows fit 60 columns; in a narrower terminal
/// they are cut, never wrapped.
/// </summary>
internal sealed class WatchPanel(CliConsole console) : IDisposable
{
    private const int LineBarCells = 20;
    private const int PanelBarCellsMin = 10;
    private const int PanelBarCellsMax = 40;

    /// <summary>Columns of a row beside its bar: label, figure, share.</summary>
    private const int PanelBarBeside = 34;

    /// <summary>Columns that a row's label takes.</summary>
    private const int LabelWidth = 10;

    private readonly LiveArea _area = new(console);
    private readonly Queue<double> _history = new();

    public void Show(VolumeQosView qos)
    {
        if (console.OutIsTerminal)
        {
            _area.Draw(qos.Measured is { } measured ? Rows(qos, measured) : [$"{qos.Volume}: {qos.MeasuredProblem ?? "not measured yet"}"]);
            return;
        }
        console.Out.WriteLine(Line(qos));
        console.Out.Flush();
    }

    public void Dispose() => _area.Dispose();

    private List<string> Rows(VolumeQosView qos, MeasuredView measured)
    {
        var (min, max, burst) = Limits(qos);
        var full = Full(measured, max, burst);
        _history.Enqueue(measured.Iops);
        while (_history.Count > Math.Max(PanelBarCellsMin, console.CurrentWidth - LabelWidth)) _history.Dequeue();
        var cells = Math.Clamp(console.CurrentWidth - PanelBarBeside, PanelBarCellsMin, PanelBarCellsMax);
        var rows = new List<string>
        {
            $"{qos.Volume}   min {Text.Number(min)}   max {Text.Number(max)}   burst {Text.Number(burst)}   {measured.At.UtcDateTime:HH:mm:ss} UTC",
            Row("IOPS", $"{measured.Iops,7:0} {Bar(measured.Iops, full, min, max, cells, '█', '░')}" + (max is > 0 ? $" {measured.Iops / max:P0} of max" : "")),
            Row("bytes", Text.Rate((long)measured.BytesPerSecond)),
        };
        if (measured.Service is { } service)
        {
            rows.Add(Row("latency", $"p50 {Text.Millis(service.LatencyP50Micros)} ms   p99 {Text.Millis(service.LatencyP99Micros)} ms"));
            rows.Add(Row("of which", $"{Text.Millis(service.SchedulerMicros)} ms in the scheduler   {Text.Millis(service.MediumMicros)} ms at the medium"));
            rows.Add(Row("held", $"{service.HeldByLimit:P0} of the time by its own limit, {service.HeldByLimitSeconds:0} s in all"));
            rows.Add(Row("below min", $"{service.BelowMinSeconds:0.0} s in all   queue {service.QueueDepth}"));
        }
        else
        {
            rows.Add(Row("latency", $"{Text.Millis(measured.LatencyMicros)} ms"));
        }
        if (measured.BurstCredit is { } credit) rows.Add(Row("credit", Credit(credit, max, burst)));
        rows.Add(Row("so far", Sparkline.Of([.. _history], full)));
        return rows;
    }

    /// <summary>At most 110 columns with five-digit limits; the figures stand in the same place in each line.</summary>
    private static string Line(VolumeQosView qos)
    {
        if (qos.Measured is not { } measured) return $"{qos.Volume}: {qos.MeasuredProblem ?? "not measured yet"}";
        var (min, max, burst) = Limits(qos);
        var latency = measured.Service is { } service
            ? $"p50 {Text.Millis(service.LatencyP50Micros),5} p99 {Text.Millis(service.LatencyP99Micros),5} ms"
                + (service.BelowMinSeconds > 0 ? $" below min {service.BelowMinSeconds:0.0} s" : "")
            : $"{Text.Millis(measured.LatencyMicros),5} ms";
        return $"{measured.At.UtcDateTime:HH:mm:ss} {measured.Iops,7:0} IOPS [{Bar(measured.Iops, Full(measured, max, burst), min, max, LineBarCells, '#', '.')}] "
            + $"{Text.Rate((long)measured.BytesPerSecond),12} {latency}  min {Text.Number(min)} max {Text.Number(max)} burst {Text.Number(burst)}";
    }

    private static string Credit(long credit, long? max, long? burst) => burst > max
        ? $"{credit} I/Os above max: {(double)credit / (burst - max):0.0} s at burst"
        : "none: burst is max";

    private static double Full(MeasuredView measured, long? max, long? burst) => Math.Max(1, burst ?? max ?? measured.Iops);

    private static (long? Min, long? Max, long? Burst) Limits(VolumeQosView qos)
    {
        return (Applied("minIops"), Applied("maxIops"), Applied("burstIops"));

        long? Applied(string promise) => qos.Promises.FirstOrDefault(p => p.Promise == promise) is { } p ? p.Applied ?? p.Granted : null;
    }

    private static string Row(string label, string text) => label.PadRight(LabelWidth) + text;

    /// <summary>Filled to the IOPS served, out of the highest limit; <c>|</c> marks min and max.</summary>
    private static string Bar(double iops, double full, long? min, long? max, int count, char filled, char empty)
    {
        var cells = new char[count];
        Array.Fill(cells, empty);
        Array.Fill(cells, filled, 0, (int)Math.Round(Math.Clamp(iops / full, 0, 1) * count));
        foreach (var mark in new[] { min, max })
        {
            if (mark is > 0 && mark <= full) cells[Math.Min(count - 1, (int)(mark.Value * count / full))] = '|';
        }
        return new string(cells);
    }
}
