using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Headgate.Blocks.Native;

/// <summary>
/// The Linux calls that .NET has no method for. 64-bit <c>off_t</c> and numbers that are the same on x86-64 and arm64.
/// Each returns -1 and leaves errno in <see cref="Marshal.GetLastPInvokeError"/> when it fails.
/// </summary>
internal static partial class Libc
{
    public const int EINTR = 4, EIO = 5, EINVAL = 22, EXDEV = 18, ENOSPC = 28, ENOSYS = 38, ENXIO = 6, ENOTTY = 25;
    public const int EOPNOTSUPP = 95, EDQUOT = 122;

    public const int SEEK_DATA = 3, SEEK_HOLE = 4;
    public const int FALLOC_FL_KEEP_SIZE = 1, FALLOC_FL_PUNCH_HOLE = 2;
    public const int RWF_DSYNC = 2;
    public const uint FICLONE = 0x40049409; // _IOW(0x94, 9, int)
    public const int O_RDONLY = 0, O_RDWR = 2, O_CREAT = 0x40, O_EXCL = 0x80, O_CLOEXEC = 0x80000;
    public const int FileMode644 = 0x1A4; // rw-r--r--, before the umask
    public const int EFD_CLOEXEC = 0x80000, EFD_NONBLOCK = 0x800;
    public const short POLLIN = 1;
    public const int FUTEX_WAIT_PRIVATE = 128, FUTEX_WAKE_PRIVATE = 129; // FUTEX_WAIT and FUTEX_WAKE within one process
    public const int AT_EMPTY_PATH = 0x1000;
    public const uint STATX_BLOCKS = 0x400, STATX_DIOALIGN = 0x2000;

    /// <summary>The one flag here that is not the same everywhere: asm-generic's, but arm64 keeps that of 32-bit ARM.</summary>
    public static readonly int O_DIRECT = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x10000 : 0x4000;

    /// <summary>futex has no function in libc; its number is in syscall_64.tbl and asm-generic/unistd.h.</summary>
    private static readonly nint FutexNumber = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 202 : 98;

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct IoVec
    {
        public byte* Base;
        public nuint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct PollFd
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    /// <summary>The part of <c>struct statx</c> that we read; the kernel fills 256 bytes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct Statx
    {
        [FieldOffset(0)] public uint Mask;
        [FieldOffset(48)] public ulong Blocks;
        [FieldOffset(152)] public uint DirectMemoryAlignment;
        [FieldOffset(156)] public uint DirectOffsetAlignment;
    }

    [LibraryImport("libc", EntryPoint = "lseek64", SetLastError = true)]
    internal static partial long Seek(SafeFileHandle file, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "fallocate64", SetLastError = true)]
    internal static partial int Allocate(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    internal static partial int DataSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    internal static partial int Sync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "pwritev64v2", SetLastError = true)]
    internal static unsafe partial nint WriteVector(SafeFileHandle file, IoVec* vectors, int count, long offset, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int IoControl(SafeFileHandle target, nuint request, nint source);

    [LibraryImport("libc", EntryPoint = "copy_file_range", SetLastError = true)]
    internal static partial nint CopyFileRange(
        SafeFileHandle source, ref long sourceOffset, SafeFileHandle target, ref long targetOffset, nuint length, uint flags);

    [LibraryImport("libc", EntryPoint = "open64", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, int flags, int mode = 0);

    [LibraryImport("libc", EntryPoint = "pread64", SetLastError = true)]
    internal static unsafe partial nint ReadAt(SafeFileHandle file, byte* buffer, nuint length, long offset);

    [LibraryImport("libc", EntryPoint = "pwrite64", SetLastError = true)]
    internal static unsafe partial nint WriteAt(SafeFileHandle file, byte* buffer, nuint length, long offset);

    [LibraryImport("libc", EntryPoint = "ftruncate64", SetLastError = true)]
    internal static partial int Truncate(SafeFileHandle file, long length);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int StatExtended(SafeFileHandle directory, string path, int flags, uint mask, out Statx result);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    internal static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "ppoll", SetLastError = true)]
    internal static unsafe partial int Poll(PollFd* descriptors, nuint count, TimeSpec* timeout, nint signalMask);

    /// <summary>Sleeps while the word has that value; may return for no reason.</summary>
    internal static unsafe void FutexWait(int* word, int value) => _ = Futex(FutexNumber, word, FUTEX_WAIT_PRIVATE, value, 0, 0, 0);

    /// <summary>Wakes one that sleeps at the word.</summary>
    internal static unsafe void FutexWake(int* word) => _ = Futex(FutexNumber, word, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static unsafe partial nint Futex(nint number, int* word, nint operation, nint value, nint timeout, nint secondWord, nint thirdValue);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    internal static unsafe partial nint Read(int descriptor, void* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    internal static unsafe partial nint Write(int descriptor, void* buffer, nuint length);
}
