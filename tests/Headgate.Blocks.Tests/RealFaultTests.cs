using static Headgate.Blocks.Tests.VolumeStoreTests;

namespace Headgate.Blocks.Tests;

/// <summary>File systems that are really full, disks that really fail, snapshots and holes on each file system that we name.</summary>
public sealed class RealFaultTests
{
    private const int Block = 4096;
    private const long MiB = 1 << 20;

    public static TheoryData<string, FileIoMode> Kinds => new(
        from kind in (string[])["ext4", "xfs", "btrfs"] from mode in (FileIoMode[])[FileIoMode.Auto, FileIoMode.Buffered] select (kind, mode));

    [Theory, MemberData(nameof(Kinds))]
    public void A_full_file_system_is_told_as_no_space_loses_nothing_and_recovers(string kind, FileIoMode io)
    {
        using var small = MountedFileSystem.Small(kind);
        using var store = VolumeStore.Open(Path.Combine(small.Folder, "store"), io);
        store.Create(1, 1024 * MiB);
        var device = store.Open(1);
        var chunk = new byte[MiB];
        var good = 0;
        IoFault fault;
        for (; ; good++)
        {
            chunk.AsSpan().Fill((byte)(1 + good % 250));
            fault = device.Write(good * MiB, chunk, durable: true);
            if (fault != IoFault.None) break;
        }
        Assert.Equal(IoFault.NoSpace, fault);
        Assert.InRange(good, 10, 400);
        for (var i = 0; i < good; i++) Assert.Equal((byte)(1 + i % 250), Get(device, i * MiB / Block));

        Assert.Equal(IoFault.None, device.Discard(0, 8 * MiB));
        Assert.Equal(IoFault.None, device.Flush()); // what was acknowledged is there: a full disk is no lost write
        Assert.Equal(IoFault.None, device.Write(0, chunk.AsSpan(0, Block), durable: true));
        for (var i = 8; i < good; i++) Assert.Equal((byte)(1 + i % 250), Get(device, i * MiB / Block));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Discarding_gives_space_back_to_the_file_system(string kind, FileIoMode io)
    {
        using var small = MountedFileSystem.Small(kind);
        using var store = VolumeStore.Open(Path.Combine(small.Folder, "store"), io);
        store.Create(1, 64 * MiB);
        var device = store.Open(1);
        var data = new byte[MiB];
        Random.Shared.NextBytes(data);
        for (var i = 0; i < 32; i++) Assert.Equal(IoFault.None, device.Write(i * MiB, data, durable: false));
        Assert.Equal(IoFault.None, device.Flush());
        Assert.True(store.UsedBytes(1) >= 32 * MiB);
        Assert.Equal(IoFault.None, device.Discard(4 * MiB, 28 * MiB));
        Assert.Equal(IoFault.None, device.Flush());
        Assert.InRange(store.UsedBytes(1), 4 * MiB, 5 * MiB);
        Assert.Equal(IoFault.None, device.Read(3 * MiB, data));
        Assert.Equal(IoFault.None, device.Read(4 * MiB, data));
        Assert.True(data.AsSpan().IndexOfAnyExcept((byte)0) < 0);
    }

    [Theory]
    [InlineData("xfs")]
    [InlineData("btrfs")]
    public void Snapshots_share_extents_where_the_file_system_can(string kind)
    {
        using var small = MountedFileSystem.Small(kind);
        using var store = VolumeStore.Open(Path.Combine(small.Folder, "store"));
        store.Create(1, 64 * MiB);
        store.Create(2, 64 * MiB);
        for (var block = 0; block < 8192; block++) Put(store.Open(1), block, 1);
        var free = store.FreeBytes;
        store.SnapshotGroup([(1, 1), (2, 2)]);
        store.CloneVolume(1, 3);
        Assert.All(store.List(), image => Assert.False(image.CopyPending)); // whole at once,
        Assert.True(free - store.FreeBytes < 16 * MiB); // and of the same extents
        for (var block = 0; block < 8192; block += 64) Put(store.Open(1), block, 2);
        Assert.Equal(IoFault.None, store.Open(1).Discard(16 * MiB, MiB));
        store.CloneSnapshot(1, 4);
        for (var block = 0; block < 8192; block++)
        {
            Assert.Equal(1, Get(store.Open(3), block));
            Assert.Equal(1, Get(store.Open(4), block));
        }
    }

    [Fact]
    public void A_disk_that_takes_no_more_writes_is_a_write_error_and_what_it_took_stays()
    {
        // A loop device over a sparse file on a file system that is full gives EIO for what has no block there yet.
        using var outer = MountedFileSystem.Tmpfs(24);
        using var small = MountedFileSystem.Small("ext4", outer.Folder);
        using var store = VolumeStore.Open(Path.Combine(small.Folder, "store"));
        store.Create(1, 48 * MiB);
        var device = store.Open(1);
        var data = new byte[256 << 10];
        var faults = new List<IoFault>();
        var taken = new List<int>();
        for (var i = 0; i < 160; i++)
        {
            data.AsSpan().Fill((byte)(i + 1));
            var fault = device.Write((long)i * data.Length, data, durable: true);
            if (fault == IoFault.None) taken.Add(i);
            else faults.Add(fault);
        }
        Assert.NotEmpty(taken);
        Assert.NotEmpty(faults);
        Assert.All(faults, fault => Assert.Equal(IoFault.WriteFailed, fault));
        foreach (var i in taken) Assert.Equal((byte)(i + 1), Get(device, (long)i * data.Length / Block));
    }

    [Fact]
    public void A_disk_that_has_lost_its_end_is_a_read_error_and_never_made_up()
    {
        using var small = MountedFileSystem.Small("ext4");
        using var store = VolumeStore.Open(Path.Combine(small.Folder, "store"));
        Assert.SkipUnless(store.Io.IsDirect, store.Io.Reason);
        store.Create(1, 48 * MiB);
        var device = store.Open(1);
        const int blocks = 36 * 256;
        for (var block = 0; block < blocks; block++) Put(device, block, (byte)(1 + block % 250));
        Assert.Equal(IoFault.None, device.Flush());
        using (var image = new FileStream(small.Image, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) image.SetLength(32 * MiB);

        var (good, bad) = (0, 0);
        var buffer = new byte[Block];
        for (var block = 0; block < blocks; block++)
        {
            var fault = device.Read((long)block * Block, buffer);
            if (fault == IoFault.None)
            {
                Assert.True(buffer.AsSpan().IndexOfAnyExcept((byte)(1 + block % 250)) < 0, $"block {block} is made up");
                good++;
            }
            else
            {
                Assert.Equal(IoFault.ReadFailed, fault);
                bad++;
            }
        }
        Assert.True(good > 0 && bad > 0, $"{good} read, {bad} failed");
    }
}
