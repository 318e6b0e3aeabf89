using System.Diagnostics;
using System.Text;

namespace Headgate.Crash.Tests;

/// <summary><c>headgate node</c> as a process of its own on a data folder, for killing.</summary>
internal sealed class NodeProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private NodeProcess(Process process) => _process = process;

    public string Output
    {
        get { lock (_output) return _output.ToString(); }
    }

    /// <summary>Starts one; not yet ready.</summary>
    public static NodeProcess Begin(string data, int iscsiPort, int elementPort)
    {
        var start = new ProcessStartInfo("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "headgate.dll"), "node", "--data", data, "--iscsi", $"127.0.0.1:{iscsiPort}",
            "--element", $"127.0.0.1:{elementPort}", "--capacity-iops", "100000",
        ]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["DOTNET_TieredPGO"] = "0"; // a quicker start
        var node = new NodeProcess(Process.Start(start)!);
        node.Listen();
        return node;
    }

    /// <summary>Returns when it serves.</summary>
    public async Task ReadyAsync()
    {
        try
        {
            await _ready.Task.WaitAsync(Patience.Long, TestContext.Current.CancellationToken);
        }
        catch (Exception failure) when (failure is TimeoutException or InvalidOperationException)
        {
            Kill();
            throw new InvalidOperationException($"headgate node did not start:\n{Output}", failure);
        }
    }

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }

    private void Listen()
    {
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null) _ready.TrySetException(new InvalidOperationException("it has ended"));
            else if (line.Data.StartsWith("ready:", StringComparison.Ordinal)) _ready.TrySetResult();
            Keep(line.Data);
        };
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Keep(string? line)
    {
        lock (_output) _output.AppendLine(line);
    }
}
