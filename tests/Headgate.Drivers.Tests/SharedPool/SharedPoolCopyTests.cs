using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Tests.SharedPool;

/// <summary>Copies onto volumes that are there: the record changes hands from the old data to the new, and nothing in between is seen.</summary>
public sealed class SharedPoolCopyTests
{
    private const int Block = 4096;

    private static readonly VolumeSpec Small = new("v", ByteSize.MiB(1), QosSpec.None) { AccountId = Guid.NewGuid() };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_repeat_copies_nothing_again_and_the_key_is_not_another_copys()
    {
        await using var pool = await FolderFixture.StartAsync();
        var ((_, source), (targetKey, target)) = (await MakeAsync(pool), await MakeAsync(pool));
        var (_, other) = await MakeAsync(pool);
        Write(pool, source, 0, 1);
        var key = new ObjectKey(Guid.NewGuid());
        var copies = pool.Driver.Facet<ICopies>()!;
        (await copies.CopyAsync(key, targetKey, target.Handle, source.Handle, null, Stop)).ValueOrThrow();
        Write(pool, target, 0, 2); // by the host, since

        await using var restarted = pool.Open();
        (await restarted.Driver.Facet<ICopies>()!.CopyAsync(key, targetKey, target.Handle, source.Handle, null, Stop)).ValueOrThrow();

        Assert.Equal(2, Read(pool, target, 0));
        Assert.Equal(FaultCodes.KeyReused, (await copies.CopyAsync(key, targetKey, target.Handle, other.Handle, null, Stop)).Problem!.Code);
        (await copies.CopyAsync(new(Guid.NewGuid()), targetKey, target.Handle, source.Handle, null, Stop)).ValueOrThrow();
        Assert.Equal(1, Read(pool, target, 0));
    }

    [Fact]
    public async Task Holes_stay_holes_a_larger_target_ends_in_zeros_and_the_old_data_is_gone()
    {
        await using var pool = await FolderFixture.StartAsync();
        var (_, source) = await MakeAsync(pool, ByteSize.MiB(64));
        var (targetKey, target) = await MakeAsync(pool, ByteSize.MiB(96));
        Write(pool, source, 40 << 20, 7);
        Write(pool, target, 0, 1);
        Write(pool, target, 80 << 20, 1);

        var copied = (await pool.Driver.Facet<ICopies>()!.CopyAsync(new(Guid.NewGuid()), targetKey, target.Handle, source.Handle, null, Stop)).ValueOrThrow();

        Assert.Equal((ByteSize.MiB(96), target.Handle), (copied.Size, copied.Handle));
        Assert.Equal((0, 7, 0), (Read(pool, target, 0), Read(pool, target, 40 << 20), Read(pool, target, 80 << 20)));
        Assert.Equal(2, pool.Files("*.raw").Length);
        Assert.InRange(Headgate.Drivers.SharedPool.FileSystem.AllocatedBytes(DataOf(pool, target)), 1, 256 << 10);
    }

    [Fact]
    public async Task A_copy_is_refused_under_a_host_and_leaves_the_target_as_it_was()
    {
        await using var pool = await FolderFixture.StartAsync();
        var ((_, source), (targetKey, target)) = (await MakeAsync(pool), await MakeAsync(pool));
        Write(pool, target, 0, 3);
        (await pool.Driver.GrantAccessAsync(targetKey, target.Handle, new AccessRequest("iqn.2004-10.org.example:h1", false), Stop)).ValueOrThrow();

        var refused = await pool.Driver.Facet<ICopies>()!.CopyAsync(new(Guid.NewGuid()), targetKey, target.Handle, source.Handle, null, Stop);

        Assert.Equal(FaultCodes.InUse, Assert.IsType<Outcome<VolumeView>.Refused>(refused).Fault.Code);
        Assert.Equal(3, Read(pool, target, 0));
        Assert.Equal(2, pool.Files("*.raw").Length);
    }

    [Fact]
    public async Task A_cancelled_copy_leaves_the_target_as_it_was_and_nothing_beside_it()
    {
        await using var pool = await FolderFixture.StartAsync();
        var ((_, source), (targetKey, target)) = (await MakeAsync(pool), await MakeAsync(pool));
        Write(pool, target, 0, 3);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await pool.Driver.Facet<ICopies>()!.CopyAsync(new(Guid.NewGuid()), targetKey, target.Handle, source.Handle, null, cancelled.Token));

        Assert.Equal(3, Read(pool, target, 0));
        Assert.Equal(2, pool.Files("*.raw").Length);
    }

    private static async Task<(ObjectKey Key, VolumeView Volume)> MakeAsync(FolderFixture pool, ByteSize? size = null)
    {
        var key = new ObjectKey(Guid.NewGuid());
        return (key, (await pool.Driver.CreateAsync(key, Small with { Size = size ?? Small.Size }, Stop)).ValueOrThrow());
    }

    private static string DataOf(FolderFixture pool, VolumeView volume) => Path.Combine(pool.Folder, pool.Files($"{volume.Handle}-*.raw").Single());

    private static void Write(FolderFixture pool, VolumeView volume, long at, byte value)
    {
        using var file = File.OpenHandle(DataOf(pool, volume), FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.Write(file, Enumerable.Repeat(value, Block).ToArray(), at);
    }

    private static int Read(FolderFixture pool, VolumeView volume, long at)
    {
        var block = new byte[Block];
        using var file = File.OpenHandle(DataOf(pool, volume), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        Assert.Equal(Block, RandomAccess.Read(file, block, at));
        return Assert.Single(block.Distinct());
    }
}
