using System.Diagnostics;
using static Headgate.Blocks.Tests.VolumeStoreTests;

namespace Headgate.Blocks.Tests;

public sealed class GroupSnapshotTests
{
    private const long MiB = 1 << 20;

    [Fact]
    public async Task A_group_snapshot_is_one_moment_of_all_its_volumes()
    {
        // One writer goes round the volumes with a growing number, so at any moment a volume is at most one behind the
        // one before it, and the last at most one behind the first.
        const int volumes = 3;
        using var scratch = new Scratch();
        using var store = VolumeStore.Open(scratch.Path);
        var devices = Enumerable.Range(1, volumes).Select(id =>
        {
            store.Create(id, 2 * MiB);
            return store.Open(id);
        }).ToArray();
        var stop = false;
        var longest = TimeSpan.Zero; // what a write waited for at most, told and not judged
        var writer = Task.Factory.StartNew(() =>
        {
            for (var number = 1; !Volatile.Read(ref stop); number++)
            {
                var began = Stopwatch.GetTimestamp();
                foreach (var device in devices) Assert.Equal(IoFault.None, device.Write(0, Number(number), durable: false));
                if (Stopwatch.GetElapsedTime(began) is var took && took > longest) longest = took;
            }
        }, TaskCreationOptions.LongRunning);
        for (var group = 1; group <= 8; group++)
        {
            store.SnapshotGroup([.. Enumerable.Range(1, volumes).Select(id => ((long)id, group * 10L + id))]);
            var seen = Enumerable.Range(1, volumes).Select(id =>
            {
                store.CloneSnapshot(group * 10 + id, 1000 + group * 10 + id);
                var buffer = new byte[4096];
                Assert.Equal(IoFault.None, store.Open(1000 + group * 10 + id).Read(0, buffer));
                return BitConverter.ToInt32(buffer);
            }).ToArray();
            Assert.True(seen.SequenceEqual(seen.OrderDescending()) && seen[0] - seen[^1] <= 1, string.Join(' ', seen));
        }
        Volatile.Write(ref stop, true);
        await writer;
        TestContext.Current.TestOutputHelper?.WriteLine($"a round of {volumes} writes took {longest.TotalMilliseconds:0.0} ms at most");
    }

    [Fact]
    public void A_group_of_which_one_cannot_be_taken_leaves_none()
    {
        using var scratch = new Scratch();
        using var store = VolumeStore.Open(scratch.Path, copyInBackground: false);
        store.Create(1, MiB);
        store.Create(2, MiB);
        Put(store.Open(1), 0, 1);
        Assert.Equal("volume-not-found", Assert.Throws<VolumeStoreException>(() => store.SnapshotGroup([(1, 1), (9, 2)])).Code);
        Directory.CreateDirectory(scratch.File("snapshot-2.1.img")); // in the way of the second one's name
        Assert.Equal("store-io-failed", Assert.Throws<VolumeStoreException>(() => store.SnapshotGroup([(1, 1), (2, 2)])).Code);
        Directory.Delete(scratch.File("snapshot-2.1.img"));
        Assert.Equal(2, store.List().Count);
        Assert.Empty(Directory.GetFiles(scratch.Path, "snapshot-*"));
        store.SnapshotGroup([(1, 1), (2, 2)]);
        Put(store.Open(1), 0, 2);
        store.CloneSnapshot(1, 3);
        Assert.Equal(1, Get(store.Open(3), 0));
    }

    private static byte[] Number(int number)
    {
        var bytes = new byte[4096];
        BitConverter.TryWriteBytes(bytes, number);
        return bytes;
    }
}
