using Headgate.Drivers.SharedPool;
using Headgate.Primitives;
using Headgate.Storage.Conformance;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Tests.SharedPool;

/// <summary>A shared pool on a folder of its own, opened; attached by <see cref="StartAsync"/>.</summary>
internal sealed class FolderFixture : IAsyncDisposable
{
    private readonly string? _made;

    public FolderFixture(string? folder = null, params (string Name, string Value)[] settings)
    {
        folder ??= _made = Directory.CreateTempSubdirectory("hg-drivers-").FullName;
        Folder = folder;
        var given = new Dictionary<string, string> { ["path"] = folder };
        foreach (var (name, value) in settings) given[name] = value;
        Subject = new ConformanceSubject(Provider, given) { MakeForeignVolume = MakeForeignAsync };
        Store = Open();
    }

    public static SharedPoolProvider Provider { get; } = new();

    public string Folder { get; }

    public ConformanceSubject Subject { get; }

    public IPrimaryDataStore Store { get; }

    public IPrimaryDataStoreDriver Driver => Store.Driver;

    public static async Task<FolderFixture> StartAsync(string? folder = null, params (string Name, string Value)[] settings)
    {
        var fixture = new FolderFixture(folder, settings);
        (await fixture.Store.LifeCycle.AttachAsync(PoolScope.Zone, CancellationToken.None)).ValueOrThrow();
        return fixture;
    }

    public IPrimaryDataStore Open() =>
        Provider.OpenAsync(new PoolSettings(Subject.PoolId, Provider.Settings, Subject.Settings), CancellationToken.None)
            .AsTask().GetAwaiter().GetResult().ValueOrThrow(); // opening never waits: it does not touch the folder

    public string[] Files(string pattern = "*") => [.. Directory.EnumerateFiles(Folder, pattern).Select(Path.GetFileName).Order(StringComparer.Ordinal)!];

    public ValueTask DisposeAsync()
    {
        if (_made is not null) Directory.Delete(_made, recursive: true);
        return Store.DisposeAsync();
    }

    private ValueTask<ForeignVolume> MakeForeignAsync(CancellationToken stop)
    {
        var name = $"by hand {Guid.NewGuid():N}.qcow2";
        File.WriteAllBytes(Path.Combine(Folder, name), new byte[1 << 20]);
        return ValueTask.FromResult(new ForeignVolume(new VolumeHandle("file:" + name), _ =>
        {
            File.Delete(Path.Combine(Folder, name));
            return ValueTask.CompletedTask;
        }));
    }
}

/// <summary>A file system in a file, mounted for the tests of a class; null where this user may not mount.</summary>
public abstract class MountedImage(string format) : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hg-drivers-").FullName;

    /// <summary>Enough for XFS, whose smallest is 300 MB; the file is sparse.</summary>
    private const long Bytes = 320L << 20;

    private string Image => Path.Combine(_folder, "image");

    public string? MountPoint { get; private set; }

    public async ValueTask InitializeAsync()
    {
        await using (var image = File.Create(Image)) image.SetLength(Bytes);
        var target = Path.Combine(_folder, "mount");
        Directory.CreateDirectory(target);
        if (await RunAsync($"mkfs.{format}", "-q", Image) && await MountAsync(target)) MountPoint = target;
    }

    public Task<bool> MountAsync(string target, params string[] options) => RunAsync("mount", ["-o", string.Join(',', ["loop", .. options]), Image, target]);

    /// <summary>Lazily: for the moment between fork and exec, a process that another test starts has our closed files open.</summary>
    public static Task<bool> UnmountAsync(string target) => RunAsync("umount", "--lazy", target);

    public async ValueTask DisposeAsync()
    {
        if (MountPoint is not null) await UnmountAsync(MountPoint);
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    internal static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        try
        {
            using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["PATH"] = "/usr/sbin:/sbin:/usr/bin:/bin" },
            })!;
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            await Task.WhenAll(output, errors);
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // not installed
        }
    }
}

/// <summary>ext4, which cannot share blocks.</summary>
public sealed class Ext4Image() : MountedImage("ext4");

/// <summary>XFS, which can.</summary>
public sealed class XfsImage() : MountedImage("xfs");
