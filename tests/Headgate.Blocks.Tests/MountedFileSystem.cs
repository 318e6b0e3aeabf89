using System.Diagnostics;

namespace Headgate.Blocks.Tests;

/// <summary>A file system mounted for one test. Needs root and mount(8); the test is skipped, with the reason, where they lack.</summary>
internal sealed class MountedFileSystem : IDisposable
{
    private readonly Scratch _scratch = new();

    private MountedFileSystem() => Folder = Directory.CreateDirectory(_scratch.File("mnt")).FullName;

    public string Folder { get; }

    public static MountedFileSystem Tmpfs(int mebibytes)
    {
        var mounted = new MountedFileSystem();
        mounted.RunOrSkip("mount", $"-t tmpfs -o size={mebibytes}m tmpfs {mounted.Folder}");
        return mounted;
    }

    /// <summary>XFS with shared extents, on a loop device over a sparse file.</summary>
    public static MountedFileSystem Xfs() => OnLoop("mkfs.xfs", "-q -m reflink=1", 512);

    /// <summary>A file system of a kind on a loop device over a sparse file, as small as its tools make it.</summary>
    /// <param name="kind">ext4, xfs or btrfs.</param>
    /// <param name="backing">The folder of the backing file; null: one of its own.</param>
    public static MountedFileSystem Small(string kind, string? backing = null) => kind switch
    {
        "ext4" => OnLoop("mkfs.ext4", "-q -F", 64, backing),
        "xfs" => OnLoop("mkfs.xfs", "-q -m reflink=1", 320, backing), // xfsprogs refuse less than 300 MiB
        "btrfs" => OnLoop("mkfs.btrfs", "-q", 128, backing),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "ext4, xfs or btrfs"),
    };

    /// <summary>The file under the loop device.</summary>
    public string Image { get; private set; } = "";

    private static MountedFileSystem OnLoop(string make, string options, int mebibytes, string? backing = null)
    {
        var mounted = new MountedFileSystem();
        mounted.Image = backing is null ? mounted._scratch.File("disk.img") : Path.Combine(backing, "disk.img");
        using (var file = new FileStream(mounted.Image, FileMode.CreateNew)) file.SetLength((long)mebibytes << 20);
        mounted.RunOrSkip(make, $"{options} {mounted.Image}");
        mounted.RunOrSkip("mount", $"-o loop {mounted.Image} {mounted.Folder}");
        return mounted;
    }

    public void Dispose()
    {
        // Lazily: for the moment between fork and exec, a process that another test starts has our closed files open.
        Run("umount", $"--lazy {Folder}", out _);
        _scratch.Dispose();
    }

    private void RunOrSkip(string program, string arguments)
    {
        var reason = Environment.IsPrivilegedProcess
            ? Run(program, arguments, out var error) ? null : $"{program} failed: {error}"
            : "mounting a file system needs root";
        if (reason is null) return;
        _scratch.Dispose();
        Assert.Skip(reason);
    }

    private static bool Run(string program, string arguments, out string error)
    {
        try
        {
            var path = new[] { "/usr/sbin", "/sbin" }.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists) ?? program;
            using var process = Process.Start(new ProcessStartInfo(path, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            error = missing.Message;
            return false;
        }
    }
}
