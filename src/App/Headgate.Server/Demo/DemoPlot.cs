using System.Globalization;
using System.Text;
using Headgate.Primitives;

namespace Headgate.Server.Demo;

/// <summary>The demonstration as a picture: the victim's IOPS and its p99, second by second through the three phases.</summary>
internal static class DemoPlot
{
    private const int Width = 960, Height = 536;
    private const int Left = 66, Right = 24, Top = 96, PanelHeight = 150, Gap = 62;
    private const string Ink = "#1f2937", Muted = "#6b7280", Grid = "#e5e7eb", Victim = "#1d6fa5";

    /// <summary>Bands behind the phases: neutral, warm, cool.</summary>
    private static readonly string[] Bands = ["#f8fafc", "#fdf0e4", "#e9f3fa"];

    public static string Svg(IReadOnlyList<DemoPhase> phases, NoisyNeighborOptions options)
    {
        var svg = new StringBuilder();
        var seconds = phases.SelectMany(phase => phase.Seconds).ToList();
        var highest = Math.Max(NoisyNeighbor.VictimIops * 1.2, seconds.Max(second => second.VictimIops) * 1.05);
        var (low, high) = Decades(seconds.Select(second => second.P99Millis));
        Line($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" height=\"{Height}\" font-family=\"system-ui, sans-serif\" font-size=\"13\" fill=\"{Ink}\">");
        Line($"<rect width=\"{Width}\" height=\"{Height}\" fill=\"#ffffff\"/>");
        Text(Left, 30, $"A volume with a minimum of {NoisyNeighbor.VictimIops} IOPS and its noisy neighbours", "font-size=\"18\" font-weight=\"600\"");
        Text(Left, 52, $"{options.Neighbors} neighbours, each with {NoisyNeighbor.NeighborDepth} {(options.AreReads ? "reads" : "writes")} of {new ByteSize(options.BlockBytes)} in flight; the victim asks for {NoisyNeighbor.VictimIops} reads of 4 KiB a second. Measured at the clients.", $"fill=\"{Muted}\"");

        var panels = new (string Title, Func<DemoSecond, double> Share, IEnumerable<(double Share, string Label)> Marks)[]
        {
            ("IOPS that it gets", second => second.VictimIops / highest, LinearMarks(highest)),
            ("p99 latency, ms (logarithmic)", second => LogShare(second.P99Millis), LogMarks()),
        };
        for (var i = 0; i < panels.Length; i++) Panel(Top + (i * (PanelHeight + Gap)), panels[i].Title, panels[i].Share, panels[i].Marks);
        var y = Top + (2 * PanelHeight) + Gap + 16;
        foreach (var sentence in DemoScreen.Sentences(phases)) Text(Left, y += 20, sentence);
        Line("</svg>");
        return svg.ToString();

        void Panel(int top, string title, Func<DemoSecond, double> share, IEnumerable<(double Share, string Label)> marks)
        {
            Text(Left, top - 12, title, "font-weight=\"600\"");
            var at = 0;
            for (var i = 0; i < phases.Count; i++)
            {
                var (from, to) = (X(at), X(at + phases[i].Seconds.Count));
                Line($"<rect x=\"{N(from)}\" y=\"{top}\" width=\"{N(to - from)}\" height=\"{PanelHeight}\" fill=\"{Bands[i]}\"/>");
                Text((from + to) / 2, top + PanelHeight - 10, phases[i].Title, $"text-anchor=\"middle\" fill=\"{Muted}\"");
                at += phases[i].Seconds.Count;
            }
            foreach (var (height, label) in marks)
            {
                var line = top + (PanelHeight * (1 - height));
                Line($"<line x1=\"{Left}\" y1=\"{N(line)}\" x2=\"{Width - Right}\" y2=\"{N(line)}\" stroke=\"{Grid}\"/>");
                Text(Left - 8, line + 4, label, $"text-anchor=\"end\" fill=\"{Muted}\"");
            }
            at = 0;
            foreach (var phase in phases)
            {
                var points = phase.Seconds.Select((second, i) => $"{N(X(at + i + 0.5))},{N(top + (PanelHeight * (1 - Math.Clamp(share(second), 0, 1))))}").ToList();
                Line($"<polyline points=\"{string.Join(' ', points)}\" fill=\"none\" stroke=\"{Victim}\" stroke-width=\"2\"/>");
                foreach (var point in points) Line($"<circle cx=\"{point.Split(',')[0]}\" cy=\"{point.Split(',')[1]}\" r=\"3\" fill=\"{Victim}\"/>");
                at += phase.Seconds.Count;
            }
        }

        double X(double second) => Left + ((Width - Left - Right) * second / seconds.Count);
        double LogShare(double value) => Math.Log10(Math.Max(value, low) / low) / Math.Log10(high / low);

        IEnumerable<(double, string)> LogMarks()
        {
            for (var mark = low; mark <= high * 1.01; mark *= 10) yield return (LogShare(mark), mark.ToString("0.###", CultureInfo.InvariantCulture));
        }

        void Line(string text) => svg.Append(text).Append('\n');
        void Text(double x, double y, string text, string more = "") => Line($"<text x=\"{N(x)}\" y=\"{N(y)}\" {more}>{text}</text>");
    }

    private static IEnumerable<(double, string)> LinearMarks(double highest)
    {
        const int step = NoisyNeighbor.VictimIops / 2;
        for (var mark = 0; mark <= highest; mark += step) yield return (mark / highest, mark.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Whole powers of ten around the values, at least one decade.</summary>
    private static (double Low, double High) Decades(IEnumerable<double> values)
    {
        var positive = values.Where(value => value > 0).DefaultIfEmpty(1).ToList();
        var low = Math.Pow(10, Math.Floor(Math.Log10(positive.Min())));
        return (low, Math.Max(low * 10, Math.Pow(10, Math.Ceiling(Math.Log10(positive.Max())))));
    }

    private static string N(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
