using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Headgate.DataMover;

/// <summary>A file or block device on this machine.</summary>
public sealed partial class FileBlocks : IBlocks
{
    private const int SeekEnd = 2;   // <unistd.h>
    private const int DoNotNeed = 4; // POSIX_FADV_DONTNEED, <fcntl.h>

    private readonly SafeFileHandle _file;

    private FileBlocks(SafeFileHandle file, long bytes) => (_file, Bytes) = (file, bytes);

    /// <inheritdoc/>
    public long Bytes { get; }

    /// <summary>One: a file has no blocks.</summary>
    public int BlockBytes => 1;

    /// <summary>Opens what is at <paramref name="path"/>; never makes it.</summary>
    /// <exception cref="IOException">It is not there or cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    public static FileBlocks Open(string path, FileAccess access)
    {
        var file = File.OpenHandle(path, FileMode.Open, access, FileShare.ReadWrite, FileOptions.Asynchronous);
        try
        {
            var bytes = Seek(file, 0, SeekEnd); // the length of a block device too, which fstat says is 0
            return bytes >= 0 ? new FileBlocks(file, bytes) : throw new IOException($"The length of {path} cannot be read (errno {Marshal.GetLastPInvokeError()}).");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task ReadAsync(long offset, Memory<byte> into, CancellationToken stop)
    {
        while (!into.IsEmpty)
        {
            var read = await RandomAccess.ReadAsync(_file, into, offset, stop).ConfigureAwait(false);
            if (read == 0) throw new EndOfStreamException($"The file ends at {offset}, before its length of {Bytes}.");
            (offset, into) = (offset + read, into[read..]);
        }
    }

    /// <inheritdoc/>
    public Task WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken stop) => RandomAccess.WriteAsync(_file, data, offset, stop).AsTask();

    /// <summary>Flushes, and lets go of what the page cache holds of it: what is read back shall come from the medium, or from the NFS server.</summary>
    public Task FlushAsync(CancellationToken stop) => Task.Run(
        () =>
        {
            RandomAccess.FlushToDisk(_file);
            _ = Advise(_file, 0, 0, DoNotNeed); // a wish: where it is not met, the comparison is of the cache
        },
        stop);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _file.Dispose();
        return ValueTask.CompletedTask;
    }

    [LibraryImport("libc", EntryPoint = "lseek64", SetLastError = true)]
    private static partial long Seek(SafeFileHandle file, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "posix_fadvise64")]
    private static partial int Advise(SafeFileHandle file, long offset, long length, int advice);
}
