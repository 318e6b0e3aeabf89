using System.Diagnostics;
using System.Text.Json;
using Headgate.Cli;
using Headgate.Initiator;

namespace Headgate.Server.Demo;

/// <summary>What <c>headgate demo noisy-neighbor</c> was asked for.</summary>
internal sealed record NoisyNeighborOptions(int SecondsPerPhase, int Neighbors, int BlockBytes, bool AreReads, string PlotPath);

/// <summary>
/// A volume with a minimum and its greedy neighbours, over real iSCSI, on servers of the demonstration's own: alone, with QoS off,
/// with QoS on. The victim asks for its minimum on a schedule; the neighbours for all they can get.
/// </summary>
internal sealed class NoisyNeighbor(NoisyNeighborOptions options)
{
    /// <summary>IOPS that the victim is promised and asks for.</summary>
    public const int VictimIops = 1000;

    /// <summary>Bytes of each volume that are used: filled in a moment, and the same in each phase.</summary>
    public const long SpanBytes = 64 << 20;

    /// <summary>I/Os that each neighbour keeps in flight.</summary>
    public const int NeighborDepth = 64;

    private const int VictimDepth = 128;
    private const string VictimInitiator = "iqn.2026-01.org.headgate:victim";
    private const string NeighborInitiator = "iqn.2026-01.org.headgate:neighbor";

    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(2);

    public async Task RunAsync(CliConsole console, CancellationToken stop)
    {
        var root = Directory.CreateTempSubdirectory("headgate-demo-").FullName;
        using var screen = new DemoScreen(options, console);
        try
        {
            await RunInAsync(root, screen, stop);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private async Task RunInAsync(string root, DemoScreen screen, CancellationToken stop)
    {
        screen.Say("starting two storage nodes in a temporary folder, one with QoS and one without ...");
        var starting = new[] { DemoServer.StartAsync(root, isQosOn: true, stop), DemoServer.StartAsync(root, isQosOn: false, stop) };
        try
        {
            await Task.WhenAll(starting);
            screen.Say($"creating a victim with min {VictimIops} and {options.Neighbors} neighbours without a limit on each, filling them ...");
            var on = await DemoSite.PrepareAsync(await starting[0], options, stop);
            await using var closeOn = on;
            var off = await DemoSite.PrepareAsync(await starting[1], options, stop);
            await using var closeOff = off;

            var phases = new[] { new DemoPhase("alone", "the victim alone"), new DemoPhase("QoS off", "neighbours, QoS off"), new DemoPhase("QoS on", "neighbours, QoS on") };
            await MeasureAsync(screen, phases, phases[0], on, isNoisy: false, stop);
            await MeasureAsync(screen, phases, phases[1], off, isNoisy: true, stop);
            await MeasureAsync(screen, phases, phases[2], on, isNoisy: true, stop);
            await File.WriteAllTextAsync(options.PlotPath, DemoPlot.Svg(phases, options), stop);
            screen.Conclude(phases);
        }
        finally
        {
            foreach (var server in starting)
            {
                if (server.IsCompletedSuccessfully) await (await server).DisposeAsync();
            }
        }
    }

    private async Task MeasureAsync(DemoScreen screen, IReadOnlyList<DemoPhase> all, DemoPhase phase, DemoSite site, bool isNoisy, CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var victim = new LoadGenerator(site.Victim, new LoadPlan { Depth = VictimDepth, RatePerSecond = VictimIops, SpanBytes = SpanBytes });
        using var neighbors = isNoisy ? await StartNeighborsAsync(site) : null;
        var latest = new double[1];
        var listening = neighbors is null ? Task.CompletedTask : ListenAsync(neighbors, latest);
        var running = victim.RunAsync(ended.Token);
        try
        {
            await Task.Delay(Settle, stop); // the first seconds of a load are not the load
            victim.Take();
            using var timer = new PeriodicTimer(Pace);
            for (var left = options.SecondsPerPhase; left > 0 && await timer.WaitForNextTickAsync(stop); left--)
            {
                phase.Note(victim.Take(), Volatile.Read(ref latest[0]));
                screen.Show(all, phase, left - 1);
                if (running.IsCompleted) await running; // it failed: say why
                if (neighbors is { HasExited: true })
                    throw new StartupException("demo-failed", $"The neighbours have ended: {await neighbors.StandardError.ReadToEndAsync(stop)}");
            }
        }
        finally
        {
            await ended.CancelAsync();
            if (neighbors is { HasExited: false }) neighbors.Kill();
        }
        await running;
        await listening;
    }

    private async Task<Process> StartNeighborsAsync(DemoSite site)
    {
        var process = DemoServer.StartProgram("demo", DemoCommands.NeighborsVerb);
        var plan = new NeighborPlan(site.Neighbors, options.BlockBytes, options.AreReads ? 100 : 0, NeighborDepth);
        await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(plan, DemoJson.Default.NeighborPlan));
        await process.StandardInput.FlushAsync();
        return process;
    }

    private static async Task ListenAsync(Process neighbors, double[] latest)
    {
        while (await neighbors.StandardOutput.ReadLineAsync() is { } line)
            Volatile.Write(ref latest[0], JsonSerializer.Deserialize(line, DemoJson.Default.NeighborSample)!.BytesPerSecond);
    }

    /// <summary>The volumes on one of the servers: the victim's session, and where the neighbours are.</summary>
    private sealed record DemoSite(InitiatorSession Victim, IReadOnlyList<LunAddress> Neighbors) : IAsyncDisposable
    {
        public static async Task<DemoSite> PrepareAsync(DemoServer server, NoisyNeighborOptions options, CancellationToken stop)
        {
            var neighbors = new List<LunAddress>();
            for (var i = 1; i <= options.Neighbors; i++)
            {
                neighbors.Add(await server.VolumeAsync($"neighbor{i}", min: 0, NeighborInitiator, stop));
                await using var session = await NeighborLoad.OpenAsync(neighbors[^1], stop);
                await FillAsync(session, stop);
            }
            var victim = await NeighborLoad.OpenAsync(await server.VolumeAsync("victim", VictimIops, VictimInitiator, stop), stop);
            await FillAsync(victim, stop);
            return new DemoSite(victim, neighbors);
        }

        public ValueTask DisposeAsync() => Victim.DisposeAsync();

        private static Task FillAsync(InitiatorSession session, CancellationToken stop) =>
            new LoadGenerator(session, new LoadPlan { SpanBytes = SpanBytes }).FillAsync(stop);
    }
}
