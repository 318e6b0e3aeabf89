using System.Runtime.InteropServices;
using Headgate.Node.Target;

namespace Headgate.Node.Tests.Target;

public sealed class BufferPoolTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(5000)]
    [InlineData(64 << 10)]
    [InlineData(1 << 20)]
    public void Every_buffer_begins_on_a_page_and_has_its_bytes_for_itself(int bytes)
    {
        var pool = new BufferPool();
        var rented = Enumerable.Range(0, 40).Select(_ => pool.Rent(bytes)).ToList();
        var starts = rented.Select(buffer =>
        {
            Assert.Equal(BufferPool.SizeOf(bytes), buffer.Length);
            Assert.True(MemoryMarshal.TryGetArray<byte>(buffer.Memory, out var segment));
            return Marshal.UnsafeAddrOfPinnedArrayElement(segment.Array!, segment.Offset);
        }).Order().ToList();
        Assert.All(starts, start => Assert.Equal(0, start % PooledBuffer.Alignment));
        for (var i = 1; i < starts.Count; i++) Assert.True(starts[i] - starts[i - 1] >= rented[0].Length);
        foreach (var buffer in rented) pool.Return(buffer);
        Assert.Contains(pool.Rent(bytes), rented); // kept, and handed out again
    }
}
