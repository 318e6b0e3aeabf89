using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Headgate.Drivers.SharedPool;

/// <summary>The few things asked of a file system that must hold after a power cut, and what it is able to do.</summary>
internal static class FileSystem
{
    private const int BlockUnit = 512; // st_blocks, POSIX
    private const int CopyBytes = 1 << 20;

    /// <summary>As much as the kernel is asked to copy at once: seconds on a slow medium, so that a cancelled copy ends.</summary>
    private const long CopyRangeBytes = 64L << 20;

    /// <summary>Makes renames, links and deletions in the folder durable.</summary>
    public static void SyncFolder(string folder)
    {
        using var handle = Opened(folder, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_CLOEXEC, "open folder");
        if (Libc.Sync(handle) != 0) throw Failed("fsync", folder);
    }

    /// <summary>Gives a whole file its name only when nobody has that name; false when somebody has.</summary>
    public static bool TryLink(string draft, string name)
    {
        if (Libc.Link(draft, name) == 0) return true;
        return Marshal.GetLastPInvokeError() == Libc.EEXIST ? false : throw Failed("link", name);
    }

    /// <summary>
    /// Reserves the bytes, so that writing them later cannot run out of space. The length stays: ext4 that runs out half-way
    /// would leave the file longer than it was.
    /// </summary>
    public static void Reserve(FileStream file, long bytes)
    {
        if (Libc.Allocate(file.SafeFileHandle, Libc.FALLOC_FL_KEEP_SIZE, 0, bytes) == 0) return;
        var failed = Failed("fallocate", file.Name);
        file.SetLength(file.Length); // gives back what was reserved beyond the end
        throw failed;
    }

    /// <summary>True when something is mounted at the folder itself.</summary>
    public static bool IsMountPoint(string folder) => (Stat(folder).Attributes & Libc.STATX_ATTR_MOUNT_ROOT) != 0;

    /// <summary>True when the file that is open is the one that has this name now.</summary>
    public static bool IsAt(SafeFileHandle file, string path)
    {
        if (Libc.StatExtended((int)file.DangerousGetHandle(), "", Libc.AT_EMPTY_PATH, Libc.STATX_INO_BLOCKS, out var open) != 0) throw Failed("statx", path);
        if (Libc.StatExtended(Libc.AT_FDCWD, path, 0, Libc.STATX_INO_BLOCKS, out var named) == 0)
            return (open.Inode, open.DeviceMajor, open.DeviceMinor) == (named.Inode, named.DeviceMajor, named.DeviceMinor);
        return Marshal.GetLastPInvokeError() == Libc.ENOENT ? false : throw Failed("statx", path);
    }

    /// <summary>Bytes on the medium that the file takes, holes not counted.</summary>
    public static long AllocatedBytes(string path) => (long)Stat(path).Blocks * BlockUnit;

    /// <summary>An identity for a folder that has none of its own yet: the same as long as the mount stands.</summary>
    public static string IdentityOf(string folder)
    {
        var stat = Stat(folder);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{stat.DeviceMajor}:{stat.DeviceMinor}:{stat.Inode}:{Path.GetFullPath(folder)}")).AsSpan(0, 16));
    }

    /// <summary>True when files here can be cloned in an instant; null when the file system has no nameless files to try it on.</summary>
    public static bool? CanClone(string folder)
    {
        using var one = Nameless(folder);
        if (one is null) return null;
        using var two = Nameless(folder)!;
        return Libc.IoControl(two, Libc.FICLONE, one.DangerousGetHandle()) == 0;
    }

    /// <summary>Makes <paramref name="target"/> share the blocks of <paramref name="source"/>, in an instant; false when it cannot.</summary>
    public static bool TryClone(SafeFileHandle source, SafeFileHandle target, string path)
    {
        if (Libc.IoControl(target, Libc.FICLONE, source.DangerousGetHandle()) == 0) return true;
        return Marshal.GetLastPInvokeError() is Libc.EOPNOTSUPP or Libc.EINVAL or Libc.EXDEV or Libc.ENOTTY ? false : throw Failed("clone", path);
    }

    /// <summary>Copies what is not a hole: within the file system or the file server where it can, else through this process.</summary>
    public static void Copy(SafeFileHandle source, SafeFileHandle target, CancellationToken stop)
    {
        var length = RandomAccess.GetLength(source);
        var buffer = new byte[CopyBytes];
        var copiesItself = true;
        for (long from = NextData(source, 0, length); from < length; from = NextData(source, from, length))
        {
            var end = Libc.Seek(source, from, Libc.SEEK_HOLE);
            if (end < 0) end = length;
            while (from < end)
            {
                stop.ThrowIfCancellationRequested();
                var moved = copiesItself ? Libc.CopyRange(source, ref from, target, from, Math.Min(CopyRangeBytes, end - from)) : 0;
                copiesItself = moved > 0; // what it cannot do, and what fails, is tried the plain way, which says what is wrong
                if (copiesItself) continue;
                var read = RandomAccess.Read(source, buffer.AsSpan(0, (int)Math.Min(CopyBytes, end - from)), from);
                if (read == 0) return; // cut shorter meanwhile
                RandomAccess.Write(target, buffer.AsSpan(0, read), from);
                from += read;
            }
        }
    }

    private static long NextData(SafeFileHandle file, long from, long length)
    {
        var at = Libc.Seek(file, from, Libc.SEEK_DATA);
        if (at >= 0) return at;
        return Marshal.GetLastPInvokeError() == Libc.ENXIO ? length : from; // ENXIO: only a hole is left; else no holes are known here
    }

    private static Libc.Statx Stat(string path) =>
        Libc.StatExtended(Libc.AT_FDCWD, path, 0, Libc.STATX_INO_BLOCKS, out var stat) == 0 ? stat : throw Failed("statx", path);

    private static SafeFileHandle? Nameless(string folder)
    {
        var descriptor = Libc.Open(folder, Libc.O_TMPFILE | Libc.O_RDWR | Libc.O_CLOEXEC, Libc.Mode600);
        if (descriptor >= 0) return new SafeFileHandle(descriptor, ownsHandle: true);
        return Marshal.GetLastPInvokeError() is Libc.EOPNOTSUPP or Libc.EINVAL or Libc.EISDIR ? null : throw Failed("make a file in", folder);
    }

    private static SafeFileHandle Opened(string path, int flags, string what)
    {
        var descriptor = Libc.Open(path, flags, 0);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Failed(what, path);
    }

    private static IOException Failed(string what, string path)
    {
        var errno = Marshal.GetLastPInvokeError();
        return new IOException($"{what} {path}: {Marshal.GetPInvokeErrorMessage(errno)}", errno);
    }
}
