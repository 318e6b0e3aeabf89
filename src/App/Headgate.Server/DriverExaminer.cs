using Headgate.Cli;
using Headgate.Cli.Drivers;
using Headgate.Plugins;
using Headgate.Primitives;
using Headgate.Storage.Conformance;
using Headgate.Storage.Sdk;

namespace Headgate.Server;

/// <summary>Runs the conformance kit for the command line, on a built-in driver or on a plug-in's, in this process and without a server.</summary>
internal sealed class DriverExaminer : IDriverExaminer
{
    public IReadOnlyList<DriverRule> Rules { get; } = [.. ConformanceKit.Rules.Select(rule => new DriverRule(rule.Id, rule.Sentence, "", "", [], 0))];

    public async Task<DriverReport> ExamineAsync(DriverExamination asked, IProgress<DriverRule> ended, CancellationToken stop)
    {
        if (asked.Rules.FirstOrDefault(wanted => !ConformanceKit.Rules.Any(rule => rule.Id.StartsWith(wanted, StringComparison.Ordinal))) is { } unknown)
            throw new CliException("rule-not-found", $"There is no rule whose id begins with '{unknown}'; see: headgate driver rules.") { Exit = ExitCode.Usage };
        if (asked.PluginFolder is not { } folder) return await ExamineAsync(Find(asked, BuiltInProviders.All(), "is built in"), asked, ended, stop);
        var loaded = await PluginBench.LoadAsync(folder, TimeProvider.System);
        if (loaded is not Outcome<PluginBench>.Done { Value: var plugin }) throw new CliException(loaded.Problem!.Code, loaded.Problem.Message);
        await using (plugin) return await ExamineAsync(Find(asked, plugin.Providers, $"is in {folder}"), asked, ended, stop);
    }

    private static IPrimaryDataStoreProvider Find(DriverExamination asked, IReadOnlyList<IPrimaryDataStoreProvider> providers, string where) =>
        providers.FirstOrDefault(provider => string.Equals(provider.Info.Name, asked.Provider, StringComparison.OrdinalIgnoreCase))
        ?? throw new CliException(
            "provider-not-found",
            $"No provider named '{asked.Provider}' {where}; there is {string.Join(", ", providers.Select(provider => provider.Info.Name))}.");

    private static async Task<DriverReport> ExamineAsync(
        IPrimaryDataStoreProvider provider, DriverExamination asked, IProgress<DriverRule> ended, CancellationToken stop)
    {
        if (provider.Settings.Check(asked.Settings) is { Count: > 0 } problems)
            throw new CliException("settings-invalid", $"{problems.Count} setting(s) do not suit provider {provider.Info.Name}.", problems);
        var options = new ConformanceOptions { Only = asked.Rules, Seed = asked.Seed, Progress = new Told(ended) };
        var report = await ConformanceKit.RunAsync(new ConformanceSubject(provider, asked.Settings) { IsShared = asked.IsShared }, options, stop);
        return new DriverReport(
            provider.Info.Name, provider.Info.Version.ToString(), report.Passed, report.Seed, report.Count(Verdict.Kept), report.Count(Verdict.Broken),
            report.Count(Verdict.NotAsked), report.LeftBehind, [.. report.Results.Select(Show)]);
    }

    private static DriverRule Show(RuleResult result) => new(
        result.Id, result.Rule.Sentence, result.Verdict switch { Verdict.Kept => "kept", Verdict.Broken => "broken", _ => "notAsked" },
        result.Evidence, result.Calls, (long)result.Took.TotalMilliseconds);

    /// <summary>On the kit's own thread, in order; <see cref="Progress{T}"/> would post.</summary>
    private sealed class Told(IProgress<DriverRule> ended) : IProgress<RuleResult>
    {
        public void Report(RuleResult value) => ended.Report(Show(value));
    }
}
