using System.Diagnostics;
using System.Text;

namespace Headgate.Interop.Harness;

/// <summary>What a program ended with.</summary>
internal sealed record ToolResult(int Exit, string Out, string Error)
{
    public override string ToString() => $"exit {Exit}\n{Out}\n{Error}";
}

/// <summary>Runs real clients as processes.</summary>
internal static class Tool
{
    private static readonly string[] Folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), "/usr/sbin", "/sbin"];

    /// <summary>The program's path; skips the test when it is not on this machine.</summary>
    public static string Require(string name, string debianPackage)
    {
        var path = Folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(path is null, $"{name} is not on this machine (apt-get install {debianPackage})");
        return path!;
    }

    /// <summary>Skips the test when QEMU's tools lack their iSCSI driver.</summary>
    public static void RequireQemuIscsi()
    {
        string[] folders = ["/usr/lib", "/usr/local/lib"];
        var found = folders.Where(Directory.Exists).Any(folder =>
            Directory.EnumerateFiles(folder, "block-iscsi.so", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3, IgnoreInaccessible = true }).Any());
        Assert.SkipUnless(found, "QEMU's iSCSI block driver is not on this machine (apt-get install qemu-block-extra)");
    }

    public static Task<ToolResult> RunAsync(
        string program, IEnumerable<string> args, TimeSpan timeout, IDictionary<string, string>? environment = null) =>
        RunAsync(program, args, timeout, onText: null, environment, CancellationToken.None);

    /// <summary>Runs a program that would go on, and ends it when it has done what it was started for.</summary>
    public static Task<ToolResult> RunUntilAsync(
        string program, IEnumerable<string> args, TimeSpan timeout, Action<string> onText, CancellationToken enough) =>
        RunAsync(program, args, timeout, onText, environment: null, enough);

    private static async Task<ToolResult> RunAsync(
        string program, IEnumerable<string> args, TimeSpan timeout, Action<string>? onText, IDictionary<string, string>? environment,
        CancellationToken enough)
    {
        var start = new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken, enough);
        stop.CancelAfter(timeout);
        var output = DrainAsync(process.StandardOutput, onText);
        var error = DrainAsync(process.StandardError, null);
        try
        {
            await process.WaitForExitAsync(stop.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            if (enough.IsCancellationRequested) return new ToolResult(0, await output, await error);
            throw new TimeoutException($"{program} {string.Join(' ', args)} did not end within {timeout}:\n{await output}\n{await error}");
        }
        return new ToolResult(process.ExitCode, await output, await error);
    }

    private static async Task<string> DrainAsync(StreamReader reader, Action<string>? onText)
    {
        var all = new StringBuilder();
        var buffer = new char[4096];
        int read;
        while ((read = await reader.ReadAsync(buffer)) > 0)
        {
            all.Append(buffer, 0, read);
            onText?.Invoke(new string(buffer, 0, read));
        }
        return all.ToString();
    }
}
