using static Headgate.Blocks.Tests.VolumeStoreTests;

namespace Headgate.Blocks.Tests;

/// <summary>Files of a store that something other than a crash has damaged.</summary>
public sealed class DamageTests
{
    private const long MiB = 1 << 20;

    [Theory]
    [InlineData("cut short")]
    [InlineData("header overwritten")]
    [InlineData("source changed")]
    [InlineData("flag of a chunk flipped")]
    [InlineData("empty")]
    public void A_damaged_copy_state_keeps_its_own_image_out_of_use_and_no_other(string how)
    {
        using var scratch = new Scratch();
        using (var store = VolumeStore.Open(scratch.Path, copyInBackground: false))
        {
            store.Create(1, 4 * MiB);
            for (var chunk = 0; chunk < 4; chunk++) Put(store.Open(1), chunk * 256, 7);
            store.CloneVolume(1, 2);
            store.Snapshot(1, 3);
        }
        Damage(scratch.File("volume-2.1.copy"), how);
        using (var store = VolumeStore.Open(scratch.Path, copyInBackground: false))
        {
            var damage = Assert.Single(store.Damaged);
            Assert.Equal((StoredKind.Volume, 2), (damage.Kind, damage.Id));
            Assert.Contains("volume-2.1", damage.Problem, StringComparison.Ordinal);
            Assert.Equal([1L, 3L], store.List().Select(image => image.Id));
            Assert.Equal("volume-not-found", Assert.Throws<VolumeStoreException>(() => store.Open(2)).Code);
            Assert.Equal("volume-exists", Assert.Throws<VolumeStoreException>(() => store.Create(2, MiB)).Code);
            Put(store.Open(1), 0, 9);
            store.CloneSnapshot(3, 4);
            Assert.Equal(7, Get(store.Open(4), 0));
            Assert.True(store.Delete(2)); // it can be got rid of
            Assert.Empty(Directory.GetFiles(scratch.Path, "volume-2.*"));
            store.Create(2, MiB);
        }
    }

    [Fact]
    public void A_torn_record_of_an_atomic_write_is_not_replayed_and_a_whole_one_is()
    {
        using var scratch = new Scratch();
        var journal = scratch.File("volume-1.1.intent");
        var kept = scratch.File("kept");
        using (var store = VolumeStore.Open(scratch.Path, copyInBackground: false))
        {
            store.Create(1, 4 * MiB);
            var data = new byte[64 << 10];
            data.AsSpan().Fill(5);
            Assert.Equal(IoFault.None, store.Open(1).WriteAtomic(4096, data, durable: true));
            File.Copy(journal, kept);
        }
        foreach (var isTorn in (bool[])[true, false])
        {
            File.Copy(kept, journal, overwrite: true);
            if (isTorn)
            {
                using var file = new FileStream(journal, FileMode.Open);
                file.Position = 4096 + 512 * 9;
                file.Write(new byte[512]); // one sector of the data never got there
            }
            using (var image = FileBlockDevice.Open(scratch.File("volume-1.1.img"))) image.Write(4096, new byte[64 << 10], durable: true);
            using var store = VolumeStore.Open(scratch.Path, copyInBackground: false);
            Assert.Empty(store.Damaged);
            Assert.Equal(isTorn ? 0 : 5, Get(store.Open(1), 1));
            Assert.Equal(isTorn ? 0 : 5, Get(store.Open(1), 16));
            Assert.False(File.Exists(journal));
        }
    }

    [Fact]
    public void A_newer_write_is_never_undone_by_the_record_of_an_older_atomic_one()
    {
        using var scratch = new Scratch();
        var data = new byte[64 << 10];
        using (var store = VolumeStore.Open(scratch.Path, copyInBackground: false))
        {
            store.Create(1, 4 * MiB);
            var device = store.Open(1);
            for (var i = 0; i < 6; i++) // more than the journal has slots
            {
                data.AsSpan().Fill((byte)(i + 1));
                Assert.Equal(IoFault.None, device.WriteAtomic(i * 65536, data, durable: true));
            }
            Put(device, 5 * 16 + 3, 99);
            Assert.Equal(IoFault.None, device.Discard(4 * 65536, 4096));
            data.AsSpan().Fill(77);
            Assert.Equal(IoFault.None, device.WriteAtomic(3 * 65536 + 4096, data.AsSpan(0, 8192), durable: true));
            File.Copy(scratch.File("volume-1.1.intent"), scratch.File("kept"));
        }
        File.Move(scratch.File("kept"), scratch.File("volume-1.1.intent"), overwrite: true); // as a kill would have left it
        using var again = VolumeStore.Open(scratch.Path, copyInBackground: false);
        Assert.Equal(99, Get(again.Open(1), 5 * 16 + 3));
        Assert.Equal(0, Get(again.Open(1), 4 * 16));
        Assert.Equal(5, Get(again.Open(1), 4 * 16 + 1));
        Assert.Equal((4, 77, 77, 4), (Get(again.Open(1), 48), Get(again.Open(1), 49), Get(again.Open(1), 50), Get(again.Open(1), 51)));
    }

    [Fact]
    public void A_damaged_image_that_copies_may_need_is_told_from_one_that_nobody_does()
    {
        using var scratch = new Scratch();
        using (var store = VolumeStore.Open(scratch.Path, copyInBackground: false))
        {
            foreach (var id in (long[])[1, 3, 4])
            {
                store.Create(id, 4 * MiB);
                Put(store.Open(id), 0, 7);
            }
            store.CloneVolume(1, 2);
            store.CloneVolume(4, 5);
            store.Delete(4); // its file stays for the clone
        }
        Assert.True(File.Exists(scratch.File("volume-4.1.gone")));
        foreach (var id in (long[])[1, 3, 4])
        {
            File.Delete(scratch.File($"volume-{id}.1.img"));
            File.CreateSymbolicLink(scratch.File($"volume-{id}.1.img"), "nowhere"); // is there and cannot be opened
        }
        using var again = VolumeStore.Open(scratch.Path, copyInBackground: false);
        Assert.Equal([1L, 3L, 4L], again.Damaged.Select(damage => damage.Id).Order());
        Assert.True(again.IsDamagedAndNeeded(StoredKind.Volume, 1)); // the source of volume 2
        Assert.False(again.IsDamagedAndNeeded(StoredKind.Volume, 3));
        Assert.True(again.IsDamagedAndNeeded(StoredKind.Volume, 4));
        Assert.False(again.IsDamagedAndNeeded(StoredKind.Volume, 2));
    }

    private static void Damage(string path, string how)
    {
        using var file = new FileStream(path, FileMode.Open);
        var (at, value) = how switch
        {
            "header overwritten" => (0, (byte)'x'),
            "source changed" => ("headgate-copy 2\nvolume-".Length, (byte)'8'),
            "flag of a chunk flipped" => (4096 + 2, (byte)0x10),
            _ => (-1, (byte)0),
        };
        if (how == "cut short") file.SetLength(4096 + 2);
        if (how == "empty") file.SetLength(0);
        if (at < 0) return;
        file.Position = at;
        file.WriteByte(value);
    }
}
