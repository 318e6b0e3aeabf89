using Headgate.Drivers.Ceph;
using Headgate.Drivers.Ceph.Native;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Ceph.Tests;

/// <summary>What the driver does beyond the contract that all drivers share.</summary>
public sealed class CephDriverTests(RunningCeph ceph)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_that_has_the_image_open_is_cut_off_by_a_revocation_and_others_are_not()
    {
        await using var pool = new CephFixture(ceph);
        var (key, volume) = await MakeAsync(pool);
        var (mine, theirs) = (await GrantAsync(pool, key, volume, "iqn.2026-11.org.example:a"), await GrantAsync(pool, key, volume, "iqn.2026-11.org.example:b"));
        var block = new byte[4096];
        RbdHost.Open(theirs, other =>
        {
            Assert.Equal(0, RbdHost.WriteTo(other, block));
            return RbdHost.Open(mine, image =>
            {
                Assert.Equal(0, RbdHost.WriteTo(image, block));
                pool.Driver.RevokeAccessAsync(key, volume.Handle, "iqn.2026-11.org.example:a", Stop).AsTask().GetAwaiter().GetResult().ValueOrThrow();
                // The monitors have said yes; the OSD hears of it from them a moment later.
                Assert.True(SpinWait.SpinUntil(() => RbdHost.WriteTo(image, block) == Errno.Blocklisted, Patience.Long));
                Assert.Equal(0, RbdHost.WriteTo(other, block));
                return 0;
            });
        });
        Assert.NotEqual(0, RbdHost.Write(mine, block));
        Assert.Equal(0, RbdHost.Write(theirs, block));
    }

    [Fact]
    public async Task A_grants_user_sees_neither_other_images_nor_the_list_of_them()
    {
        await using var pool = new CephFixture(ceph);
        var (key, volume) = await MakeAsync(pool);
        var (otherKey, _) = await MakeAsync(pool);
        var mine = await GrantAsync(pool, key, volume, "iqn.2026-11.org.example:a");

        Assert.Equal(0, RbdHost.Open(mine, _ => 0));
        Assert.Equal(Errno.NotPermitted, RbdHost.Open(mine with { Image = Marks.ImageName(otherKey) }, _ => 0));
        var config = new CephConfig(
            Guid.Empty, ceph.Monitors, null, mine.User, mine.Key, "rbd", "", null, Patience.Long, Patience.Long, TimeProvider.System);
        using var connections = new CephConnections(config);
        var listed = CephCall.Run(connections, static (_, request) => request(), Images.List);
        Assert.Equal(FaultCodes.Unauthorized, listed.Problem!.Code);
    }

    [Fact]
    public async Task Limits_are_where_librbd_reads_them_and_a_limit_taken_back_leaves_nothing()
    {
        await using var pool = new CephFixture(ceph);
        var (key, volume) = await MakeAsync(pool);
        var control = pool.Driver.Facet<IQosControl>()!;

        await control.SetQosAsync(key, volume.Handle, QosSpec.Create(null, 300, 900, ByteSize.MiB(10)), Stop);
        var set = Settings(pool, volume);
        await control.SetQosAsync(key, volume.Handle, QosSpec.Create(null, 300), Stop);
        var lower = Settings(pool, volume);
        await control.SetQosAsync(key, volume.Handle, QosSpec.None, Stop);

        Assert.Equal(
            ["conf_rbd_qos_bps_limit=10485760", "conf_rbd_qos_iops_burst=900", "conf_rbd_qos_iops_burst_seconds=40", "conf_rbd_qos_iops_limit=300"], set);
        Assert.Equal(["conf_rbd_qos_iops_limit=300"], lower);
        Assert.Empty(Settings(pool, volume));
    }

    [Fact]
    public async Task A_min_is_refused_because_nobody_would_keep_it()
    {
        await using var pool = new CephFixture(ceph);
        var refused = await pool.Driver.CreateAsync(NewKey(), Spec() with { Qos = QosSpec.Create(100, 300) }, Stop);

        Assert.Equal(FaultCodes.QosOutOfRange, refused.Problem!.Code);
        Assert.Contains("min IOPS", refused.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copy_that_an_administrator_made_of_our_image_is_foreign_though_its_metadata_came_along()
    {
        await using var pool = new CephFixture(ceph);
        var (key, volume) = await MakeAsync(pool);
        var copy = $"copy-{key}";
        pool.AsAdmin(call =>
        {
            using var image = Image.FindById(call, volume.Handle.Value, forWriting: true)!;
            image.CreateSnapshot("by-hand");
            image.ProtectSnapshot("by-hand");
            Images.TryClone(call, image.Name, "by-hand", copy);
            using var clone = Image.Find(call, copy, forWriting: true)!;
            clone.Flatten();
            image.TryUnprotectSnapshot("by-hand");
            return 0;
        });
        var listed = (await pool.Driver.Facet<IInventory>()!.ListAsync(Stop)).ValueOrThrow();
        Assert.Null(listed.Single(v => v.Name == copy).Key);

        var kept = await pool.Driver.DeleteAsync(key, volume.Handle, Stop);
        Assert.Equal(FaultCodes.InUse, kept.Problem!.Code); // the snapshot is theirs as well
        Assert.Contains("by-hand", kept.Problem.Message, StringComparison.Ordinal);
        pool.AsAdmin(call =>
        {
            using (var image = Image.FindById(call, volume.Handle.Value, forWriting: true)!) image.RemoveSnapshot("by-hand");
            return Images.TryRemove(call, copy);
        });
        Assert.True((await pool.Driver.DeleteAsync(key, volume.Handle, Stop)).IsDone);
    }

    [Fact]
    public async Task A_user_made_by_hand_for_our_image_shows_among_those_let_in()
    {
        await using var pool = new CephFixture(ceph);
        var (key, volume) = await MakeAsync(pool);
        var user = $"sneaky-{key}";
        pool.AsAdmin(call => Monitors.TryChange(
            call, "auth get-or-create", ("entity", $"client.{user}"),
            ("caps", new System.Text.Json.Nodes.JsonArray("mon", "profile rbd", "osd", $"allow rwx pool=rbd object_prefix rbd_data.{volume.Handle}"))));
        try
        {
            var listed = (await pool.Driver.Facet<IInventory>()!.ListAsync(Stop)).ValueOrThrow();
            Assert.Equal([$"client.{user}"], listed.Single(v => v.Key == key).Initiators);
        }
        finally
        {
            pool.AsAdmin(call => Monitors.TryChange(call, "auth rm", ("entity", $"client.{user}")));
        }
    }

    [Fact]
    public async Task A_grant_whose_user_was_changed_by_hand_is_not_shown_and_a_repeat_sets_it_right()
    {
        await using var pool = new CephFixture(ceph);
        var (key, volume) = await MakeAsync(pool);
        const string initiator = "iqn.2026-11.org.example:a";
        var granted = await GrantAsync(pool, key, volume, initiator);
        pool.AsAdmin(call => Monitors.TryChange(
            call, "auth caps", ("entity", $"client.{granted.User}"), ("caps", new System.Text.Json.Nodes.JsonArray("mon", "allow r"))));
        Assert.Empty((await pool.Driver.FindAsync(key, Stop)).ValueOrThrow()!.Initiators);

        Assert.Equal(granted, await GrantAsync(pool, key, volume, initiator));
        Assert.Equal([initiator], (await pool.Driver.FindAsync(key, Stop)).ValueOrThrow()!.Initiators);
        Assert.Equal(0, RbdHost.Write(granted, new byte[4096]));
    }

    [Theory]
    [InlineData("pool", "nowhere", FaultCodes.InvalidArgument, "nowhere")]
    [InlineData("namespace", "nobody", FaultCodes.InvalidArgument, "rbd namespace create rbd/nobody")]
    [InlineData("key", "AQCYTwNrAAAAABAAwbSD9C1/sMJq2xS8ZwVEbg==", FaultCodes.Unauthorized, "client.headgate")]
    [InlineData("user", "somebody", FaultCodes.Unauthorized, "client.somebody")]
    public async Task Settings_that_the_cluster_does_not_take_are_told_apart(string name, string value, string code, string told)
    {
        await using var pool = new CephFixture(ceph, (name, value));
        var fault = (await pool.Store.LifeCycle.InitializeAsync(Stop)).Problem!;

        Assert.Equal(code, fault.Code);
        Assert.Contains(told, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("AQCYTwNr", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_that_may_not_make_users_is_refused_with_the_command_that_helps()
    {
        await using var pool = new CephFixture(ceph);
        var (key, volume) = await MakeAsync(pool);
        var granted = await GrantAsync(pool, key, volume, "iqn.2026-11.org.example:a");
        await using var poor = new CephFixture(ceph, ("user", granted.User), ("key", granted.Key));

        var fault = (await poor.Store.LifeCycle.InitializeAsync(Stop)).Problem!;
        Assert.Equal(FaultCodes.Unauthorized, fault.Code);
        Assert.Contains("mon 'allow *'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Monitors_that_do_not_answer_are_unreachable_and_nothing_is_left_in_doubt()
    {
        await using var pool = new CephFixture(ceph, ("monitors", "v2:127.0.0.1:9"), ("osdTimeoutSeconds", "1"));
        var outcome = await pool.Driver.CreateAsync(NewKey(), Spec(), Stop);

        Assert.Equal(FaultCodes.Unreachable, Assert.IsType<Outcome<VolumeView>.Refused>(outcome).Fault.Code);
    }

    [Fact]
    public async Task A_server_that_the_cluster_blocklisted_comes_back_with_a_new_connection()
    {
        await using var pool = new CephFixture(ceph);
        var (key, _) = await MakeAsync(pool);
        var hits = 0;
        await using var other = (await new CephProvider(null, (_, request) => Interlocked.Increment(ref hits) == 1 ? Errno.Blocklisted : request())
            .OpenAsync(new PoolSettings(pool.Subject.PoolId, CephSettings.Schema, pool.Settings), Stop)).ValueOrThrow();

        Assert.Equal(FaultCodes.Unreachable, (await other.Driver.FindAsync(key, Stop)).Problem!.Code);
        Assert.NotNull((await other.Driver.FindAsync(key, Stop)).ValueOrThrow());
    }

    [Fact]
    public async Task Capacity_is_not_guessed_where_the_cluster_has_no_manager()
    {
        await using var pool = new CephFixture(ceph);
        var facts = (await pool.Store.LifeCycle.InitializeAsync(Stop)).ValueOrThrow();

        Assert.Null(facts.CapacityBytes);
        Assert.Null(facts.CapacityIops);
        Assert.StartsWith("ceph:", facts.BackendId, StringComparison.Ordinal);
    }

    private static ObjectKey NewKey() => new(Guid.NewGuid());

    private static VolumeSpec Spec() => new("disk", ByteSize.MiB(16), QosSpec.None) { AccountId = Guid.NewGuid() };

    private static async Task<(ObjectKey Key, VolumeView Volume)> MakeAsync(CephFixture pool)
    {
        var key = NewKey();
        return (key, (await pool.Driver.CreateAsync(key, Spec(), Stop)).ValueOrThrow());
    }

    private static async Task<Connection.Rbd> GrantAsync(CephFixture pool, ObjectKey key, VolumeView volume, string initiator) =>
        (Connection.Rbd)(await pool.Driver.GrantAccessAsync(key, volume.Handle, new AccessRequest(initiator, false), Stop)).ValueOrThrow();

    private static List<string> Settings(CephFixture pool, VolumeView volume) => pool.AsAdmin(call =>
    {
        using var image = Image.FindById(call, volume.Handle.Value)!;
        string[] known = ["conf_rbd_qos_iops_limit", "conf_rbd_qos_iops_burst", "conf_rbd_qos_iops_burst_seconds", "conf_rbd_qos_bps_limit"];
        return image.ReadMetadata(known).Select(m => $"{m.Key}={m.Value}").Order().ToList();
    });
}
