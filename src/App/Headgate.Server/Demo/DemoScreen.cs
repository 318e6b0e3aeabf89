using Headgate.Cli;
using Headgate.Cli.Output;
using Headgate.Primitives;

namespace Headgate.Server.Demo;

/// <summary>What the demonstration shows while it runs: rows drawn over themselves on a terminal, a line a second elsewhere.</summary>
internal sealed class DemoScreen(NoisyNeighborOptions options, CliConsole console) : IDisposable
{
    private readonly LiveArea _area = new(console);

    public void Say(string sentence) => console.Out.WriteLine(sentence);

    public void Show(IReadOnlyList<DemoPhase> all, DemoPhase now, int secondsLeft)
    {
        var second = now.Seconds[^1];
        if (!console.OutIsTerminal)
        {
            console.Out.WriteLine(
                $"{now.Name,-8} victim {second.VictimIops,6:0} IOPS  p50 {Millis(second.P50Millis),8} ms  p99 {Millis(second.P99Millis),8} ms  neighbours {Rate(second.NeighborBytesPerSecond),12}");
            console.Out.Flush();
            return;
        }
        var phases = string.Join("   ", all.Select((phase, i) => phase == now ? $"[{i + 1} {phase.Name}]" : $" {i + 1} {phase.Name} "));
        _area.Draw(
        [
            "",
            $"phase       {phases}   {secondsLeft} s left",
            $"victim      {Bar(second.VictimIops / NoisyNeighbor.VictimIops)} {second.VictimIops,5:0} of the {NoisyNeighbor.VictimIops} IOPS that it asks for and is promised",
            $"            p50 {Millis(second.P50Millis)} ms   p99 {Millis(second.P99Millis)} ms",
            $"neighbours  {Rate(second.NeighborBytesPerSecond)}   ({options.Neighbors} x {NoisyNeighbor.NeighborDepth} I/Os of {new ByteSize(options.BlockBytes)} in flight)",
            "",
            $"IOPS        {Sparkline.Of([.. Shown(all).Select(one => one.VictimIops)], NoisyNeighbor.VictimIops)}",
            $"p99         {Sparkline.OfLog([.. Shown(all).Select(one => one.P99Millis)])}",
            "",
        ]);
    }

    /// <summary>The table, and two lines that say what one sees, with the figures as they came out.</summary>
    public void Conclude(IReadOnlyList<DemoPhase> phases)
    {
        _area.Clear();
        console.Out.WriteLine();
        console.Out.WriteLine($"{"",-8}  {"victim IOPS",11}  {"p50 ms",8}  {"p99 ms",8}  {"neighbours",12}");
        foreach (var phase in phases)
            console.Out.WriteLine($"{phase.Name,-8}  {phase.Iops,11:0}  {Millis(phase.P50Millis),8}  {Millis(phase.P99Millis),8}  {Rate(phase.NeighborBytesPerSecond),12}");
        console.Out.WriteLine();
        foreach (var line in Sentences(phases)) console.Out.WriteLine(line);
        console.Out.WriteLine($"Plot: {options.PlotPath}");
    }

    public void Dispose() => _area.Dispose();

    /// <summary>What the figures say, for the terminal and the plot.</summary>
    public static IReadOnlyList<string> Sentences(IReadOnlyList<DemoPhase> phases)
    {
        var (alone, off, on) = (phases[0], phases[1], phases[2]);
        return
        [
            $"QoS off: {Number(off.Iops)} of the {NoisyNeighbor.VictimIops} IOPS it asks for, p99 {Times(off, alone)} that alone: first come, first served.",
            $"QoS on: {Number(on.Iops)} of {NoisyNeighbor.VictimIops}, p99 {Times(on, alone)} that alone: its minimum first, the rest to the neighbours.",
        ];
    }

    public static string Millis(double value) => value switch
    {
        < 10 => value.ToString("0.00"),
        < 100 => value.ToString("0.0"),
        _ => value.ToString("0"),
    };

    private static string Number(double value) => value.ToString("0");

    private static string Times(DemoPhase phase, DemoPhase alone) =>
        alone.P99Millis <= 0 ? "not comparable to" : $"{(phase.P99Millis / alone.P99Millis).ToString(phase.P99Millis / alone.P99Millis < 10 ? "0.0" : "0")} times";

    private static string Rate(double bytesPerSecond) => bytesPerSecond < 1 ? "-" : $"{bytesPerSecond / (1 << 20):0} MiB/s";

    private static IEnumerable<DemoSecond> Shown(IReadOnlyList<DemoPhase> all) => all.SelectMany(phase => phase.Seconds);

    private static string Bar(double share)
    {
        const int cells = 20;
        var filled = (int)Math.Round(Math.Clamp(share, 0, 1) * cells);
        return new string('█', filled) + new string('░', cells - filled);
    }
}
