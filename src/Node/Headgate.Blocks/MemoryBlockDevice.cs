namespace Headgate.Blocks;

/// <summary>A block device in memory, for tests: as correct as a file, as fast as a copy, and gone with the process.</summary>
public sealed class MemoryBlockDevice(long lengthBytes) : IBlockDevice
{
    private const int PageBytes = 64 << 10;

    private readonly byte[]?[] _pages = new byte[]?[checked((int)((lengthBytes + PageBytes - 1) / PageBytes))];
    private readonly Lock _lock = new();
    private bool _disposed;

    /// <inheritdoc/>
    public long LengthBytes => lengthBytes;

    /// <inheritdoc/>
    public IoFault Read(long offset, Span<byte> buffer)
    {
        lock (_lock)
        {
            if (_disposed) return IoFault.Gone;
            while (!buffer.IsEmpty)
            {
                var (page, within, piece) = Locate(offset, buffer.Length);
                if (_pages[page] is { } bytes) bytes.AsSpan(within, piece).CopyTo(buffer);
                else buffer[..piece].Clear();
                buffer = buffer[piece..];
                offset += piece;
            }
            return IoFault.None;
        }
    }

    /// <inheritdoc/>
    public IoFault Write(long offset, ReadOnlySpan<byte> buffer, bool durable)
    {
        lock (_lock)
        {
            if (_disposed) return IoFault.Gone;
            while (!buffer.IsEmpty)
            {
                var (page, within, piece) = Locate(offset, buffer.Length);
                buffer[..piece].CopyTo((_pages[page] ??= new byte[PageBytes]).AsSpan(within));
                buffer = buffer[piece..];
                offset += piece;
            }
            return IoFault.None;
        }
    }

    /// <inheritdoc/>
    public int AtomicWriteBytesMax => BlockLimits.AtomicWriteBytesMax;

    /// <inheritdoc/>
    public IoFault WriteAtomic(long offset, ReadOnlySpan<byte> buffer, bool durable) => Write(offset, buffer, durable); // under the lock as a whole

    /// <inheritdoc/>
    public IoFault Flush() => _disposed ? IoFault.Gone : IoFault.None;

    /// <inheritdoc/>
    public IoFault Discard(long offset, long length)
    {
        lock (_lock)
        {
            if (_disposed) return IoFault.Gone;
            while (length > 0)
            {
                var (page, within, piece) = Locate(offset, length);
                if (piece == PageBytes) _pages[page] = null;
                else _pages[page]?.AsSpan(within, piece).Clear();
                length -= piece;
                offset += piece;
            }
            return IoFault.None;
        }
    }

    /// <inheritdoc/>
    public IoFault GetAllocation(long offset, out bool allocated, out long run)
    {
        lock (_lock)
        {
            var page = (int)(offset / PageBytes);
            allocated = _pages[page] is not null;
            var end = page + 1;
            while (end < _pages.Length && _pages[end] is not null == allocated) end++;
            run = Math.Min((long)end * PageBytes, lengthBytes) - offset;
            return _disposed ? IoFault.Gone : IoFault.None;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _disposed = true;

    private static (int Page, int Within, int Piece) Locate(long offset, long length)
    {
        var within = (int)(offset % PageBytes);
        return ((int)(offset / PageBytes), within, (int)Math.Min(length, PageBytes - within));
    }
}
