using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Headgate.Drivers.SharedPool;

/// <summary>
/// The Linux calls that .NET has no method for. 64-bit <c>off_t</c> and numbers that are the same on x86-64 and arm64.
/// Each returns -1 and leaves errno in <see cref="Marshal.GetLastPInvokeError"/> when it fails.
/// </summary>
internal static partial class Libc
{
    public const int ENOENT = 2, EIO = 5, ENXIO = 6, EEXIST = 17, EXDEV = 18, EISDIR = 21, EINVAL = 22, ENOTTY = 25, EFBIG = 27, ENOSPC = 28, EROFS = 30;
    public const int EOPNOTSUPP = 95, ENOTCONN = 107, ETIMEDOUT = 110, ESTALE = 116, EDQUOT = 122;
    public const int SEEK_DATA = 3, SEEK_HOLE = 4;
    public const int FALLOC_FL_KEEP_SIZE = 1;
    public const uint FICLONE = 0x40049409; // _IOW(0x94, 9, int)
    public const int O_RDONLY = 0, O_RDWR = 2, O_CLOEXEC = 0x80000;
    public const uint STATX_INO_BLOCKS = 0x100 | 0x400;
    public const int AT_FDCWD = -100, AT_EMPTY_PATH = 0x1000;
    public const int Mode600 = 0x180; // rw-------

    /// <summary>__O_TMPFILE with O_DIRECTORY, which is 0x10000 in asm-generic and 0x4000 on arm64.</summary>
    public static readonly int O_TMPFILE = 0x400000 | O_DIRECTORY;

    public static int O_DIRECTORY => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;

    /// <summary>The part of <c>struct statx</c> that we read; the kernel fills 256 bytes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct Statx
    {
        [FieldOffset(8)] public ulong Attributes;
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(48)] public ulong Blocks; // of 512 bytes each, whatever the file system's own size
        [FieldOffset(136)] public uint DeviceMajor;
        [FieldOffset(140)] public uint DeviceMinor;
    }

    /// <summary>stx_attributes: something is mounted here (Linux 5.8).</summary>
    public const ulong STATX_ATTR_MOUNT_ROOT = 0x2000;

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Link(string existing, string name);

    [LibraryImport("libc", EntryPoint = "open64", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    internal static partial int Sync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fallocate64", SetLastError = true)]
    internal static partial int Allocate(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int IoControl(SafeFileHandle target, nuint request, nint source);

    [LibraryImport("libc", EntryPoint = "lseek64", SetLastError = true)]
    internal static partial long Seek(SafeFileHandle file, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int StatExtended(int directory, string path, int flags, uint mask, out Statx result);

    /// <summary>Copies bytes to the same place of another file and moves <paramref name="at"/> on by what it returns.</summary>
    internal static long CopyRange(SafeFileHandle source, ref long at, SafeFileHandle target, long targetAt, long length) =>
        CopyFileRange(source, ref at, target, ref targetAt, (nuint)length, 0);

    [LibraryImport("libc", EntryPoint = "copy_file_range", SetLastError = true)]
    private static partial nint CopyFileRange(SafeFileHandle source, ref long sourceAt, SafeFileHandle target, ref long targetAt, nuint length, uint flags);
}
