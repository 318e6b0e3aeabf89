using System.Diagnostics;
using Headgate.Primitives;

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

    /// <summary>How long a driver may take to return from a call that was cancelled; one that does not is left to itself.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Measures <see cref="RuleTimeout"/> and <see cref="Grace"/>.</summary>
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
/// is made on the storage is taken away again, after a failure too, and in the end the pool is removed; other pools' volumes
/// are never touched.
/// </summary>
public static class ConformanceKit
{
    /// <summary>Longest trail of calls in a result: enough for the longest rule's last phase, short enough to read.</summary>
    private const int CallsShown = 12;

    private const int MostRemovals = 5; // repeats of a removal that is not done yet

    /// <summary>Every rule, in the order of their ids.</summary>
    public static IReadOnlyList<ConformanceRule> Rules { get; } = ConformanceRule.Find();

    /// <summary>Puts all rules, one after the other, and removes the pool.</summary>
    /// <exception cref="ArgumentException">One of <see cref="ConformanceOptions.Only"/> is no beginning of any rule's id.</exception>
    public static async Task<ConformanceReport> RunAsync(
        ConformanceSubject subject, ConformanceOptions? options = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(subject);
        options ??= new ConformanceOptions();
        if (options.Only.FirstOrDefault(only => !Rules.Any(r => Begins(r, only))) is { } unknown)
            throw new ArgumentException($"There is no rule whose id begins with '{unknown}'.", nameof(options));
        var seed = options.Seed ?? Random.Shared.Next();
        var (results, left, wasAttached) = (new List<RuleResult>(), new List<string>(), false);
        foreach (var rule in Rules.Where(r => options.Only.Count == 0 || options.Only.Any(only => Begins(r, only))))
        {
            var put = await PutAsync(rule, subject, options, seed, stop);
            results.Add(put.Result);
            left.AddRange(put.Left);
            wasAttached |= put.WasAttached;
            options.Progress?.Report(put.Result);
        }
        if (wasAttached) left.AddRange(await RemoveAsync(subject, options));
        return new ConformanceReport(subject.ToString(), seed, results, left);
    }

    /// <summary>Puts one rule and removes the pool. What they leave behind breaks the rule.</summary>
    /// <exception cref="ArgumentException">There is no rule of that id.</exception>
    public static async Task<RuleResult> CheckAsync(
        string ruleId, ConformanceSubject subject, ConformanceOptions? options = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var rule = Rules.FirstOrDefault(r => r.Id == ruleId) ?? throw new ArgumentException($"There is no rule '{ruleId}'.", nameof(ruleId));
        options ??= new ConformanceOptions();
        var (result, leftByRule, wasAttached) = await PutAsync(rule, subject, options, options.Seed ?? Random.Shared.Next(), stop);
        var left = wasAttached ? [.. leftByRule, .. await RemoveAsync(subject, options)] : leftByRule;
        return result.Verdict != Verdict.Broken && left.Count > 0
            ? result with { Verdict = Verdict.Broken, Evidence = $"left behind: {string.Join(", ", left)}" }
            : result;
    }

    private static bool Begins(ConformanceRule rule, string beginning) => rule.Id.StartsWith(beginning, StringComparison.Ordinal);

    private static async Task<(RuleResult Result, IReadOnlyList<string> Left, bool WasAttached)> PutAsync(
        ConformanceRule rule, ConformanceSubject subject, ConformanceOptions options, int seed, CancellationToken stop)
    {
        var watch = Stopwatch.StartNew();
        var bench = new Bench(subject, options, seed, rule.Id);
        Finding finding;
        try
        {
            finding = await Deadline.RunAsync(async ended =>
            {
                await bench.BeginAsync(ended);
                return await rule.RunAsync(bench);
            }, options.RuleTimeout, options, stop);
        }
        catch (ConformanceException broken)
        {
            finding = new Finding(Verdict.Broken, broken.Message);
            if (broken is DeafDriverException) bench.Abandon();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await EndAsync(bench, options);
            await RemoveAsync(subject, options);
            throw;
        }
        catch (Exception e)
        {
            finding = new Finding(Verdict.Broken, $"{e.GetType().Name} left the driver: {e.Message}");
        }
        var calls = finding.Verdict == Verdict.Broken ? bench.Calls.TakeLast(CallsShown).ToList() : [];
        var (left, problem) = await EndAsync(bench, options);
        if (problem is not null && finding.Verdict != Verdict.Broken) finding = new Finding(Verdict.Broken, problem);
        return (new RuleResult(
            rule, finding.Verdict, bench.Secrets.BlotOut(finding.Evidence), [.. calls.Select(bench.Secrets.BlotOut)], watch.Elapsed), left, bench.WasAttached);
    }

    /// <summary>Takes away what the rule made and closes its store: what is left, and what went wrong with closing.</summary>
    private static async Task<(IReadOnlyList<string> Left, string? Problem)> EndAsync(Bench bench, ConformanceOptions options)
    {
        var left = await SaidAsync("the clean-up", end => bench.CleanUpAsync(end), options);
        var closing = await SaidAsync("closing the pool", async _ =>
        {
            await bench.DisposeAsync();
            return [];
        }, options);
        return (left, closing.Count > 0 ? closing[0] : null);
    }

    /// <summary>What the pool itself made on the storage goes as well; why not, when it does not.</summary>
    private static Task<IReadOnlyList<string>> RemoveAsync(ConformanceSubject subject, ConformanceOptions options) => SaidAsync("removing the pool", async end =>
    {
        await using var store = await subject.OpenAsync(end);
        for (var attempt = 0; ; attempt++)
        {
            await Pause.BeforeAsync(attempt, end);
            var removed = await store.LifeCycle.RemoveAsync(end);
            if (removed.Problem is not { } problem) return [];
            if (attempt == MostRemovals || problem.Recovery != Recovery.RetryWithBackoff) return [$"what the pool made for itself: {problem}"];
        }
    }, options);

    /// <summary>Whatever becomes of the work, it is said and nothing more.</summary>
    private static async Task<IReadOnlyList<string>> SaidAsync(string what, Func<CancellationToken, Task<IReadOnlyList<string>>> work, ConformanceOptions options)
    {
        try
        {
            return await Deadline.RunAsync(work, options.RuleTimeout, options, CancellationToken.None);
        }
        catch (Exception e)
        {
            return [$"{what} {(e is ConformanceException ? e.Message : $"ended with {e.GetType().Name}: {e.Message}")}"];
        }
    }
}
