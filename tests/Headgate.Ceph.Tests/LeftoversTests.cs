using Headgate.Drivers.Ceph;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Ceph.Tests;

/// <summary>What is left, and what is not touched, by calls that fail, are refused, are given up or run into one another.</summary>
public sealed class LeftoversTests(RunningCeph ceph)
{
    private const string Initiator = "iqn.2026-11.org.example:a";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("take snapshot")]
    [InlineData("protect snapshot")]
    [InlineData("clone image")]
    [InlineData("flatten image")]
    public async Task A_clone_that_the_cluster_refuses_for_good_is_refused_and_leaves_nothing(string step)
    {
        await using var pool = new CephFixture(ceph);
        var (_, source) = await MakeAsync(pool);
        var key = NewKey();
        pool.Link.Answer(step, Errno.QuotaExceeded);

        var outcome = await pool.Driver.Facet<IClones>()!.CloneAsync(key, Spec(), source.Handle, null, Stop);

        Assert.Equal(FaultCodes.OutOfCapacity, Assert.IsType<Outcome<VolumeView>.Refused>(outcome).Fault.Code);
        await NothingOfAsync(pool, key, source);
    }

    [Theory]
    [InlineData("take snapshot")]
    [InlineData("protect snapshot")]
    [InlineData("clone image")]
    [InlineData("flatten image")]
    [InlineData("unprotect snapshot")]
    [InlineData("remove snapshot")]
    [InlineData("begin the record", 2)]
    public async Task A_clone_given_up_anywhere_is_found_and_deleted_with_all_that_it_left_on_its_source(string step, int nth = 1)
    {
        await using var pool = new CephFixture(ceph);
        var (_, source) = await MakeAsync(pool);
        var key = NewKey();
        pool.Link.CutAt(step, nth);
        Assert.IsType<Outcome<VolumeView>.Unknown>(await pool.Driver.Facet<IClones>()!.CloneAsync(key, Spec(), source.Handle, null, Stop));
        pool.Link.Reset();

        var found = (await pool.Driver.FindAsync(key, Stop)).ValueOrThrow();
        Assert.Equal(key, found!.Key);
        (await pool.Driver.DeleteAsync(key, found.Handle, Stop)).ValueOrThrow();

        await NothingOfAsync(pool, key, source);
    }

    [Fact]
    public async Task A_delete_that_stopped_before_it_took_the_passing_snapshot_away_takes_it_when_it_is_repeated()
    {
        await using var pool = new CephFixture(ceph);
        var (_, source) = await MakeAsync(pool);
        var key = NewKey();
        pool.Link.CutAt("remove snapshot");
        await pool.Driver.Facet<IClones>()!.CloneAsync(key, Spec(), source.Handle, null, Stop);
        pool.Link.Reset();
        var handle = (await pool.Driver.FindAsync(key, Stop)).ValueOrThrow()!.Handle;
        pool.Link.CutAt("unprotect snapshot");
        Assert.IsType<Outcome<Nothing>.Unknown>(await pool.Driver.DeleteAsync(key, handle, Stop));
        pool.Link.Reset();

        (await pool.Driver.DeleteAsync(key, handle, Stop)).ValueOrThrow();

        await NothingOfAsync(pool, key, source);
    }

    [Fact]
    public async Task A_clone_that_is_repeated_after_a_cut_leaves_no_passing_snapshot_either()
    {
        await using var pool = new CephFixture(ceph);
        var (_, source) = await MakeAsync(pool);
        var key = NewKey();
        pool.Link.CutAt("unprotect snapshot");
        await pool.Driver.Facet<IClones>()!.CloneAsync(key, Spec(), source.Handle, null, Stop);
        pool.Link.Reset();

        (await pool.Driver.Facet<IClones>()!.CloneAsync(key, Spec(), source.Handle, null, Stop)).ValueOrThrow();

        Assert.Empty(SnapshotsOf(pool, source));
    }

    [Fact]
    public async Task A_key_of_a_clone_that_was_begun_is_refused_for_anything_else()
    {
        await using var pool = new CephFixture(ceph);
        var (_, source) = await MakeAsync(pool);
        var key = NewKey();
        pool.Link.CutAt("clone image");
        await pool.Driver.Facet<IClones>()!.CloneAsync(key, Spec(), source.Handle, null, Stop);
        pool.Link.Reset();

        Assert.Equal(FaultCodes.KeyReused, (await pool.Driver.CreateAsync(key, Spec(), Stop)).Problem!.Code);
        Assert.Equal(FaultCodes.KeyReused, (await pool.Driver.Facet<IClones>()!.CloneAsync(key, Spec() with { Size = ByteSize.MiB(32) }, source.Handle, null, Stop)).Problem!.Code);
    }

    [Fact]
    public async Task A_delete_that_a_strangers_snapshot_refuses_has_changed_nothing()
    {
        await using var pool = new CephFixture(ceph);
        var (key, volume) = await MakeAsync(pool);
        var mine = await GrantAsync(pool, key, volume);
        var snapshotKey = NewKey();
        await pool.Driver.Facet<ISnapshots>()!.CreateSnapshotAsync(snapshotKey, key, volume.Handle, "s", Stop);
        ChangeSnapshots(pool, volume, image => image.CreateSnapshot("backup"));

        var refused = await pool.Driver.DeleteAsync(key, volume.Handle, Stop);

        Assert.Equal(FaultCodes.InUse, Assert.IsType<Outcome<Nothing>.Refused>(refused).Fault.Code);
        Assert.Equal(0, RbdHost.Write(mine, new byte[4096]));
        Assert.Equal([Initiator], (await pool.Driver.FindAsync(key, Stop)).ValueOrThrow()!.Initiators);
        Assert.NotNull((await pool.Driver.Facet<ISnapshots>()!.FindSnapshotAsync(snapshotKey, volume.Handle, Stop)).ValueOrThrow());
        ChangeSnapshots(pool, volume, image => image.RemoveSnapshot("backup"));
        Assert.True((await pool.Driver.DeleteAsync(key, volume.Handle, Stop)).IsDone);
    }

    [Fact]
    public async Task A_delete_of_an_image_that_a_host_has_open_is_refused_and_the_host_goes_on()
    {
        await using var pool = new CephFixture(ceph);
        var (key, volume) = await MakeAsync(pool);
        var mine = await GrantAsync(pool, key, volume);

        RbdHost.Open(mine, image =>
        {
            Assert.Equal(0, RbdHost.WriteTo(image, new byte[4096]));
            var refused = pool.Driver.DeleteAsync(key, volume.Handle, Stop).AsTask().GetAwaiter().GetResult();
            Assert.Equal(FaultCodes.Busy, Assert.IsType<Outcome<Nothing>.Refused>(refused).Fault.Code);
            Assert.Equal(0, RbdHost.WriteTo(image, new byte[4096]));
            return 0;
        });

        Assert.True((await pool.Driver.DeleteAsync(key, volume.Handle, Stop)).IsDone);
    }

    [Fact]
    public async Task A_delete_of_an_image_that_a_clone_depends_on_is_refused_and_the_snapshot_stays_protected()
    {
        await using var pool = new CephFixture(ceph);
        var (key, source) = await MakeAsync(pool);
        var copy = NewKey();
        pool.Link.CutAt("flatten image");
        await pool.Driver.Facet<IClones>()!.CloneAsync(copy, Spec(), source.Handle, null, Stop);
        pool.Link.Reset();

        var refused = await pool.Driver.DeleteAsync(key, source.Handle, Stop);

        Assert.Equal(FaultCodes.Busy, Assert.IsType<Outcome<Nothing>.Refused>(refused).Fault.Code);
        Assert.Equal([Marks.CopyName(copy)], SnapshotsOf(pool, source));
        (await pool.Driver.Facet<IClones>()!.CloneAsync(copy, Spec(), source.Handle, null, Stop)).ValueOrThrow();
        Assert.True((await pool.Driver.DeleteAsync(key, source.Handle, Stop)).IsDone);
    }

    [Fact]
    public async Task A_snapshot_is_not_said_to_be_absent_while_it_is_being_taken()
    {
        await using var pool = new CephFixture(ceph);
        var (key, volume) = await MakeAsync(pool);
        var (_, other) = await MakeAsync(pool);
        var snapshots = pool.Driver.Facet<ISnapshots>()!;
        var snapshotKey = NewKey();
        using var go = new ManualResetEventSlim();
        var held = pool.Link.Hold("take snapshot", go);
        var taking = snapshots.CreateSnapshotAsync(snapshotKey, key, volume.Handle, "s", Stop).AsTask();
        await held;

        var finding = snapshots.FindSnapshotAsync(snapshotKey, volume.Handle, Stop).AsTask();
        Assert.Null((await snapshots.FindSnapshotAsync(snapshotKey, other.Handle, Stop)).ValueOrThrow()); // another image's: does not wait
        go.Set();

        Assert.NotNull((await finding).ValueOrThrow());
        Assert.True((await taking).IsDone);
    }

    [Fact]
    public async Task An_image_that_one_pool_is_making_is_nobody_elses_and_keeps_no_other_pool_from_going()
    {
        await using var maker = new CephFixture(ceph);
        await using var leaver = new CephFixture(ceph);
        var key = NewKey();
        using var go = new ManualResetEventSlim();
        var held = maker.Link.Hold("set metadata", go); // the image is there, and not finished
        var making = maker.Driver.CreateAsync(key, Spec() with { Qos = QosSpec.Create(null, 500) }, Stop).AsTask();
        await held;

        var listed = (await leaver.Driver.Facet<IInventory>()!.ListAsync(Stop)).ValueOrThrow().Single(v => v.Name == Marks.ImageName(key));
        var left = await leaver.Store.LifeCycle.RemoveAsync(Stop);
        go.Set();

        Assert.Null(listed.Key);
        Assert.True(left.IsDone, left.Problem?.Message);
        Assert.True((await making).IsDone);
    }

    [Fact]
    public async Task A_create_that_the_cluster_refuses_for_good_leaves_nothing_and_one_given_up_is_found_and_deleted()
    {
        await using var pool = new CephFixture(ceph);
        var refused = NewKey();
        pool.Link.Answer("create image", Errno.QuotaExceeded);
        Assert.Equal(FaultCodes.OutOfCapacity, Assert.IsType<Outcome<VolumeView>.Refused>(await pool.Driver.CreateAsync(refused, Spec(), Stop)).Fault.Code);
        Assert.Null((await pool.Driver.FindAsync(refused, Stop)).ValueOrThrow());
        Assert.Null(pool.AsAdmin(call => Records.Find(call, refused)));

        var cut = NewKey();
        pool.Link.CutAt("create image");
        Assert.False((await pool.Driver.CreateAsync(cut, Spec(), Stop)).IsDone);
        pool.Link.Reset();
        var found = (await pool.Driver.FindAsync(cut, Stop)).ValueOrThrow();
        Assert.Equal(cut, found!.Key);
        (await pool.Driver.DeleteAsync(cut, found.Handle, Stop)).ValueOrThrow();
        Assert.Null(pool.AsAdmin(call => Records.Find(call, cut)));
    }

    [Fact]
    public async Task A_size_that_the_cluster_does_not_tell_is_no_size_of_nought()
    {
        await using var pool = new CephFixture(ceph);
        var (key, volume) = await MakeAsync(pool);
        pool.Link.Answer("read the size", Errno.TimedOut);
        Assert.False((await pool.Driver.FindAsync(key, Stop)).IsDone);
        pool.Link.Answer("read the overlap", Errno.TimedOut);
        Assert.False((await pool.Driver.Facet<IClones>()!.CloneAsync(NewKey(), Spec(), volume.Handle, null, Stop)).IsDone);
    }

    private static async Task NothingOfAsync(CephFixture pool, ObjectKey key, VolumeView source)
    {
        Assert.Empty(SnapshotsOf(pool, source));
        Assert.Null((await pool.Driver.FindAsync(key, Stop)).ValueOrThrow());
        Assert.Null(pool.AsAdmin(call => Records.Find(call, key)));
        Assert.DoesNotContain(Marks.ImageName(key), pool.AsAdmin(Images.List).Values);
    }

    private static List<string> SnapshotsOf(CephFixture pool, VolumeView volume) => pool.AsAdmin(call =>
    {
        using var image = Image.FindById(call, volume.Handle.Value)!;
        return image.Snapshots().Select(s => s.Name).ToList();
    });

    private static void ChangeSnapshots(CephFixture pool, VolumeView volume, Action<Image> change) => pool.AsAdmin(call =>
    {
        using var image = Image.FindById(call, volume.Handle.Value, forWriting: true)!;
        change(image);
        return 0;
    });

    private static ObjectKey NewKey() => new(Guid.NewGuid());

    // One account for all: a repeat must ask for the same.
    private static VolumeSpec Spec() => new("disk", ByteSize.MiB(16), QosSpec.None) { AccountId = new Guid("9f0d6a50-26b5-4f7e-8b6c-0d6d6a1d2a11") };

    private static async Task<(ObjectKey Key, VolumeView Volume)> MakeAsync(CephFixture pool)
    {
        var key = NewKey();
        return (key, (await pool.Driver.CreateAsync(key, Spec(), Stop)).ValueOrThrow());
    }

    private static async Task<Connection.Rbd> GrantAsync(CephFixture pool, ObjectKey key, VolumeView volume) =>
        (Connection.Rbd)(await pool.Driver.GrantAccessAsync(key, volume.Handle, new AccessRequest(Initiator, false), Stop)).ValueOrThrow();
}
