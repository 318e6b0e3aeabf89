using System.Numerics;

namespace Headgate.Node.Target;

/// <summary>
/// Pinned, page-aligned buffers by size class, each class a power of two. Renting in steady state allocates nothing and
/// takes one short lock of its class. A buffer's bytes are what the last user left: overwrite before you send.
/// </summary>
internal sealed class BufferPool
{
    /// <summary>Smallest class: one 4 KiB I/O, the size that QoS counts in.</summary>
    public const int SmallestBytes = 4096;

    /// <summary>Largest class, and so the longest data of one command: MAXIMUM TRANSFER LENGTH is well below.</summary>
    public const int LargestBytes = 64 << 20;

    /// <summary>What each class keeps at most: enough for a full window of a few sessions, 32 MiB, and never none.</summary>
    private const int KeptBytesPerClass = 32 << 20;

    /// <summary>Small buffers are made so many bytes at a time, so that aligning them costs 1/16 and not as much again.</summary>
    private const int SlabBytes = 64 << 10;

    private readonly SizeClass[] _classes =
    [
        .. Enumerable.Range(0, BitOperations.Log2(LargestBytes / SmallestBytes) + 1).Select(i => new SizeClass(SmallestBytes << i)),
    ];

    /// <summary>A buffer of at least <paramref name="bytes"/> bytes, up to <see cref="LargestBytes"/>.</summary>
    public PooledBuffer Rent(int bytes) => _classes[ClassOf(bytes)].Rent();

    /// <summary>Gives it back; once only.</summary>
    public void Return(PooledBuffer buffer) => _classes[ClassOf(buffer.Length)].Return(buffer);

    /// <summary>The length of the buffer that <see cref="Rent"/> gives for so many bytes: that of their class.</summary>
    public static int SizeOf(int bytes) => SmallestBytes << ClassOf(bytes);

    private static int ClassOf(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, LargestBytes);
        return bytes <= SmallestBytes ? 0 : BitOperations.Log2((uint)(bytes - 1) / SmallestBytes) + 1;
    }

    private sealed class SizeClass(int bytes)
    {
        private readonly Lock _gate = new();
        private readonly PooledBuffer[] _kept = new PooledBuffer[Math.Max(1, KeptBytesPerClass / bytes)];
        private int _count;

        public PooledBuffer Rent()
        {
            lock (_gate)
            {
                if (_count == 0)
                {
                    _count = Math.Max(1, SlabBytes / bytes);
                    PooledBuffer.MakeSlab(bytes, _count, _kept);
                }
                var rented = _kept[--_count];
                _kept[_count] = default;
                return rented;
            }
        }

        public void Return(PooledBuffer buffer)
        {
            lock (_gate)
            {
                if (_count < _kept.Length) _kept[_count++] = buffer;
            }
        }
    }
}
