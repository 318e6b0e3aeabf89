using System.Diagnostics;
using System.Globalization;
using Headgate.Testing.Database;

namespace Headgate.Crash.Tests.Everywhere;

/// <summary>A few points of the sweep; <c>eng/crash-everywhere</c> takes all of them.</summary>
public sealed class EverywhereTests
{
    /// <summary>The same points each time, so that a failure here is a change that was made; HEADGATE_CRASH_SEED for others.</summary>
    private const int UsualSeed = 1;

    /// <summary>The points of one kind lie below this: an operation of five steps has about as many.</summary>
    private const int LatestPoint = 30;

    [Fact]
    public Task A_server_that_is_killed_at_some_point_of_a_change_brings_it_to_its_end_at_its_next_start() => FewAsync(isPostgres: false, points: 2);

    [Fact]
    public Task A_server_that_is_killed_at_some_point_of_a_change_is_taken_over_from_by_another()
    {
        TestDatabase.RequirePostgres();
        return FewAsync(isPostgres: true, points: 1);
    }

    /// <summary>Takes many minutes: <c>eng/crash-everywhere</c> asks for it.</summary>
    [Fact(Explicit = true)]
    public async Task Killed_at_every_point_of_every_change()
    {
        var kinds = Environment.GetEnvironmentVariable("HEADGATE_SWEEP_KINDS") ?? "all";
        var isPostgres = Environment.GetEnvironmentVariable("HEADGATE_SWEEP_DATABASE") == "postgres";
        if (isPostgres) TestDatabase.RequirePostgres();
        var wanted = Slice(kinds == "all" ? Scenario.All : [.. kinds.Split(',').Select(Find)]);
        var began = Stopwatch.GetTimestamp();
        await using var site = await Site.StartAsync(isPostgres, isPostgres ? 2 : 1);
        var sweep = new Sweep(site, Console.Error.WriteLine);
        foreach (var scenario in wanted)
        {
            var problem = await sweep.AllAsync(scenario);
            Assert.True(problem is null, problem);
        }
        Console.Error.WriteLine($"{sweep.Killed} kills of {wanted.Count} kinds on {(isPostgres ? "PostgreSQL" : "SQLite")} in {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s: nothing lost, doubled, orphaned or stuck");
    }

    /// <summary><c>2/5</c>: every fifth, from the second on.</summary>
    private static IReadOnlyList<Scenario> Slice(IReadOnlyList<Scenario> all)
    {
        if (Environment.GetEnvironmentVariable("HEADGATE_SWEEP_SLICE") is not { Length: > 0 } slice) return all;
        var (which, of) = slice.Split('/') is [var i, var n] ? (int.Parse(i, CultureInfo.InvariantCulture), int.Parse(n, CultureInfo.InvariantCulture)) : throw new FormatException(slice);
        return [.. all.Where((_, index) => index % of == which - 1)];
    }

    private static Scenario Find(string name) =>
        Scenario.All.FirstOrDefault(s => s.Name == name) ?? throw new ArgumentException($"There is no kind '{name}'; there are {string.Join(", ", Scenario.All.Select(s => s.Name))}.");

    private static async Task FewAsync(bool isPostgres, int points)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("HEADGATE_CRASH_SEED"), CultureInfo.InvariantCulture, out var given) ? given : UsualSeed;
        var random = new Random(seed);
        await using var site = await Site.StartAsync(isPostgres, isPostgres ? 2 : 1);
        var sweep = new Sweep(site, _ => { });
        for (var i = 0; i < points; i++)
        {
            var scenario = Scenario.All[random.Next(Scenario.All.Count)];
            var (_, problem) = await sweep.PointAsync(scenario, random.Next(1, LatestPoint));
            Assert.True(problem is null, $"seed {seed}: {problem}");
        }
    }
}
