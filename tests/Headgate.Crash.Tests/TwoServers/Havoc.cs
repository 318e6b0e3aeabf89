using System.Diagnostics;
using Headgate.Crash.Tests.Everywhere;
using Headgate.Testing.Database;

namespace Headgate.Crash.Tests.TwoServers;

/// <summary>Kills and restarts, and looks at the ledger between.</summary>
internal sealed class Havoc(Site site, Random random)
{
    /// <summary>Between a server that serves again and the next death.</summary>
    private static readonly TimeSpan Peace = TimeSpan.FromSeconds(2);

    /// <summary>The highest that the pool's promises were seen at.</summary>
    public long MostPromised { get; private set; }

    /// <summary>For <paramref name="length"/>, or until the work fails; says what was done.</summary>
    public async Task<string> RunAsync(TimeSpan length, Task work)
    {
        var began = Stopwatch.GetTimestamp();
        var (kills, database, node) = (0, false, false);
        while (Stopwatch.GetElapsedTime(began) is var passed && passed < length && !work.IsCompleted)
        {
            await Task.WhenAny(work, Task.Delay(Peace, TestContext.Current.CancellationToken));
            await LookAsync();
            if (!database && passed > length / 3)
            {
                await (await PostgresServer.GetAsync()).RestartAsync();
                database = true;
            }
            if (!node && passed > length * 2 / 3)
            {
                await site.RestartNodeAsync();
                node = true;
            }
            var victim = random.Next(site.Servers);
            site.Server(victim).Kill();
            kills++;
            await site.StartServerAsync(victim);
        }
        return $"{kills} kills of a server, {(database ? "one restart" : "no restart")} of the database, {(node ? "one kill" : "no kill")} of the node";
    }

    private async Task LookAsync()
    {
        var pool = await site.Api.GetAsync("/api/v1/pools/san1");
        MostPromised = Math.Max(MostPromised, pool.GetProperty("reservedIops").GetInt64());
    }
}
