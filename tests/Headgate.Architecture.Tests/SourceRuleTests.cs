using System.Text.RegularExpressions;

namespace Headgate.Architecture.Tests;

/// <summary>Rules of STYLE.md that a machine can read.</summary>
public sealed partial class SourceRuleTests
{
    /// <summary>Longer files hold more than one idea. A waiver is a line <c>// file-length: REASON</c> in the file.</summary>
    private const int MostLines = 500;

    [Fact]
    public void No_file_is_longer_than_500_lines_without_a_reason()
    {
        var tooLong = from file in Repository.Files("src", ".cs").Concat(Repository.Files("tests", ".cs"))
                      let lines = File.ReadAllLines(file)
                      where lines.Length > MostLines && !lines.Any(line => FileLengthWaiver().IsMatch(line))
                      select $"{Repository.Relative(file)}: {lines.Length} lines";

        Assert.Empty(tooLong);
    }

    [Fact]
    public void Nothing_in_src_is_left_to_do_later_or_sleeps() =>
        Assert.Empty(LinesWith(Unfinished(), Repository.Files("src", ".cs")));

    [Fact]
    public void No_test_sleeps() =>
        Assert.Empty(LinesWith(Sleep(), Repository.Files("tests", ".cs").Where(file => !file.EndsWith($"{nameof(SourceRuleTests)}.cs", StringComparison.Ordinal))));

    [Fact]
    public void No_file_names_a_folder_of_one_machine_or_the_address_of_a_package_mirror()
    {
        string[] own = ["LICENSE"]; // its text has an address of its own
        var files = Repository.AllFiles().Where(file => IsText(file) && !own.Contains(Path.GetFileName(file)) && !file.EndsWith($"{nameof(SourceRuleTests)}.cs", StringComparison.Ordinal));

        Assert.Empty(LinesWith(OneMachine(), files));
    }

    [Fact]
    public void Log_messages_are_generated_beside_their_type()
    {
        var loose = from file in Repository.Files("src", ".cs")
                    where !file.EndsWith(".Log.cs", StringComparison.Ordinal)
                    from line in File.ReadLines(file)
                    where line.Contains("[LoggerMessage", StringComparison.Ordinal) || LooseLog().IsMatch(line)
                    select $"{Repository.Relative(file)}: {line.Trim()}";

        Assert.Empty(loose);
    }

    private static IEnumerable<string> LinesWith(Regex pattern, IEnumerable<string> files) =>
        from file in files
        from line in File.ReadLines(file).Index()
        where pattern.IsMatch(line.Item)
        select $"{Repository.Relative(file)}:{line.Index + 1}: {line.Item.Trim()}";

    private static bool IsText(string file) =>
        Path.GetExtension(file) is ".cs" or ".csproj" or ".props" or ".md" or ".json" or ".txt" or ".yml" or ".yaml" or ".slnx" or ".sh" or ""
        && Path.GetFileName(file) is not "packages.lock.json";

    [GeneratedRegex(@"^\s*// file-length: \S+")]
    private static partial Regex FileLengthWaiver();

    [GeneratedRegex(@"\bTODO\b|\bFIXME\b|\bHACK\b|NotImplementedException|Thread\.Sleep")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"Thread\.Sleep")]
    private static partial Regex Sleep();

    [GeneratedRegex(@"(?<![\w.$}~])/(work|home|Users|root)/[\w.]|\.\./shared|https?://[^/\s""]*(nuget|artifactory|nexus|proxy|mirror)[^/\s""]*/")]
    private static partial Regex OneMachine();

    [GeneratedRegex(@"\b_?log(ger)?\.Log(Trace|Debug|Information|Warning|Error|Critical)\(", RegexOptions.IgnoreCase)]
    private static partial Regex LooseLog();
}
