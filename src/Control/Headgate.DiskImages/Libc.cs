using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Headgate.DiskImages;

/// <summary>What .NET has no call for: a folder's entries on the disk, and what a sparse file takes there.</summary>
internal static partial class Libc
{
    private const int ReadOnly = 0, CloseOnExec = 0x80000;

    // statx(2): AT_FDCWD, STATX_BLOCKS, struct statx and its stx_blocks, which counts 512 bytes each.
    private const int CurrentFolder = -100, StatxBytes = 256, StatxBlocksAt = 48, StatxBlock = 512;
    private const uint StatxBlocks = 0x400;

    /// <summary>Makes a rename in <paramref name="folder"/> outlast a loss of power.</summary>
    /// <exception cref="IOException">It could not.</exception>
    public static void SyncFolder(string folder)
    {
        using var handle = new SafeFileHandle(Open(folder, ReadOnly | CloseOnExec, 0), ownsHandle: true);
        if (handle.IsInvalid || Sync(handle) != 0) throw new IOException($"Folder {folder} could not be flushed (errno {Marshal.GetLastPInvokeError()}).");
    }

    /// <summary>What a file takes on its disk, holes left out; 0 when it is not there.</summary>
    public static long StoredBytes(string path)
    {
        Span<byte> answer = stackalloc byte[StatxBytes];
        return Statx(CurrentFolder, path, 0, StatxBlocks, ref MemoryMarshal.GetReference(answer)) == 0
            ? BitConverter.ToInt64(answer[StatxBlocksAt..]) * StatxBlock
            : 0;
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, ref byte answer);

    [LibraryImport("libc", EntryPoint = "open64", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(SafeFileHandle file);
}
