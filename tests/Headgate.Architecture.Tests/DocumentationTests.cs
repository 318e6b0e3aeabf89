using System.Text.RegularExpressions;
using Headgate.Cli;
using Headgate.Server;

namespace Headgate.Architecture.Tests;

/// <summary>What the documents say is there, is there.</summary>
public sealed partial class DocumentationTests
{
    private static IEnumerable<string> Documents => Repository.AllFiles().Where(file => file.EndsWith(".md", StringComparison.Ordinal));

    [Fact]
    public void Every_link_in_a_document_leads_somewhere()
    {
        var broken = from document in Documents
                     from Match link in Link().Matches(WithoutCode(File.ReadAllText(document)))
                     let target = link.Groups[1].Value
                     where !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal)
                     where !Resolves(document, target)
                     select $"{Repository.Relative(document)}: {target}";

        Assert.Empty(broken);
    }

    [Fact]
    public void Every_command_line_in_a_document_is_understood()
    {
        var wrong = from document in Documents
                    from line in CommandLines(File.ReadAllText(document))
                    from problem in HeadgateCli.Misunderstood(line, ServerCommands.All())
                    select $"{Repository.Relative(document)}: {line}: {problem}";

        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_command_named_in_a_sentence_exists()
    {
        var known = HeadgateCli.CommandPaths(ServerCommands.All()).ToHashSet();
        var unknown = from document in Documents
                      from Match named in Named().Matches(File.ReadAllText(document))
                      let path = named.Groups[1].Value.Trim()
                      where !known.Contains(path) && !known.Contains(path.Split(' ')[0] + " " + path.Split(' ').ElementAtOrDefault(1))
                      where !(known.Contains(path.Split(' ')[0]) && !known.Any(command => command.StartsWith(path.Split(' ')[0] + " ", StringComparison.Ordinal)))
                      select $"{Repository.Relative(document)}: headgate {path}";

        Assert.Empty(unknown);
    }

    [Fact]
    public void The_documents_have_command_lines_to_check() =>
        Assert.True(Documents.Sum(document => CommandLines(File.ReadAllText(document)).Count()) >= 10);

    [Fact]
    public void The_licence_is_apache_2_and_every_project_says_so()
    {
        var licence = File.ReadAllText(Path.Combine(Repository.Root, "LICENSE"));

        Assert.Contains("Apache License", licence, StringComparison.Ordinal);
        Assert.Contains("Version 2.0, January 2004", licence, StringComparison.Ordinal);
        Assert.Contains("<PackageLicenseExpression>Apache-2.0<", File.ReadAllText(Path.Combine(Repository.Root, "Directory.Build.props")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("ARCHITECTURE.md")]
    [InlineData("STYLE.md")]
    [InlineData("CHANGELOG.md")]
    [InlineData("CONTRIBUTING.md")]
    [InlineData("docs/README.md")]
    public void The_documents_that_one_looks_for_first_are_there(string path) =>
        Assert.True(File.Exists(Path.Combine(Repository.Root, path)), path);

    [Theory]
    [InlineData("run")]
    [InlineData("test")]
    [InlineData("headgate")]
    [InlineData(".ci/run")]
    [InlineData("eng/build-app")]
    [InlineData("eng/pack-sdk")]
    [InlineData("eng/driver-template-check")]
    public void The_scripts_can_be_executed_and_stop_at_the_first_error(string path)
    {
        var file = Path.Combine(Repository.Root, path);

        Assert.True(File.GetUnixFileMode(file).HasFlag(UnixFileMode.UserExecute), path);
        Assert.Contains("set -euo pipefail", File.ReadAllText(file), StringComparison.Ordinal);
    }

    /// <summary>The template builds against the packages that this checkout packs, and its test runs on the same xUnit.</summary>
    [Fact]
    public void The_driver_template_is_of_the_products_version()
    {
        var version = Regex.Match(File.ReadAllText(Path.Combine(Repository.Root, "Directory.Build.props")), "<Version>(.*)</Version>").Groups[1].Value;
        var xunit = Regex.Match(File.ReadAllText(Path.Combine(Repository.Root, "Directory.Packages.props")), "\"xunit.v3\" Version=\"(.*?)\"").Groups[1].Value;
        var template = Path.Combine(Repository.Root, "samples", "driver-template");

        Assert.Contains($"\"defaultValue\": \"{version}\"", File.ReadAllText(Path.Combine(template, ".template.config", "template.json")), StringComparison.Ordinal);
        Assert.Contains($"\"xunit.v3\" Version=\"{xunit}\"", File.ReadAllText(Path.Combine(template, "tests", "Acme.Storage.Tests.csproj")), StringComparison.Ordinal);
    }

    /// <summary>Every step that <c>eng/driver-template-check</c> follows is in the guide, and the other way round.</summary>
    [Fact]
    public void The_guide_for_driver_authors_and_its_check_have_the_same_steps()
    {
        var guide = File.ReadAllText(Path.Combine(Repository.Root, "docs", "drivers", "write-a-driver.md"));
        var check = File.ReadAllText(Path.Combine(Repository.Root, "eng", "driver-template-check"));
        var followed = Regex.Matches(check, "^run_step ([a-z-]+)$|commands_of (server)", RegexOptions.Multiline).Select(step => step.Groups[1].Value + step.Groups[2].Value);

        Assert.Equal(followed, Regex.Matches(guide, "^<!-- step: ([a-z-]+) -->\n```sh", RegexOptions.Multiline).Select(step => step.Groups[1].Value));
        Assert.Equal(Regex.Count(guide, "```sh\n"), Regex.Count(guide, "<!-- step: ")); // no command that is not tried
    }

    [Fact]
    public void The_architecture_names_every_project_of_src()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "ARCHITECTURE.md"));

        Assert.All(Repository.Sources, project => Assert.Contains(project.Name, text, StringComparison.Ordinal));
    }

    private static bool Resolves(string document, string target)
    {
        var path = target.Split('#')[0];
        if (path.Length == 0) return true; // an anchor of the same document
        var full = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(document)!, Uri.UnescapeDataString(path)));
        return full.StartsWith(Repository.Root, StringComparison.Ordinal) && (File.Exists(full) || Directory.Exists(full));
    }

    /// <summary>Lines of shell blocks that begin with <c>headgate</c> or <c>./headgate</c>, up to a pipe or redirection.</summary>
    private static IEnumerable<string> CommandLines(string markdown) =>
        from Match block in ShellBlock().Matches(markdown)
        from line in block.Groups[1].Value.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n')
        let start = CommandStart().Match(line)
        where start.Success
        let command = CommandEnd().Split(line[start.Length..])[0].Trim()
        select "headgate " + command;

    private static string WithoutCode(string markdown) => InlineCode().Replace(AnyBlock().Replace(markdown, ""), "");

    [GeneratedRegex(@"\[[^\]]*\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"```(?:sh|bash|console)\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ShellBlock();

    [GeneratedRegex(@"```.*?```", RegexOptions.Singleline)]
    private static partial Regex AnyBlock();

    [GeneratedRegex(@"`[^`\n]*`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"^\s*(?:\$ )?(?:[a-z]+=\$\()?(?:\./)?headgate ")]
    private static partial Regex CommandStart();

    [GeneratedRegex(@"\s+[|>&]|\s+#|\)$|;")]
    private static partial Regex CommandEnd();

    [GeneratedRegex(@"`(?:\./)?headgate ([a-z][a-z-]*(?: [a-z][a-z-]*)?)")]
    private static partial Regex Named();
}
