using CsCheck;

namespace Headgate.Qos.Tests;

public sealed class VolumeHeapTests
{
    [Fact]
    public void The_least_key_is_on_top_whatever_is_put_in_moved_or_taken_out() => Gen.ULong.Sample(seed =>
    {
        var random = new Random((int)seed);
        var heap = new VolumeHeap();
        heap.EnsureRoom(60);
        var keys = new Dictionary<int, long>();
        for (var step = 0; step < 2000; step++)
        {
            var volume = random.Next(60);
            if (random.Next(3) == 0)
            {
                heap.Remove(volume);
                keys.Remove(volume);
                Assert.False(heap.Contains(volume));
            }
            else
            {
                heap.Set(volume, keys[volume] = random.Next(1000));
            }
            Assert.Equal(keys.Count, heap.Count);
            if (keys.Count == 0) continue;
            Assert.Equal(keys.Values.Min(), heap.TopKey);
            Assert.Equal(keys[heap.Top], heap.TopKey);
            Assert.Equal(keys.Where(pair => pair.Key != heap.Top).Select(pair => pair.Value).DefaultIfEmpty(heap.TopKey).Min(), keys[heap.Second]);
        }
    }, iter: 50, seed: "0000KXw2ukZ2");

    [Fact]
    public void Keys_at_the_ends_of_time_keep_their_order()
    {
        var heap = new VolumeHeap();
        heap.Set(0, long.MaxValue);
        heap.Set(1, 5);
        heap.Set(2, long.MinValue);
        heap.Set(3, -5);
        var order = new List<int>();
        while (heap.Count > 0)
        {
            order.Add(heap.Top);
            heap.Remove(heap.Top);
        }
        Assert.Equal([2, 3, 1, 0], order);
    }
}
