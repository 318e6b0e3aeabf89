using System.Text.Json;
using Headgate.Cli.Drivers;

namespace Headgate.Cli.Tests;

/// <summary><c>headgate driver</c>: what is passed on to the examination, and how its report is told.</summary>
public sealed class DriverTests
{
    private static readonly DriverRule Kept = new("volume.create.once", "One volume is made.", "kept", "one", [], 1);
    private static readonly DriverRule NotAsked = new("snapshot.is-kept", "A snapshot is kept.", "notAsked", "declares no snapshots", [], 0);
    private static readonly DriverRule Broken = new("volume.delete.gone", "Done means gone.", "broken", "still listed", ["Delete(k) -> Done", "List() -> 1"], 7);

    [Fact]
    public async Task A_driver_that_keeps_its_rules_ends_with_0_and_a_line_for_each()
    {
        using var run = With(out _, Kept, NotAsked);

        var result = await run.RunAsync("driver", "verify", "Acme");

        Assert.Equal((0, ""), (result.Exit, result.Error));
        Assert.Contains("kept      volume.create.once: One volume is made.", result.Out, StringComparison.Ordinal);
        Assert.Contains("not asked snapshot.is-kept: A snapshot is kept.", result.Out, StringComparison.Ordinal);
        Assert.Contains("declares no snapshots", result.Out, StringComparison.Ordinal);
        Assert.Contains("Acme 1.0: 1 kept, 0 broken, 1 not asked, 0 left behind; seed 7", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_rule_ends_with_1_and_says_what_was_seen_and_which_calls_led_there()
    {
        using var run = With(out _, Kept, Broken);

        var result = await run.RunAsync("driver", "verify", "Acme");

        Assert.Equal(1, result.Exit);
        Assert.Contains("still listed", result.Out, StringComparison.Ordinal);
        Assert.Contains("List() -> 1", result.Out, StringComparison.Ordinal);
        Assert.StartsWith("headgate: driver-breaks-contract: Acme 1.0 broke 1 rule(s)", result.Error, StringComparison.Ordinal);
        Assert.Contains("--seed 7", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_examination_that_proved_nothing_ends_with_1_and_says_so()
    {
        using var run = With(out _, NotAsked);

        var result = await run.RunAsync("driver", "verify", "Acme");

        Assert.Equal(1, result.Exit);
        Assert.StartsWith("headgate: nothing-proven: None of 1 rule(s) could be put to Acme 1.0", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_gets_one_document_and_the_same_exit_code()
    {
        using var run = With(out _, Broken);

        var result = await run.RunAsync("driver", "verify", "Acme", "-o", "json");

        Assert.Equal(1, result.Exit);
        using var report = JsonDocument.Parse(result.Out);
        Assert.False(report.RootElement.GetProperty("passed").GetBoolean());
        Assert.Equal("broken", report.RootElement.GetProperty("rules")[0].GetProperty("verdict").GetString());
    }

    [Fact]
    public async Task Settings_secrets_folder_rules_and_seed_reach_the_examination_and_no_secret_is_shown()
    {
        using var run = With(out var examiner, Kept);
        run.Write("pw.txt", "hunter2\n");

        var result = await run.RunAsync(
            "driver", "verify", "Acme", "--plugin", "out", "--setting", "endpoint=e", "--secret", "password=pw.txt", "--rule", "volume,access.grant", "--seed", "42", "--shared");

        Assert.Equal(0, result.Exit);
        var asked = examiner.Asked!;
        Assert.Equal(("Acme", Path.Combine(run.Folder, "out"), 42), (asked.Provider, asked.PluginFolder, asked.Seed));
        Assert.Equal(["volume", "access.grant"], asked.Rules);
        Assert.True(asked.IsShared);
        Assert.Equal(("e", "hunter2"), (asked.Settings["endpoint"], asked.Settings["password"]));
        Assert.DoesNotContain("hunter2", result.Out + result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_setting_given_as_a_secret_too_is_refused()
    {
        using var run = With(out _, Kept);
        run.Write("pw.txt", "x");

        Assert.Equal(2, (await run.RunAsync("driver", "verify", "Acme", "--setting", "p=1", "--secret", "p=pw.txt")).Exit);
    }

    private static CliRun With(out Examiner examiner, params DriverRule[] rules)
    {
        examiner = new Examiner(rules);
        var run = new CliRun();
        run.Further.Add(DriverCommands.Noun(examiner));
        return run;
    }

    /// <summary>Stands for the kit, which has its own tests: answers with what it was given.</summary>
    private sealed class Examiner(IReadOnlyList<DriverRule> rules) : IDriverExaminer
    {
        public DriverExamination? Asked { get; private set; }

        public IReadOnlyList<DriverRule> Rules => rules;

        public Task<DriverReport> ExamineAsync(DriverExamination asked, IProgress<DriverRule> ended, CancellationToken stop)
        {
            Asked = asked;
            foreach (var rule in rules) ended.Report(rule);
            int Count(string verdict) => rules.Count(rule => rule.Verdict == verdict);
            return Task.FromResult(new DriverReport(
                asked.Provider, "1.0", Count("broken") == 0 && Count("kept") > 0, 7, Count("kept"), Count("broken"), Count("notAsked"), [], rules));
        }
    }
}
