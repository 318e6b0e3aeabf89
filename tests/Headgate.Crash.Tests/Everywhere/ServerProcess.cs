using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Headgate.Crash.Tests.Everywhere;

/// <summary>A management server as a process of its own: the shipped program, with the kill switch put in by the runtime.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;
    private readonly string _socket;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(Process process, string socket) => (_process, _socket) = (process, socket);

    public string Output
    {
        get { lock (_output) return _output.ToString(); }
    }

    public bool HasExited => _process.HasExited;

    /// <summary>Completes when the process is gone.</summary>
    public Task ExitedAsync() => _process.WaitForExitAsync(TestContext.Current.CancellationToken);

    /// <summary>Starts one; not yet ready.</summary>
    public static ServerProcess Begin(string data, int port, IEnumerable<string> further)
    {
        var program = Environment.GetEnvironmentVariable("HEADGATE_CRASH_PROGRAM");
        string[] args = ["server", "--data", data, "--http", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"), .. further];
        var start = program is null
            ? new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "headgate.dll"), .. args])
            : new ProcessStartInfo(program, args);
        (start.RedirectStandardOutput, start.RedirectStandardError, start.RedirectStandardInput) = (true, true, true);
        var socket = Path.Combine(Path.GetDirectoryName(data)!, $"{Path.GetFileName(data)}.sock");
        start.Environment["DOTNET_STARTUP_HOOKS"] = Path.Combine(AppContext.BaseDirectory, "Headgate.Crash.Hook.dll");
        start.Environment["HEADGATE_CRASH_CONTROL"] = socket;
        start.Environment["DOTNET_TieredPGO"] = "0"; // a quicker start
        var server = new ServerProcess(Process.Start(start)!, socket);
        server.Listen();
        return server;
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
            throw new InvalidOperationException($"headgate server did not start:\n{Output}", failure);
        }
    }

    /// <summary>Has it die at the <paramref name="point"/>-th point from now on (0: never); says how many were passed since the arming before. Null: it is dead.</summary>
    public async Task<int?> ArmAsync(int point)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socket));
            await socket.SendAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"arm {point}\n")));
            var answer = new byte[32];
            var read = await socket.ReceiveAsync(answer);
            return read == 0 ? null : int.Parse(Encoding.ASCII.GetString(answer, 0, read), CultureInfo.InvariantCulture);
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>Where it died; null when it did not by the switch.</summary>
    public string? DiedAt() => File.Exists(_socket + ".died") ? File.ReadAllText(_socket + ".died") : null;

    /// <summary>Before the next start on the same folder.</summary>
    public void ForgetDeath() => File.Delete(_socket + ".died");

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        Kill();
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
