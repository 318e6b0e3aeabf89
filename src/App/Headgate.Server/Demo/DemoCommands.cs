using System.CommandLine;
using Headgate.Primitives;

namespace Headgate.Server.Demo;

/// <summary><c>headgate demo</c></summary>
internal static class DemoCommands
{
    /// <summary>Of the neighbours' process; not for people.</summary>
    public const string NeighborsVerb = "neighbors";

    private const int MostNeighbors = 16;
    private const int LargestBlockBytes = 1 << 20;

    public static Command Noun()
    {
        var noun = new Command("demo", "See what the promises are worth, on servers of the demonstration's own.");
        noun.Add(NoisyNeighborVerb());
        var neighbors = new Command(NeighborsVerb, "The neighbours of the demonstration.") { Hidden = true };
        neighbors.SetAction((_, stop) => ServerCommands.AnsweringAsync((console, cancel) => NeighborLoad.RunAsync(console, cancel), stop));
        noun.Add(neighbors);
        return noun;
    }

    private static Command NoisyNeighborVerb()
    {
        var seconds = Whole("--seconds", "Seconds of each of the three phases.", 10, 3, 600);
        var neighbors = Whole("--neighbors", "Greedy neighbours.", 4, 1, MostNeighbors);
        var block = new Option<int>("--block")
        {
            Description = "Size of the neighbours' I/O.",
            HelpName = "SIZE",
            DefaultValueFactory = _ => 64 << 10,
            CustomParser = result =>
            {
                if (ByteSize.TryParse(result.Tokens[0].Value, out var size) && size.Bytes is >= 4096 and <= LargestBlockBytes && size.Bytes % 4096 == 0)
                    return (int)size.Bytes;
                result.AddError($"'{result.Tokens[0].Value}' is not a multiple of 4KiB up to 1MiB (--block).");
                return 0;
            },
        };
        var reads = new Option<bool>("--reads") { Description = "The neighbours read; without, they write." };
        var plot = new Option<string>("--plot")
        {
            Description = "Where the plot is left.",
            HelpName = "FILE.svg",
            DefaultValueFactory = _ => "noisy-neighbor.svg",
        };
        var verb = new Command("noisy-neighbor", "A volume with a minimum among greedy neighbours: alone, with QoS off, with QoS on. Real iSCSI; leaves a plot.");
        foreach (var option in (Option[])[seconds, neighbors, block, reads, plot]) verb.Add(option);
        verb.SetAction((args, stop) => ServerCommands.AnsweringAsync((console, cancel) =>
            new NoisyNeighbor(
                new NoisyNeighborOptions(
                    Given(args, seconds), Given(args, neighbors), Given(args, block), args.GetResult(reads) is not null && args.GetValue(reads),
                    Path.GetFullPath(args.GetRequiredValue(plot), console.WorkingFolder))).RunAsync(console, cancel), stop));
        return verb;
    }

    private static int Given(ParseResult args, Option<int> option) =>
        args.GetResult(option) is null ? (int)option.GetDefaultValue()! : args.GetValue(option);

    private static Option<int> Whole(string name, string help, int usual, int least, int most) => new(name)
    {
        Description = help,
        HelpName = "N",
        DefaultValueFactory = _ => usual,
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, out var number) && number >= least && number <= most) return number;
            result.AddError($"'{result.Tokens[0].Value}' is not a number from {least} to {most} ({name}).");
            return 0;
        },
    };
}
