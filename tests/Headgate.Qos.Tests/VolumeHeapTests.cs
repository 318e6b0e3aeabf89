using CsCheck;

namespace Headgate.Qos.Tests;

public sealed class VolumeHeapTests
{
    [Fact]
    public void The_least_key_is_on_top_whatever_is_put_in_moved_or_taken_out() => Gen.ULong.Sample(seed =>
    {
        var random = new Random((int)seed);
        var heap = new VolumeHeap<ShareSlot>();
        var volumes = Enumerable.Range(0, 60).Select(_ => new QosVolume(VolumeLimits.None, 0)).ToArray();
        var keys = new Dictionary<QosVolume, long>();
        for (var step = 0; step < 2000; step++)
        {
            var volume = volumes[random.Next(volumes.Length)];
            if (random.Next(3) == 0)
            {
                heap.Remove(volume);
                keys.Remove(volume);
                Assert.False(volume.IsReady);
            }
            else
            {
                heap.Set(volume, keys[volume] = random.Next(1000));
            }
            Assert.Equal(keys.Count, heap.Count);
            if (keys.Count == 0) continue;
            Assert.Equal(keys.Values.Min(), heap.TopKey);
            Assert.Equal(keys[heap.Top], heap.TopKey);
        }
    }, iter: 50, seed: "0000KXw2ukZ2");
}
