using System.Runtime.InteropServices;
using Headgate.Blocks;
using Microsoft.Win32.SafeHandles;

namespace Headgate.Bench;

/// <summary>A file past the page cache, and nothing else: what a volume does on the medium without what the store adds.</summary>
internal sealed partial class DirectFile : IBlockDevice
{
    private const int O_RDWR = 2;
    private const int O_DIRECT = 0x4000;
    private readonly SafeFileHandle _file;

    public DirectFile(string path)
    {
        var descriptor = Open(path, O_RDWR | O_DIRECT);
        if (descriptor < 0) throw new IOException($"{path} cannot be opened past the page cache (errno {Marshal.GetLastPInvokeError()}).");
        _file = new SafeFileHandle(descriptor, ownsHandle: true);
        LengthBytes = RandomAccess.GetLength(_file);
    }

    public long LengthBytes { get; }

    public IoFault Read(long offset, Span<byte> buffer) =>
        RandomAccess.Read(_file, buffer, offset) == buffer.Length ? IoFault.None : IoFault.ReadFailed;

    public IoFault Write(long offset, ReadOnlySpan<byte> buffer, bool durable)
    {
        RandomAccess.Write(_file, buffer, offset);
        return IoFault.None;
    }

    public IoFault Flush() => IoFault.None;

    public IoFault Discard(long offset, long length) => IoFault.None;

    public IoFault GetAllocation(long offset, out bool allocated, out long run)
    {
        (allocated, run) = (true, LengthBytes - offset);
        return IoFault.None;
    }

    public void Dispose() => _file.Dispose();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);
}
