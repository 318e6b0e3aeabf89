using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Headgate.Cli.Options;
using Headgate.Cli.Output;

namespace Headgate.Cli.Drivers;

/// <summary><c>headgate driver</c>: for those who write drivers. Needs no server.</summary>
public static class DriverCommands
{
    /// <summary>The noun, over what <paramref name="examiner"/> can examine.</summary>
    public static Command Noun(IDriverExaminer examiner)
    {
        ArgumentNullException.ThrowIfNull(examiner);
        return Verb.Noun("driver", "Storage drivers: hold one to the SDK's contract.", VerifyVerb(examiner), RulesVerb(examiner));
    }

    private static Verb VerifyVerb(IDriverExaminer examiner)
    {
        var provider = new Argument<string>("PROVIDER") { Description = "The provider's name, for example SolidFire." };
        var plugin = Given.Text("--plugin", "The folder of a plug-in that holds it; without, one that is built in.", "DIR");
        var settings = Given.Pairs("--setting", "A setting of the provider's, as for 'headgate pool add'.", "NAME=VALUE");
        var secrets = Given.Pairs("--secret", "A secret setting, read from a file, or from standard input with '-'.", "NAME=FILE");
        var rules = Given.Words("--rule", "Only rules whose id begins so.", "ID,ID");
        var seed = Given.Count("--seed", "Repeat the examination that named this seed.", 0);
        var shared = Given.Flag("--shared", "Others make volumes on the storage meanwhile: what appears there without a key is not laid at the driver's door.");
        return Verb.Of(
            "verify", "Put every rule of the SDK's contract to a driver, on its real storage, and take away what was made there.",
            [
                "headgate driver verify Reference",
                "headgate driver verify SolidFire --setting endpoint=https://10.0.0.5 --setting username=admin --secret password=pw.txt",
                "headgate driver verify AcmeStorage --plugin ./published --setting directory=/srv/volumes",
            ],
            [provider, plugin, settings, secrets, rules, seed, shared],
            async (session, cancelled) =>
            {
                var console = session.Console;
                var given = new Dictionary<string, string>(session.Get(settings) ?? [], StringComparer.Ordinal);
                foreach (var (name, value) in SecretFiles.Read(console, session.Get(secrets) ?? []))
                {
                    if (!given.TryAdd(name, value))
                        throw new CliException("settings-invalid", $"Setting '{name}' is given twice, as a setting and as a secret.") { Exit = ExitCode.Usage };
                }
                var asked = new DriverExamination(
                    session.Get(provider), session.Get(plugin) is { } folder ? console.FullPath(folder) : null, given)
                {
                    Rules = session.Get(rules) ?? [],
                    IsShared = session.Get(shared),
                    Seed = session.Get(seed) is { } number ? checked((int)Math.Min(number, int.MaxValue)) : null,
                };
                var isTable = session.Format is OutputFormat.Table;
                var report = await examiner.ExamineAsync(asked, new Lines(isTable ? console.Out : TextWriter.Null), cancelled);
                if (isTable) Summarise(console.Out, report);
                else session.Printer.PrintOne(JsonSerializer.SerializeToElement(report, DriverJson.Default.DriverReport), _ => new PropertySheet(), DriverJson.Default.DriverReport);
                if (!report.Passed) throw Failed(report);
            });
    }

    private static Verb RulesVerb(IDriverExaminer examiner) => Verb.Of(
        "rules", "List the rules of the SDK's contract.", ["headgate driver rules"], [],
        (session, _) =>
        {
            session.Printer.PrintList(
                [.. examiner.Rules.Select(rule => JsonSerializer.SerializeToElement(rule, DriverJson.Default.DriverRule))],
                new TableOf<DriverRule>(new("RULE", rule => rule.Id), new("SENTENCE", rule => rule.Sentence)), DriverJson.Default.DriverRule);
            return Task.CompletedTask;
        });

    private static CliException Failed(DriverReport report) => report is { Broken: 0, LeftBehind.Count: 0 } ? NothingProven(report) : new(
        "driver-breaks-contract",
        $"{report.Provider} {report.Version} broke {report.Broken} rule(s) and left {report.LeftBehind.Count} object(s) behind. "
        + $"Repeat one with --rule ID --seed {report.Seed}.",
        [.. report.LeftBehind.Select(left => $"left behind: {left}")]);

    private static CliException NothingProven(DriverReport report) => new(
        "nothing-proven", $"None of {report.NotAsked} rule(s) could be put to {report.Provider} {report.Version}, so nothing is proven. The reasons are given with the rules.");

    private static void Summarise(TextWriter output, DriverReport report) => output.WriteLine(
        $"{report.Provider} {report.Version}: {report.Kept} kept, {report.Broken} broken, {report.NotAsked} not asked, "
        + $"{report.LeftBehind.Count} left behind; seed {report.Seed}");

    /// <summary>A line for each rule as it ends; more where something is to be explained.</summary>
    private sealed class Lines(TextWriter output) : IProgress<DriverRule>
    {
        public void Report(DriverRule value)
        {
            var verdict = value.Verdict == "notAsked" ? "not asked" : value.Verdict;
            output.WriteLine($"{verdict,-10}{value.Id}: {value.Sentence}");
            if (value.Verdict != "kept") output.WriteLine($"          {value.Reason}");
            foreach (var call in value.Calls) output.WriteLine($"            {call}");
            output.Flush();
        }
    }
}

/// <summary>Generated serialisers, as for the REST contract.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DriverReport))]
[JsonSerializable(typeof(DriverRule))]
internal sealed partial class DriverJson : JsonSerializerContext;
