using System.Diagnostics;

[assembly: AssemblyFixture(typeof(Headgate.Ceph.Tests.RunningCeph))]

namespace Headgate.Ceph.Tests;

/// <summary>
/// One real Ceph cluster for all tests of this run, from eng/ceph-lab. It ends when standard input of the script does, and its
/// daemons with the script, so that nothing stays behind when this process is killed.
/// </summary>
public sealed class RunningCeph : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"hg-ceph-{Guid.NewGuid():N}");
    private Process? _lab;

    /// <summary>Why there is none; null when it runs.</summary>
    public string? Missing { get; private set; }

    /// <summary>For clients, with the admin's keyring.</summary>
    public string ConfFile => Path.Combine(_folder, "ceph.conf");

    /// <summary>The monitors' addresses.</summary>
    public string Monitors { get; private set; } = "";

    /// <summary>Of client.headgate.</summary>
    public string Key { get; private set; } = "";

    /// <summary>Settings of a Ceph pool on it.</summary>
    public Dictionary<string, string> Settings => new()
    {
        ["monitors"] = Monitors, ["key"] = Key, ["pool"] = "rbd",
    };

    public async ValueTask InitializeAsync()
    {
        var lab = new ProcessStartInfo(Path.Combine(Root(), "eng", "ceph-lab"), ["run", _folder])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        _lab = Process.Start(lab)!;
        var errors = _lab.StandardError.ReadToEndAsync();
        if (await _lab.StandardOutput.ReadLineAsync() is not { } line || !line.StartsWith("ready", StringComparison.Ordinal))
        {
            Missing = $"no Ceph cluster here: {(await errors).Trim()}";
            return;
        }
        Key = await File.ReadAllTextAsync(Path.Combine(_folder, "headgate.key"));
        Monitors = (await File.ReadAllLinesAsync(ConfFile)).Single(l => l.StartsWith("mon host = ", StringComparison.Ordinal))["mon host = ".Length..];
    }

    /// <summary>Skips a test where the packages cannot be had.</summary>
    public void Require() => Assert.SkipWhen(Missing is not null, Missing ?? "");

    public async ValueTask DisposeAsync()
    {
        if (_lab is null) return;
        _lab.StandardInput.Close();
        await _lab.WaitForExitAsync();
        _lab.Dispose();
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Headgate.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("These tests run from the repository: they start eng/ceph-lab.");
        return folder;
    }
}
