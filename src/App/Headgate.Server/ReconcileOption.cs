using System.CommandLine;
using Headgate.Cli.Options;
using Headgate.Control;

namespace Headgate.Server;

/// <summary><c>--reconcile-every</c> and <c>--no-auto-repair</c>.</summary>
internal static class ReconcileOption
{
    private const string Name = "--reconcile-every";

    /// <summary>Less would compare a pool of ten thousand volumes without a pause.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(10);

    public static Option<TimeSpan> Every() => new(Name)
    {
        Description = "How often each pool is compared with its storage: 30s, 5m, 1h; 'off' compares on request only.",
        HelpName = "TIME",
        DefaultValueFactory = _ => new ReconcileOptions().Every,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (text == "off") return TimeSpan.Zero;
            if (Given.ParseTime(text) is { } time && time >= Least) return time;
            result.AddError($"'{text}' is neither 'off' nor a time of at least {Least.TotalSeconds:0}s like 30s, 5m or 1h ({Name}).");
            return default;
        },
    };

    public static Option<bool> NoRepair() => new("--no-auto-repair") { Description = "Report where a storage differs, and set nothing right by itself." };

    public static ReconcileOptions Read(ParseResult args, Option<TimeSpan> every, Option<bool> noRepair)
    {
        var usual = new ReconcileOptions();
        return usual with
        {
            Every = args.GetResult(every) is null ? usual.Every : args.GetRequiredValue(every),
            Repairs = args.GetResult(noRepair) is null || !args.GetValue(noRepair),
        };
    }
}
