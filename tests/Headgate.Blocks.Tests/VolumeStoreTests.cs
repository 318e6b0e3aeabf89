using CsCheck;

namespace Headgate.Blocks.Tests;

public sealed class VolumeStoreTests
{
    private const int Block = 4096;
    private const long MiB = 1 << 20;

    [Fact]
    public void Volumes_are_there_again_after_a_restart()
    {
        using var scratch = new Scratch();
        using (var store = VolumeStore.Open(scratch.Path))
        {
            store.Create(12, 4 * MiB);
            store.Create(5, MiB);
            Put(store.Open(12), 3, 7);
            store.Grow(12, 8 * MiB);
            Put(store.Open(12), 1500, 9); // beyond the former end
            store.Delete(5);
        }
        using (var store = VolumeStore.Open(scratch.Path))
        {
            var info = Assert.Single(store.List());
            Assert.Equal((StoredKind.Volume, 12L, 8 * MiB), (info.Kind, info.Id, info.LengthBytes));
            Assert.Equal(7, Get(store.Open(12), 3));
            Assert.Equal(9, Get(store.Open(12), 1500));
            Assert.True(store.UsedBytes(12) is > 0 and < MiB);
            Assert.True(store.FreeBytes > 0 && store.FileSystemBytes > store.FreeBytes && store.UsedBytesTotal > 0);
        }
    }

    [Fact]
    public void What_cannot_be_done_is_refused_with_a_code()
    {
        using var scratch = new Scratch();
        using var store = VolumeStore.Open(scratch.Path);
        store.Create(1, MiB);
        store.Snapshot(1, 1);
        Assert.Equal("volume-exists", Refusal(() => store.Create(1, MiB)));
        Assert.Equal("volume-not-found", Refusal(() => store.Open(2)));
        Assert.Equal("volume-not-found", Refusal(() => store.Grow(2, MiB)));
        Assert.Equal("volume-would-shrink", Refusal(() => store.Grow(1, MiB / 2)));
        Assert.Equal("snapshot-exists", Refusal(() => store.Snapshot(1, 1)));
        Assert.Equal("snapshot-not-found", Refusal(() => store.CloneSnapshot(9, 2)));
        Assert.Equal("volume-exists", Refusal(() => store.CloneVolume(1, 1)));
        Assert.Equal("snapshot-not-found", Refusal(() => store.Revert(1, 9)));
        Assert.Equal("volume-not-found", Refusal(() => store.Overwrite(1, 9)));
        Assert.Equal("volume-not-found", Refusal(() => store.Overwrite(9, 1)));
        Assert.Throws<ArgumentException>(() => store.Overwrite(1, 1));
        Assert.Equal("store-in-use", Refusal(() => VolumeStore.Open(scratch.Path).Dispose()));
        Assert.Throws<ArgumentOutOfRangeException>(() => store.Create(3, 1000));
        Assert.False(store.Delete(99));
        Assert.False(store.DeleteSnapshot(99));
    }

    [Fact]
    public void A_deleted_volume_is_gone_for_who_still_holds_it()
    {
        using var scratch = new Scratch();
        using var store = VolumeStore.Open(scratch.Path);
        store.Create(1, MiB);
        var device = store.Open(1);
        Assert.True(store.Delete(1));
        Assert.Equal(IoFault.Gone, device.Read(0, new byte[Block]));
        Assert.Equal(IoFault.Gone, device.Write(0, new byte[Block], durable: true));
        Assert.Equal(IoFault.Gone, device.Flush());
        Assert.Empty(Directory.GetFiles(scratch.Path, "*.img"));
    }

