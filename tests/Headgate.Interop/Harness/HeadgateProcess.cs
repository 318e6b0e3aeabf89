using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Headgate.Interop.Harness;

/// <summary><c>headgate up</c> as a process of its own on a data folder, and the CLI beside it as a person has it.</summary>
internal sealed partial class HeadgateProcess : IAsyncDisposable
{
    private const int SignalTerminate = 15;

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _log = new();
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HeadgateProcess(Process process, string data, Ports ports) => (_process, Data, Ports) = (process, data, ports);

    public string Data { get; }

    public Ports Ports { get; }

    /// <summary>What it printed and logged so far.</summary>
    public string Output
    {
        get { lock (_output) return _output + "\n" + _log; }
    }

    /// <summary>Starts it and waits for its <c>ready:</c> line.</summary>
    public static async Task<HeadgateProcess> StartAsync(string data, Ports ports, params string[] more)
    {
        var start = Program();
        foreach (var arg in Arguments(data, ports, more)) start.ArgumentList.Add(arg);
        var up = new HeadgateProcess(Process.Start(start)!, data, ports);
        up.Listen();
        var first = await Task.WhenAny(up._ready.Task, Task.Delay(Patience.Long, TestContext.Current.CancellationToken));
        if (first == up._ready.Task && up._ready.Task.IsCompletedSuccessfully) return up;
        await up.DisposeAsync();
        throw new InvalidOperationException($"headgate up was not ready within {Patience.Long}:\n{up.Output}");
    }

    /// <summary>Runs <c>headgate up</c> where it is expected to refuse.</summary>
    public static Task<ToolResult> ExpectRefusalAsync(string data, Ports ports, params string[] more)
    {
        var program = Program();
        return Tool.RunAsync(program.FileName, [.. program.ArgumentList, .. Arguments(data, ports, more)], Patience.Long);
    }

    /// <summary>Runs the CLI with this server's admin key.</summary>
    public Task<ToolResult> CliAsync(params string[] args) => CliAsAsync(Path.Combine(Data, "admin.json"), args);

    /// <summary>Runs the CLI with another configuration.</summary>
    public static Task<ToolResult> CliAsAsync(string config, params string[] args)
    {
        var program = Program();
        return Tool.RunAsync(program.FileName, [.. program.ArgumentList, .. args], Patience.Long, environment: new Dictionary<string, string> { ["HEADGATE_CONFIG"] = config });
    }

    /// <summary>Runs the CLI, requires that it did what it was asked, and reads its JSON.</summary>
    public async Task<JsonElement> CliJsonAsync(params string[] args)
    {
        var result = await CliAsync([.. args, "-o", "json"]);
        Assert.True(result.Exit == 0, $"headgate {string.Join(' ', args)}: {result}\n{Output}");
        using var json = JsonDocument.Parse(result.Out);
        return json.RootElement.Clone();
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, then the exit code.</summary>
    public async Task<int> StopAsync()
    {
        Assert.Equal(0, SendSignal(_process.Id, SignalTerminate));
        using var timeout = new CancellationTokenSource(Patience.Long);
        await _process.WaitForExitAsync(timeout.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            try
            {
                await StopAsync();
            }
            catch (OperationCanceledException)
            {
                await KillAsync();
            }
        }
        _process.Dispose();
    }

    private void Listen()
    {
        _process.OutputDataReceived += (_, line) =>
        {
            lock (_output) _output.AppendLine(line.Data);
            if (line.Data is null) _ready.TrySetException(new InvalidOperationException("ended"));
            else if (line.Data.StartsWith("ready:", StringComparison.Ordinal)) _ready.TrySetResult(line.Data);
        };
        _process.ErrorDataReceived += (_, line) => { lock (_output) _log.AppendLine(line.Data); };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private static string[] Arguments(string data, Ports ports, string[] more) =>
    [
        "up", "--data", data, "--http", $"127.0.0.1:{ports.Http}", "--iscsi", $"127.0.0.1:{ports.Iscsi}",
        "--element", $"127.0.0.1:{ports.Element}", .. more,
    ];

    private static ProcessStartInfo Program() =>
        new("dotnet", [Path.Combine(AppContext.BaseDirectory, "headgate.dll")]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);
}
