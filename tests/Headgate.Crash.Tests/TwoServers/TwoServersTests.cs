using System.Diagnostics;
using System.Globalization;
using Headgate.Crash.Tests.Everywhere;
using Headgate.Testing.Database;

namespace Headgate.Crash.Tests.TwoServers;

/// <summary>
/// Two servers on one PostgreSQL and many users, while one server after the other is killed, and the database and the node are restarted.
/// <c>eng/two-servers</c> runs it.
/// </summary>
public sealed class TwoServersTests
{
    private const string Seconds = "HEADGATE_TWO_SERVERS_SECONDS";

    /// <summary>Less than the users want, so that placement refuses all the time and overselling would show.</summary>
    private const long CapacityIops = 20_000;

    /// <summary>Takes minutes: <c>eng/two-servers</c> asks for it.</summary>
    [Fact(Explicit = true)]
    public async Task Nothing_is_lost_doubled_or_oversold_while_everything_is_restarted()
    {
        TestDatabase.RequirePostgres();
        var length = TimeSpan.FromSeconds(Number(Seconds, 60));
        var seed = Number("HEADGATE_CRASH_SEED", Random.Shared.Next(1_000_000));
        await using var site = await Site.StartAsync(isPostgres: true, servers: 2, CapacityIops);
        var users = Enumerable.Range(0, Number("HEADGATE_TWO_SERVERS_USERS", 200)).Select(i => new User(site.NewClient(i), $"u{i}", new Random(seed + i))).ToList();
        using var enough = new CancellationTokenSource();
        var work = Task.WhenAll(users.Select(user => user.WorkAsync(enough.Token)));
        var havoc = new Havoc(site, new Random(seed));
        var began = Stopwatch.GetTimestamp();
        var restarts = await havoc.RunAsync(length, work);
        await enough.CancelAsync();
        await work;
        var problems = await HistoryCheck.ProblemsAsync(site, users);
        Console.Error.WriteLine(
            $"seed {seed}: {users.Count} users, {users.Sum(u => u.Answered)} changes answered in {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s, " +
            $"{users.Sum(u => u.History.Count(v => v.Operation is not null))} volumes made and {users.Sum(u => u.History.Count(v => v.Operation is null))} refused, {restarts}; " +
            $"the most that was promised: {havoc.MostPromised} of {CapacityIops} IOPS");
        Assert.True(problems.Count == 0, $"seed {seed}:\n{string.Join('\n', problems.Take(40))}");
        Assert.True(havoc.MostPromised <= CapacityIops, $"seed {seed}: {havoc.MostPromised} IOPS were promised of {CapacityIops}");
    }

    private static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var given) ? given : otherwise;
}
