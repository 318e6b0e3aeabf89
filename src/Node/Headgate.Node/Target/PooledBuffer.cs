using System.Runtime.InteropServices;

namespace Headgate.Node.Target;

/// <summary>
/// A rented piece of pinned memory that begins on a 4096-byte boundary, which is what direct I/O takes without a copy
/// whatever the medium. The default value is none.
/// </summary>
internal readonly record struct PooledBuffer
{
    /// <summary>What its address is a multiple of: the largest logical block of a disk.</summary>
    public const int Alignment = 4096;

    private readonly byte[]? _array;
    private readonly int _start;

    private PooledBuffer(byte[] array, int start, int length) => (_array, _start, Length) = (array, start, length);

    /// <summary>Bytes: those of its size class.</summary>
    public int Length { get; }

    public Memory<byte> Memory => _array.AsMemory(_start, Length);

    public ReadOnlySpan<byte> Span => _array.AsSpan(_start, Length);

    /// <summary>Makes as many buffers of a size as fit in a slab that costs one boundary's worth of slack for all.</summary>
    /// <param name="bytes">Of each: a multiple of <see cref="Alignment"/>.</param>
    /// <param name="count">How many.</param>
    /// <param name="into">Gets them; has room.</param>
    public static void MakeSlab(int bytes, int count, Span<PooledBuffer> into)
    {
        var array = GC.AllocateUninitializedArray<byte>(bytes * count + Alignment, pinned: true);
        var slack = (int)(-Marshal.UnsafeAddrOfPinnedArrayElement(array, 0) & (Alignment - 1));
        for (var i = 0; i < count; i++) into[i] = new PooledBuffer(array, slack + i * bytes, bytes);
    }
}
