using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Headgate.Cli;
using Headgate.Initiator;

namespace Headgate.Server.Demo;

/// <summary>What the greedy neighbours do, as their process gets it on standard input.</summary>
internal sealed record NeighborPlan(IReadOnlyList<LunAddress> Luns, int BlockBytes, int ReadPercent, int Depth);

/// <summary>What they got in a second, a line of JSON each on standard output.</summary>
internal sealed record NeighborSample(double Iops, double BytesPerSecond);

/// <summary>
/// The greedy neighbours as a process of their own, so that they do not share threads with the victim. They yield the processor to the
/// node and to the victim: in a data centre they would not share it at all. Ends when standard input does.
/// </summary>
internal static class NeighborLoad
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(CliConsole console, CancellationToken stop)
    {
        using (var self = Process.GetCurrentProcess()) self.PriorityClass = ProcessPriorityClass.BelowNormal;
        var plan = JsonSerializer.Deserialize(await console.In.ReadLineAsync(stop) ?? "", DemoJson.Default.NeighborPlan)!;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var sessions = new List<InitiatorSession>();
        try
        {
            for (var i = 0; i < plan.Luns.Count; i++) sessions.Add(await OpenAsync(plan.Luns[i], stop));
            var loads = sessions.Select((session, i) => new LoadGenerator(session, new LoadPlan
            {
                BlockBytes = plan.BlockBytes, ReadPercent = plan.ReadPercent, Depth = plan.Depth, SpanBytes = NoisyNeighbor.SpanBytes, Seed = i + 2,
            })).ToList();
            var running = loads.Select(load => load.RunAsync(ended.Token)).ToList();
            var told = TellAsync(console, loads, plan.BlockBytes, ended.Token);
            await Task.WhenAny([.. running, Task.Run(console.In.ReadToEnd, stop)]); // a console reads in the caller's thread
            await ended.CancelAsync();
            await Task.WhenAll([.. running, told]);
        }
        finally
        {
            foreach (var session in sessions) await session.DisposeAsync();
        }
    }

    /// <summary>Logs in, or says why not.</summary>
    public static async Task<InitiatorSession> OpenAsync(LunAddress lun, CancellationToken stop)
    {
        var login = await InitiatorSession.LoginAsync(lun, 1, stop);
        return login.Session ?? throw new StartupException("demo-failed", $"The login to {lun} was refused ({login.Class:x2}/{login.Detail:x2}).");
    }

    private static async Task TellAsync(CliConsole console, IReadOnlyList<LoadGenerator> loads, int blockBytes, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Pace);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                var iops = loads.Sum(load => load.Take().Iops);
                await console.Out.WriteLineAsync(JsonSerializer.Serialize(new NeighborSample(iops, iops * blockBytes), DemoJson.Default.NeighborSample));
                await console.Out.FlushAsync(stop);
            }
        }
        catch (OperationCanceledException)
        {
            // the load is over
        }
    }
}

/// <summary>The two messages between the demonstration and its neighbours.</summary>
[JsonSerializable(typeof(NeighborPlan))]
[JsonSerializable(typeof(NeighborSample))]
internal sealed partial class DemoJson : JsonSerializerContext;
