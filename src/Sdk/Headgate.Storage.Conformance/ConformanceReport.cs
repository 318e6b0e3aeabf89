using System.Globalization;
using System.Text;

namespace Headgate.Storage.Conformance;

/// <summary>What became of a rule.</summary>
public enum Verdict
{
    /// <summary>It was put to the driver, and the driver kept it.</summary>
    Kept,

    /// <summary>The driver broke it.</summary>
    Broken,

    /// <summary>It could not be put to this driver; the evidence says why.</summary>
    NotAsked,
}

/// <summary>One rule and what became of it.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Verdict">What became of it.</param>
/// <param name="Evidence">What was seen; for a broken rule what was wanted as well. No secrets.</param>
/// <param name="Calls">The driver's last calls before a broken rule broke, oldest first; empty otherwise. No secrets.</param>
/// <param name="Took">How long it took.</param>
public sealed record RuleResult(ConformanceRule Rule, Verdict Verdict, string Evidence, IReadOnlyList<string> Calls, TimeSpan Took)
{
    /// <summary>The rule's id.</summary>
    public string Id => Rule.Id;

    /// <inheritdoc/>
    public override string ToString() => $"{Verdict,-8} {Id}: {Evidence}";
}

/// <summary>What an examination found.</summary>
/// <param name="Subject">Provider and version.</param>
/// <param name="Seed">Where chance began; the same seed repeats the same keys, orders and moments.</param>
/// <param name="Results">One for each rule, in the order of their ids.</param>
/// <param name="LeftBehind">What the driver did not take away again although it was told to: handles and keys.</param>
public sealed record ConformanceReport(string Subject, int Seed, IReadOnlyList<RuleResult> Results, IReadOnlyList<string> LeftBehind)
{
    /// <summary>True when at least one rule was kept, none was broken, and nothing was left behind.</summary>
    public bool Passed => LeftBehind.Count == 0 && Count(Verdict.Broken) == 0 && Count(Verdict.Kept) > 0;

    /// <summary>How many rules got that verdict.</summary>
    public int Count(Verdict verdict) => Results.Count(r => r.Verdict == verdict);

    /// <summary>For people: a line per rule, for a broken one with its sentence and the calls that led there.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var result in Results)
        {
            text.AppendLine(result.ToString());
            if (result.Verdict != Verdict.Broken) continue;
            text.AppendLine(CultureInfo.InvariantCulture, $"         \"{result.Rule.Sentence}\"");
            foreach (var call in result.Calls) text.AppendLine(CultureInfo.InvariantCulture, $"         {call}");
        }
        foreach (var left in LeftBehind) text.AppendLine(CultureInfo.InvariantCulture, $"Left behind: {left}");
        text.AppendLine(CultureInfo.InvariantCulture,
            $"{Subject}: {Count(Verdict.Kept)} kept, {Count(Verdict.Broken)} broken, {Count(Verdict.NotAsked)} not asked, {LeftBehind.Count} left behind; seed {Seed}.");
        return text.ToString();
    }
}
