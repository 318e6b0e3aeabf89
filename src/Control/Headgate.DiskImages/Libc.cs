using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Headgate.DiskImages;

/// <summary>A folder's entries on the disk: .NET opens no folders.</summary>
internal static partial class Libc
{
    private const int ReadOnly = 0, CloseOnExec = 0x80000;

    /// <summary>Makes a rename in <paramref name="folder"/> outlast a loss of power.</summary>
    /// <exception cref="IOException">It could not.</exception>
    public static void SyncFolder(string folder)
    {
        using var handle = new SafeFileHandle(Open(folder, ReadOnly | CloseOnExec, 0), ownsHandle: true);
        if (handle.IsInvalid || Sync(handle) != 0) throw new IOException($"Folder {folder} could not be flushed (errno {Marshal.GetLastPInvokeError()}).");
    }

    [LibraryImport("libc", EntryPoint = "open64", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(SafeFileHandle file);
}
