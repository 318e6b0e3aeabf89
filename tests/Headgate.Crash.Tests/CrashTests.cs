using System.Diagnostics;

namespace Headgate.Crash.Tests;

/// <summary>The short run; <c>eng/crash</c> makes long ones. Their figures are in docs/durability.md.</summary>
public sealed class CrashTests
{
    private const int DefaultRounds = 10;
    private const int AllEvery = 10; // rounds in which each snapshot and clone is read, and not one of each

    [Fact]
    public async Task What_was_acknowledged_survives_kill_9_and_snapshots_never_change()
    {
        var rounds = FromEnvironment("HEADGATE_CRASH_ROUNDS", DefaultRounds);
        var seed = FromEnvironment("HEADGATE_CRASH_SEED", Random.Shared.Next(1, 1_000_000));
        var folder = Directory.CreateTempSubdirectory("hg-crash-").FullName;
        var began = Stopwatch.GetTimestamp();
        try
        {
            using var run = new CrashRun(folder, seed);
            await run.PrepareAsync();
            for (var round = 1; round <= rounds; round++)
            {
                var problem = await run.RoundAsync(checksAll: round % AllEvery == 0 || round == rounds);
                Assert.True(problem is null, $"seed {seed}, round {round}: {problem}");
                if (round % 25 == 0 || round == rounds)
                    Say($"seed {seed}: {round} rounds in {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s, nothing lost or made up; {run}");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Live, for a person who waits for a long run.
    private static void Say(string line)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        if (Environment.GetEnvironmentVariable("HEADGATE_CRASH_ROUNDS") is not null) Console.Error.WriteLine(line);
    }

    private static int FromEnvironment(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), out var given) ? given : otherwise;
}
