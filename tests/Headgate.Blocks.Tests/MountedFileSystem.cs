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
    public static MountedFileSystem Xfs()
    {
        var mounted = new MountedFileSystem();
        var image = mounted._scratch.File("xfs.img");
        using (var file = new FileStream(image, FileMode.CreateNew)) file.SetLength(512L << 20);
        mounted.RunOrSkip("mkfs.xfs", $"-q -m reflink=1 {image}");
        mounted.RunOrSkip("mount", $"-o loop {image} {mounted.Folder}");
        return mounted;
    }

    public void Dispose()
    {
        Run("umount", Folder, out _);
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
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
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
