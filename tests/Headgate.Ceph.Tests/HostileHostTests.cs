using System.Runtime.InteropServices;
using Headgate.Drivers.Ceph;
using Headgate.Drivers.Ceph.Native;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Ceph.Tests;

/// <summary>What a host can do to the image that it was granted, and that the driver works on all the same.</summary>
public sealed partial class HostileHostTests(RunningCeph ceph)
{
    private const string Initiator = "iqn.2026-11.org.example:a";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Metadata_that_a_host_writes_neither_disowns_the_image_nor_hides_its_grant_nor_spoils_a_list()
    {
        await using var pool = new CephFixture(ceph);
        var (key, volume, mine) = await GrantedAsync(pool);
        As(mine, call =>
        {
            using var image = Image.Find(call, mine.Image, forWriting: true)!;
            image.SetMetadata("headgate.volume", "{}"); // where a mark was once kept
            for (var i = 0; i < 40; i++) image.SetMetadata($"note.{i}", new string('x', 64 << 10)); // 2.5 MiB of it
            return 0;
        });

        var listed = (await pool.Driver.Facet<IInventory>()!.ListAsync(Stop)).ValueOrThrow().Single(v => v.Key == key);
        Assert.Equal([Initiator], listed.Initiators);
        Assert.Null(listed.Problem);
        var set = (await pool.Driver.Facet<IQosControl>()!.SetQosAsync(key, volume.Handle, QosSpec.Create(null, 500), Stop)).ValueOrThrow();
        Assert.Equal(500, set.Qos.MaxIops);
        (await pool.Driver.RevokeAccessAsync(key, volume.Handle, Initiator, Stop)).ValueOrThrow();
        Assert.NotEqual(0, RbdHost.Open(mine, _ => 0));
        Assert.Empty((await pool.Driver.FindAsync(key, Stop)).ValueOrThrow()!.Initiators);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_image_whose_header_a_host_destroyed_is_listed_as_unreadable_and_can_be_revoked_and_deleted(bool isRemoved)
    {
        await using var pool = new CephFixture(ceph);
        var (key, volume, mine) = await GrantedAsync(pool);
        var (otherKey, _, _) = await GrantedAsync(pool);
        var header = $"rbd_header.{volume.Handle}";
        As(mine, call => isRemoved
            ? Librados.Remove(call.Connection.Pool, header)
            : Spoil(call.Connection.Pool, header));

        var all = (await pool.Driver.Facet<IInventory>()!.ListAsync(Stop)).ValueOrThrow();
        var spoilt = all.Single(v => v.Key == key);
        Assert.Equal(FaultCodes.Unexpected, spoilt.Problem!.Code);
        Assert.Equal(volume.Handle, spoilt.Handle);
        Assert.Equal([Initiator], spoilt.Initiators);
        Assert.Null(all.Single(v => v.Key == otherKey).Problem);
        var found = (await pool.Driver.FindAsync(key, Stop)).ValueOrThrow()!;
        Assert.Equal((volume.Handle, true), (found.Handle, found.Problem is not null));

        (await pool.Driver.RevokeAccessAsync(key, volume.Handle, Initiator, Stop)).ValueOrThrow();
        Assert.DoesNotContain(pool.AsAdmin(Users.All).Keys, user => user == mine.User);
        await pool.Store.HostListener.HostRemovedAsync(new StorageHost(Guid.NewGuid(), "h", Initiator), Stop);
        (await pool.Driver.DeleteAsync(key, volume.Handle, Stop)).ValueOrThrow();
        Assert.DoesNotContain(volume.Handle.Value, pool.AsAdmin(Images.List).Keys);
        Assert.Null((await pool.Driver.FindAsync(key, Stop)).ValueOrThrow());
    }

    [Fact]
    public async Task A_grants_user_cannot_write_where_the_driver_keeps_whose_an_image_is()
    {
        await using var pool = new CephFixture(ceph);
        var (key, volume, mine) = await GrantedAsync(pool);

        foreach (var name in new[] { $"headgate_volume.{key}", $"rbd_id.{mine.Image}", "rbd_directory" })
            Assert.Equal(Errno.NotPermitted, As(mine, call => Librados.Remove(call.Connection.Pool, name)));
        Assert.Equal(volume.Handle, (await pool.Driver.FindAsync(key, Stop)).ValueOrThrow()!.Handle);
    }

    private static async Task<(ObjectKey Key, VolumeView Volume, Connection.Rbd Connection)> GrantedAsync(CephFixture pool)
    {
        var key = new ObjectKey(Guid.NewGuid());
        var volume = (await pool.Driver.CreateAsync(key, new VolumeSpec("disk", ByteSize.MiB(16), QosSpec.None) { AccountId = Guid.NewGuid() }, Stop)).ValueOrThrow();
        var granted = (await pool.Driver.GrantAccessAsync(key, volume.Handle, new AccessRequest(Initiator, false), Stop)).ValueOrThrow();
        return (key, volume, (Connection.Rbd)granted);
    }

    private T As<T>(Connection.Rbd user, Func<CephCall, T> work)
    {
        using var connections = new CephConnections(new CephConfig(
            Guid.Empty, ceph.Monitors, null, user.User, user.Key, "rbd", "", null, Patience.Long, Patience.Long, TimeProvider.System));
        return CephCall.Run(connections, static (_, request) => request(), work).ValueOrThrow();
    }

    private static unsafe int Spoil(nint pool, string header)
    {
        var write = Librados.NewWrite();
        try
        {
            byte* key = stackalloc byte[] { (byte)'s', (byte)'i', (byte)'z', (byte)'e', 0 };
            byte* value = stackalloc byte[] { 1 };
            nuint length = 1;
            Native.SetOmap(write, &key, &value, &length, 1);
            return Librados.Operate(write, pool, header, null, 0);
        }
        finally
        {
            Librados.FreeWrite(write);
        }
    }

    private static unsafe partial class Native
    {
        [LibraryImport(Librados.Name, EntryPoint = "rados_write_op_omap_set")]
        public static partial void SetOmap(nint write, byte** keys, byte** values, nuint* lengths, nuint count);
    }
}
