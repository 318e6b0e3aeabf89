using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Tests.SharedPool;

/// <summary>File systems that fill up, go read-only, or are not mounted; on real ones, mounted for each test.</summary>
public sealed class SharedPoolMountTests
{
    private static readonly VolumeSpec Small = new("v", ByteSize.MiB(1), QosSpec.None) { AccountId = Guid.NewGuid() };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_volume_that_does_not_fit_is_refused_and_leaves_nothing()
    {
        await using var image = await MountedAsync();
        await using var pool = await FolderFixture.StartAsync(image.MountPoint, ("preallocate", "true"));
        var key = new ObjectKey(Guid.NewGuid());

        var refused = Assert.IsType<Outcome<VolumeView>.Refused>(await pool.Driver.CreateAsync(key, Small with { Size = ByteSize.GiB(1) }, Stop));

        Assert.Equal((FaultCodes.OutOfCapacity, Recovery.AskOperator), (refused.Fault.Code, refused.Fault.Recovery));
        Assert.Empty(pool.Files("hg-*"));
        Assert.True((await pool.Driver.CreateAsync(key, Small with { Size = ByteSize.MiB(64) }, Stop)).IsDone);
        var grown = await pool.Driver.Facet<IResize>()!.ResizeAsync(key, (await pool.Driver.FindAsync(key, Stop)).ValueOrThrow()!.Handle, ByteSize.GiB(1), Stop);
        Assert.Equal(FaultCodes.OutOfCapacity, Assert.IsType<Outcome<VolumeView>.Refused>(grown).Fault.Code);
        Assert.Equal(ByteSize.MiB(64), (await pool.Driver.FindAsync(key, Stop)).ValueOrThrow()!.Size);
    }

    [Fact]
    public async Task On_a_full_file_system_nothing_is_half_made_and_deleting_still_works()
    {
        await using var image = await MountedAsync();
        await using var pool = await FolderFixture.StartAsync(image.MountPoint);
        var key = new ObjectKey(Guid.NewGuid());
        var volume = (await pool.Driver.CreateAsync(key, Small, Stop)).ValueOrThrow();
        await FillAsync(Path.Combine(pool.Folder, "others-data"));
        var before = pool.Files();

        var refused = await pool.Driver.CreateAsync(new(Guid.NewGuid()), Small, Stop);

        Assert.Equal(FaultCodes.OutOfCapacity, refused.Problem!.Code);
        Assert.Equal(before, pool.Files());
        (await pool.Driver.DeleteAsync(key, volume.Handle, Stop)).ValueOrThrow();
        Assert.Null((await pool.Driver.FindAsync(key, Stop)).ValueOrThrow());
    }

    [Fact]
    public async Task An_unmounted_pool_is_away_and_not_empty()
    {
        await using var image = await MountedAsync();
        await using var pool = await FolderFixture.StartAsync(image.MountPoint);
        var key = new ObjectKey(Guid.NewGuid());
        var volume = (await pool.Driver.CreateAsync(key, Small, Stop)).ValueOrThrow();
        Assert.True(await MountedImage.UnmountAsync(pool.Folder));
        try
        {
            await using var restarted = pool.Open();
            foreach (var driver in new[] { pool.Driver, restarted.Driver })
            {
                Assert.Equal(FaultCodes.Unreachable, (await driver.FindAsync(key, Stop)).Problem!.Code);
                Assert.Equal(FaultCodes.Unreachable, (await driver.DeleteAsync(key, volume.Handle, Stop)).Problem!.Code);
                Assert.Equal(FaultCodes.Unreachable, (await driver.CreateAsync(key, Small, Stop)).Problem!.Code);
                Assert.Equal(FaultCodes.Unreachable, (await driver.Facet<IInventory>()!.ListAsync(Stop)).Problem!.Code);
            }
            Assert.Empty(Directory.EnumerateFileSystemEntries(pool.Folder));
        }
        finally
        {
            Assert.True(await image.MountAsync(pool.Folder));
        }
        Assert.Equal(volume.Handle, (await pool.Driver.FindAsync(key, Stop)).ValueOrThrow()!.Handle);
    }

    [Fact]
    public async Task A_pool_that_must_be_mounted_is_not_initialized_on_the_folder_beneath()
    {
        await using var bare = new FolderFixture(null, ("mountPoint", "true"));
        Assert.Equal(FaultCodes.Unreachable, (await bare.Store.LifeCycle.InitializeAsync(Stop)).Problem!.Code);
        Assert.Equal(FaultCodes.Unreachable, (await bare.Store.LifeCycle.AttachAsync(PoolScope.Zone, Stop)).Problem!.Code);
        Assert.Empty(bare.Files());
    }

    [Fact]
    public async Task A_read_only_file_system_can_be_read_and_says_what_it_is()
    {
        await using var image = await MountedAsync();
        await using var pool = await FolderFixture.StartAsync(image.MountPoint);
        var key = new ObjectKey(Guid.NewGuid());
        var volume = (await pool.Driver.CreateAsync(key, Small, Stop)).ValueOrThrow();
        Assert.True(await MountedImage.RunAsync("mount", "-o", "remount,ro", pool.Folder));

        Assert.NotNull((await pool.Driver.FindAsync(key, Stop)).ValueOrThrow());
        foreach (var fault in new[]
        {
            (await pool.Driver.CreateAsync(new(Guid.NewGuid()), Small, Stop)).Problem,
            (await pool.Driver.DeleteAsync(key, volume.Handle, Stop)).Problem,
            (await pool.Store.LifeCycle.InitializeAsync(Stop)).Problem,
        })
            Assert.Equal(("sharedpool-read-only", Recovery.AskOperator), (fault!.Code, fault.Recovery));
    }

    [Fact]
    public async Task Snapshots_are_refused_where_the_file_system_cannot_share_blocks()
    {
        await using var image = await MountedAsync();
        await using var pool = new FolderFixture(image.MountPoint, ("snapshots", "reflink"));
        Assert.Equal("sharedpool-no-reflink", (await pool.Store.LifeCycle.InitializeAsync(Stop)).Problem!.Code);
    }

    private static async Task<Ext4Image> MountedAsync()
    {
        var image = new Ext4Image();
        await image.InitializeAsync();
        if (image.MountPoint is null) await image.DisposeAsync();
        Assert.SkipWhen(image.MountPoint is null, "this user may not mount a file system");
        return image;
    }

    /// <summary>Fills the file system to the last block; what a folder's own entries need is left by the reserve for root, which is used up as well.</summary>
    private static async Task FillAsync(string path)
    {
        await using var file = File.Create(path, bufferSize: 0);
        var block = new byte[1 << 20];
        for (var size = block.Length; size >= 1024; size /= 2)
        {
            try
            {
                while (true) await file.WriteAsync(block.AsMemory(0, size), Stop);
            }
            catch (IOException)
            {
                // Not another one of this size.
            }
        }
    }
}