    [Fact]
    public void Leftovers_of_a_crash_are_removed()
    {
        using var scratch = new Scratch();
        foreach (var leftover in (string[])["volume-1.1.img.tmp", "volume-2.1.copy", "volume-3.1.gone", "volume-3.1.copy.tmp"])
            File.WriteAllText(scratch.File(leftover), "");
        using var store = VolumeStore.Open(scratch.Path);
        Assert.Empty(store.List());
        Assert.Equal("store.lock", Path.GetFileName(Assert.Single(Directory.GetFiles(scratch.Path))));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Snapshots_clones_reverts_and_deletes_in_any_order_keep_every_image_what_it_was(bool copyInBackground)
    {
        using var scratch = new Scratch();
        Gen.ULong.Sample(seed => PlayStore(Directory.CreateDirectory(scratch.File(Guid.NewGuid().ToString("N"))).FullName, (int)seed, copyInBackground),
            iter: 5, seed: "0000KXw2ukZ2");
    }

    [Fact]
    public void The_same_on_a_file_system_that_shares_extents()
    {
        using var xfs = MountedFileSystem.Xfs();
        PlayStore(Directory.CreateDirectory(Path.Combine(xfs.Folder, "a")).FullName, 4711, copyInBackground: true);

        using var store = VolumeStore.Open(Path.Combine(xfs.Folder, "b"));
        store.Create(1, 64 * MiB);
        var device = store.Open(1);
        for (var block = 0; block < 8192; block++) Put(device, block, 1);
        var free = store.FreeBytes;
        store.Snapshot(1, 1);
        Assert.All(store.List(), image => Assert.False(image.CopyPending)); // whole at once,
        Assert.True(free - store.FreeBytes < 8 * MiB); // and of the same extents
        Put(device, 0, 2);
        store.CloneSnapshot(1, 2);
        Assert.Equal(1, Get(store.Open(2), 0));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_snapshot_under_writes_is_one_point_in_time(bool copyInBackground)
    {
        // Each writer goes round its own part in order with a growing number, so one point in time is a step: up to
        // some block the new number, from there on the one before.
        const int writers = 3, blocks = 600;
        using var scratch = new Scratch();
        using var store = VolumeStore.Open(scratch.Path, copyInBackground);
        store.Create(1, writers * blocks * Block);
        var device = store.Open(1);
        var stop = false;
        var tasks = Enumerable.Range(0, writers).Select(writer => Task.Factory.StartNew(() =>
        {
            for (var round = 1; !Volatile.Read(ref stop); round++)
                for (var block = 0; block < blocks; block++) Put(device, writer * blocks + block, (byte)round);
        }, TaskCreationOptions.LongRunning)).ToArray();

        for (var snapshot = 1; snapshot <= 6; snapshot++)
        {
            store.Snapshot(1, snapshot);
            store.CloneSnapshot(snapshot, 100 + snapshot);
            var clone = store.Open(100 + snapshot);
            for (var writer = 0; writer < writers; writer++)
            {
                var seen = Enumerable.Range(writer * blocks, blocks).Select(block => Get(clone, block)).ToArray();
                var step = Array.FindIndex(seen, number => number != seen[0]);
                if (step < 0) continue;
                Assert.Equal((byte)(seen[0] - 1), seen[step]);
                Assert.All(seen[step..], number => Assert.Equal(seen[step], number));
            }
        }
        Volatile.Write(ref stop, true);
        await Task.WhenAll(tasks);
    }

    // Random changes to a store, with a restart now and then, against arrays of one byte per block.
    private static void PlayStore(string folder, int seed, bool copyInBackground)
    {
        const int blocks = 3 * 256 + 17; // some MiB and a bit, so that the last chunk is not a whole one
        var random = new Random(seed);
        var volumes = new Dictionary<long, byte[]>();
        var snapshots = new Dictionary<long, byte[]>();
        long nextId = 1;
        var store = VolumeStore.Open(folder, copyInBackground);
        try
        {
            store.Create(nextId, blocks * Block);
            volumes.Add(nextId++, new byte[blocks]);
            for (var step = 0; step < 120; step++)
            {
                var id = volumes.Keys.ElementAt(random.Next(volumes.Count));
                var model = volumes[id];
                var from = random.Next(model.Length);
                var count = Math.Min(1 + random.Next(300), model.Length - from);
                var snapshotId = snapshots.Count == 0 ? 0 : snapshots.Keys.ElementAt(random.Next(snapshots.Count));
                switch (random.Next(13))
                {
                    case 0 or 1 or 2:
                        Put(store.Open(id), from, model[from] = (byte)random.Next(1, 256));
                        break;
                    case 3:
                        Assert.Equal(IoFault.None, store.Open(id).Discard((long)from * Block, (long)count * Block));
                        model.AsSpan(from, count).Clear();
                        break;
                    case 4 or 5 when snapshots.Count < 6:
                        store.Snapshot(id, nextId);
                        snapshots.Add(nextId++, [.. model]);
                        break;
                    case 6 when volumes.Count < 6:
                        store.CloneVolume(id, nextId);
                        volumes.Add(nextId++, [.. model]);
                        break;
                    case 7 when volumes.Count < 6 && snapshotId != 0:
                        store.CloneSnapshot(snapshotId, nextId);
                        volumes.Add(nextId++, [.. snapshots[snapshotId]]);
                        break;
                    case 8 when snapshotId != 0:
                        store.Revert(id, snapshotId);
                        var reverted = new byte[Math.Max(model.Length, snapshots[snapshotId].Length)];
                        snapshots[snapshotId].CopyTo(reverted, 0);
                        volumes[id] = reverted;
                        break;
                    case 9 when volumes.Count > 1:
                        Assert.True(store.Delete(id));
                        volumes.Remove(id);
                        break;
                    case 10 when snapshotId != 0:
                        Assert.True(store.DeleteSnapshot(snapshotId));
                        snapshots.Remove(snapshotId);
                        break;
                    case 11:
                        store.Grow(id, (model.Length + 5L) * Block);
                        volumes[id] = [.. model, 0, 0, 0, 0, 0];
                        break;
                    case 12 when volumes.Count > 1:
                        var other = volumes.Keys.Where(one => one != id).ElementAt(random.Next(volumes.Count - 1));
                        store.Overwrite(id, other);
                        var overwritten = new byte[Math.Max(model.Length, volumes[other].Length)];
                        volumes[other].CopyTo(overwritten, 0);
                        volumes[id] = overwritten;
                        break;
                    default:
                        if (random.Next(4) != 0) break;
                        store.Dispose();
                        store = VolumeStore.Open(folder, copyInBackground);
                        break;
                }
                CheckSome(store, id, volumes, random);
            }
            Check(store, volumes, snapshots, nextId);
        }
        finally
        {
            store.Dispose();
        }
    }

    private static void CheckSome(VolumeStore store, long id, Dictionary<long, byte[]> volumes, Random random)
    {
        if (!volumes.TryGetValue(id, out var model)) return;
        var device = store.Open(id);
        for (var i = 0; i < 5; i++)
        {
            var block = random.Next(model.Length);
            Assert.Equal(model[block], Get(device, block));
        }
    }

    private static void Check(VolumeStore store, Dictionary<long, byte[]> volumes, Dictionary<long, byte[]> snapshots, long nextId)
    {
        Assert.Equal(
            volumes.Keys.Order().Select(id => (StoredKind.Volume, id)).Concat(snapshots.Keys.Order().Select(id => (StoredKind.Snapshot, id))),
            store.List().Select(image => (image.Kind, image.Id)));
        foreach (var (snapshotId, model) in snapshots)
        {
            store.CloneSnapshot(snapshotId, nextId);
            volumes.Add(nextId++, model);
        }
        foreach (var (id, model) in volumes)
        {
            var device = store.Open(id);
            Assert.Equal((long)model.Length * Block, device.LengthBytes);
            for (var block = 0; block < model.Length; block++) Assert.Equal(model[block], Get(device, block));
        }
    }

    internal static void Put(IBlockDevice device, long block, byte value)
    {
        var buffer = new byte[Block];
        buffer.AsSpan().Fill(value);
        Assert.Equal(IoFault.None, device.Write(block * Block, buffer, durable: false));
    }

    internal static byte Get(IBlockDevice device, long block)
    {
        var buffer = new byte[Block];
        Assert.Equal(IoFault.None, device.Read(block * Block, buffer));
        Assert.True(buffer.AsSpan().IndexOfAnyExcept(buffer[0]) < 0, "a block is torn");
        return buffer[0];
    }

    private static string Refusal(Action act) => Assert.Throws<VolumeStoreException>(act).Code;
}
