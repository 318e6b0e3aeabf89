using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Headgate.Primitives;

namespace Headgate.DiskImages;

/// <summary>
/// The program <c>qemu-img</c>, on files whose header <see cref="Qcow2Header"/> has passed: always with the format named, never
/// probing, in an empty environment, ended with its children when time is up. What is in the image may be made to exhaust a machine,
/// and a server that is killed ends no child: so it has bounds of its own, which the system keeps.
/// </summary>
internal sealed class QemuImg(ImageLimits limits, TimeProvider time)
{
    private const int MostOutputChars = 16 << 10; // a check's report is 500 characters; messages repeat
    private static readonly TimeSpan CheckPause = TimeSpan.FromMilliseconds(500);
    private static readonly string[] Folders = ["/usr/bin", "/usr/local/bin", "/bin", "/usr/sbin"];

    /// <summary>Address space: tables of a disk of 1 TiB are some 100 MiB, threads' stacks and arenas 2 GiB at most; an image can ask for 16 GiB.</summary>
    private static readonly ByteSize Memory = ByteSize.GiB(4);

    /// <summary>Where the program is; null when it is not on this machine.</summary>
    public static string? Find(string program = "qemu-img") => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Where(Path.IsPathFullyQualified).Concat(Folders).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    /// <summary>
    /// Whether every cluster that the image speaks of is in the file: one that is cut off would otherwise read as zeros. Returns how many
    /// clusters of the disk hold data.
    /// </summary>
    public async Task<Outcome<long>> CheckAsync(string qcow2, CancellationToken stop)
    {
        var ran = await RunAsync(["check", "-f", "qcow2", "--output=json", qcow2], static () => null, stop).ConfigureAwait(false);
        if (ran is not Outcome<Ended>.Done { Value: var ended }) return ran.Problem!;
        const int clean = 0, errors = 2, leaks = 3; // exit codes of qemu-img check; leaked clusters lose no data
        if (ended.Exit is clean or leaks) return Clusters(ended.Out) is { } clusters ? clusters : ImageFaults.Corrupt("clusters lie beyond its end.");
        return ended.Exit == errors ? ImageFaults.Corrupt("its cluster tables are wrong.") : ImageFaults.Corrupt(Said(ended, qcow2));
    }

    /// <summary>Unpacks to a sparse raw file; <paramref name="problem"/> is asked twice a second and ends it.</summary>
    public async Task<Outcome<Nothing>> ConvertAsync(string qcow2, string raw, Func<Fault?> problem, CancellationToken stop)
    {
        var ran = await RunAsync(["convert", "-f", "qcow2", "-O", "raw", "-S", "4k", qcow2, raw], problem, stop).ConfigureAwait(false);
        if (ran is not Outcome<Ended>.Done { Value: var ended }) return ran.Problem!;
        return ended.Exit == 0 ? default(Nothing) : ImageFaults.QemuImgFailed("unpack", Said(ended, qcow2));
    }

    private sealed record Ended(int Exit, string Out, string Error);

    private async Task<Outcome<Ended>> RunAsync(string[] args, Func<Fault?> problem, CancellationToken stop)
    {
        if (Find() is not { } program) return ImageFaults.QemuImgMissing();
        if (Find("timeout") is not { } timeout || Find("prlimit") is not { } prlimit) return ImageFaults.BoundsMissing();
        var seconds = (long)limits.Whole.TotalSeconds;
        string[] bounded =
        [
            "-s", "KILL", $"{seconds}", prlimit, $"--as={Memory.Bytes}", $"--fsize={limits.Disk.Bytes}", $"--cpu={seconds}", "--core=0", program, .. args,
        ];
        var start = new ProcessStartInfo(timeout, bounded)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/",
        };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/bin:/bin";
        start.Environment["LC_ALL"] = "C";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var late = new CancellationTokenSource(limits.Whole, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        var (output, error) = (DrainAsync(process.StandardOutput), DrainAsync(process.StandardError));
        Fault? found = null;
        try
        {
            var ended = process.WaitForExitAsync(end.Token);
            while (await Task.WhenAny(ended, Task.Delay(CheckPause, time, end.Token)).ConfigureAwait(false) != ended)
            {
                found = problem();
                if (found is not null) break;
                end.Token.ThrowIfCancellationRequested();
            }
            if (found is null) await ended.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            found = ImageFaults.TooSlow("Unpacking", limits.Whole);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
        return found is not null ? found : new Ended(process.ExitCode, await output.ConfigureAwait(false), await error.ConfigureAwait(false));
    }

    /// <summary>Null when something is wrong; all that there can be when the report does not say.</summary>
    private static long? Clusters(string report)
    {
        try
        {
            using var json = JsonDocument.Parse(report);
            return Count(json, "check-errors", 0) == 0 && Count(json, "corruptions", 0) == 0 ? Count(json, "allocated-clusters", long.MaxValue) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static long Count(JsonDocument report, string member, long unsaid) => report.RootElement.TryGetProperty(member, out var value) ? value.GetInt64() : unsaid;

    /// <summary>Its last line, without paths of this server.</summary>
    private static string Said(Ended ended, string file)
    {
        var line = ended.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? $"it ended with {ended.Exit}.";
        return line.Replace(file, "the image", StringComparison.Ordinal).Replace(Path.GetDirectoryName(file)!, "", StringComparison.Ordinal).TrimEnd('.') + ".";
    }

    /// <summary>All of it is read, so that the program never waits for us; the first part is kept.</summary>
    private static async Task<string> DrainAsync(StreamReader reader)
    {
        var kept = new StringBuilder();
        var buffer = new char[4096];
        for (int read; (read = await reader.ReadAsync(buffer).ConfigureAwait(false)) > 0;)
            if (kept.Length < MostOutputChars) kept.Append(buffer, 0, read);
        return kept.ToString();
    }
}
