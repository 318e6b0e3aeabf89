using System.Runtime.InteropServices;

namespace Headgate.Blocks;

/// <summary>
/// A rented piece of memory that direct I/O takes: for accesses that are not aligned, copies and journal records. Dispose
/// gives it back.
/// </summary>
internal unsafe struct AlignedBuffer : IDisposable
{
    /// <summary>The largest piece that is moved at one time, with a block of header or of partial ends.</summary>
    public const int Bytes = (1 << 20) + 2 * FileIo.AlignmentMax;

    private const int KeptMax = 32; // more than there are I/O threads; 32 MiB at most, and only if so many were once in use

    private static readonly Lock Gate = new();
    private static readonly nint[] Kept = new nint[KeptMax];
    private static int _count;

    private nint _start;

    public readonly Span<byte> Span => new((void*)_start, Bytes);

    public static AlignedBuffer Rent()
    {
        lock (Gate)
        {
            if (_count > 0) return new AlignedBuffer { _start = Kept[--_count] };
        }
        return new AlignedBuffer { _start = (nint)NativeMemory.AlignedAlloc(Bytes, FileIo.AlignmentMax) };
    }

    public void Dispose()
    {
        var start = _start;
        _start = 0;
        if (start == 0) return;
        lock (Gate)
        {
            if (_count < KeptMax)
            {
                Kept[_count++] = start;
                return;
            }
        }
        NativeMemory.AlignedFree((void*)start);
    }
}
