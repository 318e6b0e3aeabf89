using static Headgate.Blocks.Tests.VolumeStoreTests;

namespace Headgate.Blocks.Tests;

/// <summary>What a store does when the medium fails it half-way.</summary>
public sealed class StoreFaultTests
{
    private const int Eio = 5;
    private const int Block = 4096;
    private const int BlocksPerChunk = 256;
    private const long MiB = 1 << 20;

    [Fact]
    public void What_cannot_be_flushed_is_neither_snapshotted_nor_cloned()
    {
        using var scratch = new Scratch();
        using var store = VolumeStore.Open(scratch.Path, copyInBackground: false);
        store.Create(1, MiB);
        FailOnce(Device(store, 1));
        Assert.Equal("store-io-failed", Refusal(() => store.Snapshot(1, 1)));
        Assert.Equal("store-io-failed", Refusal(() => store.CloneVolume(1, 2)));
        Assert.Single(store.List());
    }

    [Fact]
    public void What_a_failed_flush_may_have_lost_is_copied_again_and_never_recorded()
    {
        using var scratch = new Scratch();
        using (var store = VolumeStore.Open(scratch.Path, copyInBackground: false))
        {
            store.Create(1, 2 * MiB);
            for (var chunk = 0; chunk < 2; chunk++) Put(store.Open(1), chunk * BlocksPerChunk, 7);
            store.CloneVolume(1, 2);
            var clone = Device(store, 2);
            Assert.Equal(7, Get(store.Open(2), BlocksPerChunk)); // copied by use, not recorded

            FailOnce(clone);
            Assert.Equal(IoFault.WriteFailed, store.Open(1).Write(0, new byte[Block], durable: false));
            clone.Discard(0, 2 * MiB); // the medium has lost all that it was not made to keep
            Assert.Equal(IoFault.WriteFailed, store.Open(1).Write(0, new byte[Block], durable: false));
            for (var chunk = 0; chunk < 2; chunk++) Assert.Equal(7, Get(store.Open(2), chunk * BlocksPerChunk));
            clone.Discard(0, 2 * MiB);
        }
        using (var store = VolumeStore.Open(scratch.Path, copyInBackground: false))
        {
            Put(store.Open(1), 0, 9); // may go on now
            for (var chunk = 0; chunk < 2; chunk++) Assert.Equal(7, Get(store.Open(2), chunk * BlocksPerChunk));
        }
    }

    [Fact]
    public void A_delete_that_cannot_be_said_on_disk_changes_nothing()
    {
        using var scratch = new Scratch();
        using var store = VolumeStore.Open(scratch.Path, copyInBackground: false);
        store.Create(1, MiB);
        store.Snapshot(1, 1);
        foreach (var name in (string[])["volume-1.1.gone", "snapshot-1.1.gone"]) Directory.CreateDirectory(scratch.File(name));
        Assert.Equal("store-io-failed", Refusal(() => store.Delete(1)));
        Assert.Equal("store-io-failed", Refusal(() => store.DeleteSnapshot(1)));
        Assert.Equal(2, store.List().Count);
        Put(store.Open(1), 0, 3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_volume_whose_file_cannot_be_removed_is_deleted_all_the_same(bool restart)
    {
        using var scratch = new Scratch();
        var image = scratch.File("volume-1.1.img");
        var store = VolumeStore.Open(scratch.Path, copyInBackground: false);
        try
        {
            store.Create(1, MiB);
            File.Move(image, image + "-aside");
            Directory.CreateDirectory(image); // in its place, and refuses to be removed as a file
            Assert.True(store.Delete(1));
            Directory.Delete(image);
            File.Move(image + "-aside", image);
            Assert.Empty(store.List());
            if (restart)
            {
                store.Dispose();
                store = VolumeStore.Open(scratch.Path, copyInBackground: false);
            }
            else
            {
                store.Create(2, MiB); // any change tries again
            }
            Assert.False(store.Delete(1));
            Assert.Empty(Directory.GetFiles(scratch.Path, "volume-1.*"));
        }
        finally
        {
            store.Dispose();
        }
    }

    [Fact]
    public void A_fresh_clone_is_readable_on_a_full_file_system()
    {
        using var small = MountedFileSystem.Tmpfs(8);
        using var store = VolumeStore.Open(Path.Combine(small.Folder, "store"), copyInBackground: false);
        store.Create(1, 2 * MiB);
        for (var block = 0; block < 2 * BlocksPerChunk; block++) Put(store.Open(1), block, (byte)(1 + block / 100));
        store.CloneVolume(1, 2);
        store.CloneVolume(2, 3); // and of it, which has nothing yet either
        store.Grow(3, 2 * MiB + Block);
        using var filler = FileBlockDevice.Create(Path.Combine(small.Folder, "filler"), 8 * MiB);
        var taken = 0L;
        while (filler.Write(taken, new byte[Block], durable: false) == IoFault.None) taken += Block;

        var data = new byte[Block + Block];
        foreach (var clone in (long[])[2, 3])
        {
            for (var block = 0; block < 2 * BlocksPerChunk; block++) Assert.Equal((byte)(1 + block / 100), Get(store.Open(clone), block));
            Assert.Equal(IoFault.None, store.Open(clone).Read(MiB - Block, data)); // over a chunk's end
            Assert.Equal((3, 3), (data[0], data[^1]));
        }
        Assert.Equal(0, Get(store.Open(3), 2 * BlocksPerChunk));
        Assert.Equal(IoFault.NoSpace, store.Open(1).Write(0, data, durable: false)); // what the clones need is not lost
    }

    private static FileBlockDevice Device(VolumeStore store, long volumeId) => ((VolumeDevice)store.Open(volumeId)).Image.Device;

    private static void FailOnce(FileBlockDevice device)
    {
        var answers = new Queue<int>([Eio]);
        device.Sync = _ => answers.TryDequeue(out var errno) ? errno : 0;
    }

    private static string Refusal(Action act) => Assert.Throws<VolumeStoreException>(act).Code;
}
