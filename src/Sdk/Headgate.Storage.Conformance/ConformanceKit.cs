using System.Diagnostics;

namespace Headgate.Storage.Conformance;

/// <summary>How an examination is run.</summary>
public sealed record ConformanceOptions
{
    /// <summary>Where chance begins (keys, orders, moments of cancellation); null draws one, which the report names.</summary>
    public int? Seed { get; init; }

    /// <summary>How often an idempotent call is repeated.</summary>
    public int Repeats { get; init; } = 4;

    /// <summary>How many volumes are worked on at the same time.</summary>
    public int Concurrency { get; init; } = 6;

    /// <summary>How long one rule may take before it counts as broken: a driver that hangs must not hang the examination.</summary>
    public TimeSpan RuleTimeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>The clock of <see cref="RuleTimeout"/>.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Ids, or beginnings of ids, of the rules to put; empty for all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>Told of each rule as it ends.</summary>
    public IProgress<RuleResult>? Progress { get; init; }
}

/// <summary>
/// The SDK's contract, put to a driver rule by rule:
/// <code>
/// var subject = new ConformanceSubject(new AcmeProvider(), new Dictionary&lt;string, string&gt; { ["endpoint"] = "https://10.0.0.5" });
/// var report = await ConformanceKit.RunAsync(subject);
/// Console.Write(report);      // a line per rule
/// return report.Passed ? 0 : 1;
/// </code>
/// or as a theory of any test framework, one case per rule: <see cref="Rules"/> and <see cref="CheckAsync"/>. Everything that
/// is made on the storage is taken away again, after a failure too; other pools' volumes are never touched.
/// </summary>
public static class ConformanceKit
{
    /// <summary>Longest trail of calls in a result: enough for the longest rule's last phase, short enough to read.</summary>
    private const int CallsShown = 12;

    /// <summary>Every rule, in the order of their ids.</summary>
    public static IReadOnlyList<ConformanceRule> Rules { get; } = ConformanceRule.Find();

    /// <summary>Puts all rules, one after the other.</summary>
    public static async Task<ConformanceReport> RunAsync(
        ConformanceSubject subject, ConformanceOptions? options = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(subject);
        options ??= new ConformanceOptions();
        var seed = options.Seed ?? Random.Shared.Next();
        var results = new List<RuleResult>();
        var left = new List<string>();
        foreach (var rule in Rules.Where(r => options.Only.Count == 0 || options.Only.Any(o => r.Id.StartsWith(o, StringComparison.Ordinal))))
        {
            var (result, leftByRule) = await PutAsync(rule, subject, options, seed, stop);
            results.Add(result);
            left.AddRange(leftByRule);
            options.Progress?.Report(result);
        }
        return new ConformanceReport(subject.ToString(), seed, results, left);
    }

    /// <summary>Puts one rule. What it leaves behind breaks it.</summary>
    /// <exception cref="ArgumentException">There is no rule of that id.</exception>
    public static async Task<RuleResult> CheckAsync(
        string ruleId, ConformanceSubject subject, ConformanceOptions? options = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var rule = Rules.FirstOrDefault(r => r.Id == ruleId) ?? throw new ArgumentException($"There is no rule '{ruleId}'.", nameof(ruleId));
        options ??= new ConformanceOptions();
        var (result, left) = await PutAsync(rule, subject, options, options.Seed ?? Random.Shared.Next(), stop);
        return result.Verdict != Verdict.Broken && left.Count > 0
            ? result with { Verdict = Verdict.Broken, Evidence = $"left behind: {string.Join(", ", left)}" }
            : result;
    }

    private static async Task<(RuleResult Result, IReadOnlyList<string> Left)> PutAsync(
        ConformanceRule rule, ConformanceSubject subject, ConformanceOptions options, int seed, CancellationToken stop)
    {
        var watch = Stopwatch.StartNew();
        using var patience = new CancellationTokenSource(options.RuleTimeout, options.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
        await using var bench = new Bench(subject, options, seed, rule.Id, either.Token);
        Finding finding;
        try
        {
            await bench.BeginAsync();
            finding = await rule.RunAsync(bench);
        }
        catch (ConformanceException broken)
        {
            finding = new Finding(Verdict.Broken, broken.Message);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await bench.CleanUpAsync();
            throw;
        }
        catch (Exception e)
        {
            finding = new Finding(Verdict.Broken, patience.IsCancellationRequested
                ? $"did not end within {options.RuleTimeout}"
                : $"{e.GetType().Name} left the driver: {e.Message}");
        }
        var calls = finding.Verdict == Verdict.Broken ? bench.Calls.TakeLast(CallsShown).ToList() : [];
        var left = await bench.CleanUpAsync();
        return (new RuleResult(rule, finding.Verdict, bench.WithoutSecrets(finding.Evidence), [.. calls.Select(bench.WithoutSecrets)], watch.Elapsed), left);
    }
}
