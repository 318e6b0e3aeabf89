using Headgate.Storage.Conformance;
using Xunit;

namespace Acme.Storage.Tests;

/// <summary>Every rule of the SDK's contract, put to the driver on a directory of its own.</summary>
public sealed class ConformanceTests
{
    public static TheoryData<string> Rules => [.. ConformanceKit.Rules.Select(rule => rule.Id)];

    [Theory, MemberData(nameof(Rules))]
    public async Task Keeps(string rule)
    {
        var directory = Directory.CreateTempSubdirectory("conformance-");
        try
        {
            var subject = new ConformanceSubject(new DirectoryProvider(), new Dictionary<string, string> { ["directory"] = directory.FullName });
            var result = await ConformanceKit.CheckAsync(rule, subject, stop: TestContext.Current.CancellationToken);
            Assert.SkipWhen(result.Verdict is Verdict.NotAsked, result.Evidence);
            Assert.True(result.Verdict is Verdict.Kept, $"{result.Rule.Sentence}: {result.Evidence}\n{string.Join('\n', result.Calls)}");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
