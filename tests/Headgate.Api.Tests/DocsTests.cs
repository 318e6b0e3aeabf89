using Headgate.Api.Problems;

namespace Headgate.Api.Tests;

/// <summary>docs/api.md says what the code does.</summary>
public sealed class DocsTests
{
    [Fact]
    public void Every_listed_code_stands_in_the_row_of_its_status()
    {
        var rows = File.ReadLines(Path.Combine(Root(), "docs", "api.md"))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && char.IsAsciiDigit(line[2])).ToList();
        Assert.NotEmpty(rows);
        foreach (var (code, status) in ProblemTable.Listed)
        {
            var row = Assert.Single(rows, r => r.Contains($"`{code}`", StringComparison.Ordinal));
            Assert.True(row[..row.IndexOf('|', 2)].Contains($"{status}", StringComparison.Ordinal), $"{code} is {status}, docs say {row[..10]}");
        }
        foreach (var (ending, status) in ProblemTable.Endings)
            Assert.Contains(rows, r => r.StartsWith($"| {status}", StringComparison.Ordinal) && r.Contains($"`{ending}`", StringComparison.Ordinal));
    }

    internal static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Headgate.slnx"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run within the repository.");
    }
}
