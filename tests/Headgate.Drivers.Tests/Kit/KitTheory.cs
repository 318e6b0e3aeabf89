using Headgate.Storage.Conformance;

namespace Headgate.Drivers.Tests;

/// <summary>The kit as xunit theories.</summary>
internal static class Kit
{
    public static TheoryData<string> Rules => [.. ConformanceKit.Rules.Select(rule => rule.Id)];

    /// <summary>Fails with the evidence and the calls when the rule is broken, and is skipped with the reason when it was not asked.</summary>
    public static async Task ObeysAsync(string rule, ConformanceSubject subject)
    {
        var result = await ConformanceKit.CheckAsync(rule, subject, stop: TestContext.Current.CancellationToken);
        Assert.SkipWhen(result.Verdict == Verdict.NotAsked, result.Evidence);
        Assert.True(result.Verdict == Verdict.Kept, $"{result}\n\"{result.Rule.Sentence}\"\n{string.Join('\n', result.Calls)}");
    }
}
