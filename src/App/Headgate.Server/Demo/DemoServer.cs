using System.Diagnostics;
using System.Text.Json;
using Headgate.Cli;
using Headgate.Initiator;

namespace Headgate.Server.Demo;

/// <summary>A server for the time of a demonstration: this program in a process of its own, on a folder of its own and free ports.</summary>
internal sealed class DemoServer : IAsyncDisposable
{
    /// <summary>A first start measures its medium and makes sample data: about 4 s on a small machine.</summary>
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly string _folder;

    private DemoServer(Process process, string folder) => (_process, _folder) = (process, folder);

    /// <summary>Starts this program with other arguments; its output is read by the caller.</summary>
    public static Process StartProgram(params IEnumerable<string> args)
    {
        var program = Environment.ProcessPath ?? throw new StartupException("demo-failed", "This program cannot tell where it is, so it cannot start itself again.");
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet") start.ArgumentList.Add(typeof(DemoServer).Assembly.Location);
        foreach (var arg in args) start.ArgumentList.Add(arg);
        start.Environment.Remove(DatabaseChoice.UrlVariable); // a demonstration is never on the real database
        return Process.Start(start) ?? throw new StartupException("demo-failed", $"{program} cannot be started.");
    }

    /// <summary>Starts one below <paramref name="root"/>; it serves when this returns.</summary>
    public static async Task<DemoServer> StartAsync(string root, bool isQosOn, CancellationToken stop)
    {
        var folder = Path.Combine(root, isQosOn ? "qos-on" : "qos-off");
        var process = StartProgram(
            "up", "--data", folder, "--http", "127.0.0.1:0", "--iscsi", "127.0.0.1:0", "--element", "127.0.0.1:0", "--qos", isQosOn ? "on" : "off");
        var server = new DemoServer(process, folder);
        var log = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
            patience.CancelAfter(StartTimeout);
            while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
            {
                if (!line.StartsWith("ready:", StringComparison.Ordinal)) continue;
                _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None); // nobody's pipe shall fill up
                return server;
            }
            throw new StartupException("demo-failed", $"The demonstration's server ended at its start:\n{await log}");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            await server.DisposeAsync();
            throw new StartupException("demo-failed", $"The demonstration's server was not ready within {StartTimeout.TotalSeconds:0} s.");
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>A volume that may take all it can get and is promised <paramref name="min"/>, connected for <paramref name="initiator"/>.</summary>
    public async Task<LunAddress> VolumeAsync(string name, long min, string initiator, CancellationToken stop)
    {
        const string greedy = "200000"; // the highest max there is
        await CliAsync(["volume", "create", "--name", name, "--disk-offering", "custom", "--size", "1GiB", "--min-iops", $"{min}",
            "--max-iops", greedy, "--burst-iops", greedy], stop);
        var connection = await CliAsync(["volume", "connect", name, "--initiator", initiator], stop);
        var chap = connection.GetProperty("chap");
        return new LunAddress(
            connection.GetProperty("portals")[0].GetString()!, connection.GetProperty("iqn").GetString()!, connection.GetProperty("lun").GetInt32(),
            chap.GetProperty("username").GetString()!, chap.GetProperty("secret").GetString()!, initiator);
    }

    /// <summary>Ends it at once: its folder goes with it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<JsonElement> CliAsync(IReadOnlyList<string> args, CancellationToken stop)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var console = new CliConsole
        {
            In = TextReader.Null,
            Out = output,
            Error = error,
            Environment = name => name == "HEADGATE_CONFIG" ? Path.Combine(_folder, "admin.json") : null,
            WorkingFolder = _folder,
        };
        if (await HeadgateCli.RunAsync([.. args, "-o", "json"], console, [], stop) != ExitCode.Done)
            throw new StartupException("demo-failed", $"headgate {string.Join(' ', args)}: {error}");
        using var json = JsonDocument.Parse(output.ToString());
        return json.RootElement.Clone();
    }
}
