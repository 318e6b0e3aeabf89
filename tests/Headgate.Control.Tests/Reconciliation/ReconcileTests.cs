using Headgate.Control.Findings;
using Headgate.Domain;
using Headgate.Operations;
using Headgate.Primitives;
using Headgate.Storage.Filters;
using Headgate.Storage.Sdk;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;

namespace Headgate.Control.Tests.Reconciliation;

/// <summary>What differs is found once, kept apart, set right where that is safe, and nothing is taken for a difference that is work under way.</summary>
public class ReconcileTests
{
    [Fact]
    public async Task A_volume_that_its_storage_lost_is_in_error_until_the_storage_has_it_again()
    {
        await using var world = await World.StartAsync();
        await world.DoneAsync(world.CreateAsync("v1"));
        var volume = (await world.VolumeAsync("v1")).Volume;
        Hide(world, volume);
        for (var n = 1; n <= 3; n++) Assert.Single((await CheckAsync(world)).Findings, f => f.Kind is CheckKinds.Missing);
        var lost = (await world.VolumeAsync("v1")).Volume;
        Assert.Equal((VolumeState.Error, Volume.MissingCode, volume.ReservedBytes), (lost.State, lost.Cause?.Code, lost.ReservedBytes));
        Assert.Equal(1, await EventsAsync(world, "pool-check.missing"));
        Assert.Equal(1, await EventsAsync(world, "volume.lost"));
        Assert.Equal("volume-state", (await world.Get<ConnectVolume>().ExecuteAsync(world.Tenant, "v1", World.Initiator, world.Stop)).Problem?.Code);

        world.Array.Tamper(new VolumeHandle(volume.Handle!), v => v.Key = new ObjectKey(volume.Id));
        await CheckAsync(world);
        Assert.Equal((VolumeState.Ready, (Cause?)null), ((await world.VolumeAsync("v1")).Volume.State, (await world.VolumeAsync("v1")).Volume.Cause));
        Assert.Equal(FindingState.Gone, (await world.Get<ReadFindings>().ListAsync(world.Admin, new FindingFilter(State: FindingState.Gone, Kind: "missing"), new PageRequest(), world.Stop))
            .ValueOrThrow().Items.Single().Finding.State);
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task A_lost_volume_can_be_ended_and_one_that_is_there_after_all_recovered()
    {
        await using var world = await World.StartAsync();
        foreach (var name in new[] { "lost", "back" }) await world.DoneAsync(world.CreateAsync(name));
        var (lost, back) = ((await world.VolumeAsync("lost")).Volume, (await world.VolumeAsync("back")).Volume);
        world.Array.DeleteBehindTheBack(new VolumeHandle(lost.Handle!));
        Hide(world, back);
        await CheckAsync(world);
        await world.DoneAsync(world.Get<ExpungeVolume>().ExecuteAsync(world.Tenant, "lost", world.Stop));
        Assert.Equal(OperationStatus.Failed, (await world.EndedAsync(world.Get<RecoverVolume>().ExecuteAsync(world.Tenant, "back", world.Stop))).Operation.Status);
        world.Array.Tamper(new VolumeHandle(back.Handle!), v => v.Key = new ObjectKey(back.Id));
        await world.DoneAsync(world.Get<RecoverVolume>().ExecuteAsync(world.Tenant, "back", world.Stop));
        await CheckAsync(world);
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task An_orphan_is_kept_apart_with_its_space_and_deleted_only_on_an_admins_word()
    {
        await using var world = await World.StartAsync(("capacityBytes", "10GiB"));
        var orphan = await OrphanAsync(world);
        for (var n = 1; n <= 3; n++) Assert.Single((await CheckAsync(world)).Findings, f => f is { Kind: CheckKinds.Orphan, IsRepairable: false });
        var pool = (await world.PoolAsync()).Pool;
        Assert.Equal((ByteSize.GiB(1), 200, ByteSize.GiB(9)), (pool.QuarantinedBytes, pool.QuarantinedIops, pool.FreeBytes));
        Assert.Equal(1, await EventsAsync(world, "pool-check.orphan"));

        var delete = world.Get<DeleteOrphan>();
        Assert.Equal("admin-only", (await delete.ExecuteAsync(world.Tenant, orphan.Handle!, early: true, world.Stop)).Problem?.Code);
        Assert.Equal("orphan-in-quarantine", (await delete.ExecuteAsync(world.Admin, orphan.Handle!, early: false, world.Stop)).Problem?.Code);
        await world.DoneAsync(delete.ExecuteAsync(world.Admin, orphan.Handle!, early: true, world.Stop));
        Assert.Equal("orphan-not-found", (await delete.ExecuteAsync(world.Admin, orphan.Handle!, early: true, world.Stop)).Problem?.Code);
        await CheckAsync(world);
        Assert.Equal((default(ByteSize), ByteSize.GiB(10)), ((await world.PoolAsync()).Pool.QuarantinedBytes, (await world.PoolAsync()).Pool.FreeBytes));
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task After_its_quarantine_an_orphan_can_be_deleted_without_more_ado()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var world = await World.StartAsync(provider => provider, time);
        var orphan = await OrphanAsync(world);
        await CheckAsync(world);
        time.Advance(new ReconcileOptions().QuarantineTakes);
        Assert.True((await world.Get<DeleteOrphan>().ExecuteAsync(world.Admin, orphan.Handle!, early: false, world.Stop)).IsDone);
    }

    [Fact]
    public async Task An_orphan_is_adopted_with_its_data_size_and_limits()
    {
        await using var world = await World.StartAsync();
        var orphan = await OrphanAsync(world);
        world.Array.WriteMark(new VolumeHandle(orphan.Handle!), "precious");
        await CheckAsync(world);
        var adopt = world.Get<AdoptOrphan>();
        Assert.Equal("account-not-found", (await adopt.ExecuteAsync(world.Admin, orphan.Handle!, new AdoptRequest("again", "nobody", "gold"), world.Stop)).Problem?.Code);
        await world.DoneAsync(adopt.ExecuteAsync(world.Admin, orphan.Handle!, new AdoptRequest("again", "acme", "gold"), world.Stop));
        var volume = (await world.VolumeAsync("again")).Volume;
        Assert.Equal((orphan.Id, VolumeState.Ready, orphan.Size, QosSpec.Create(200, 1000, 1000)), (volume.Id, volume.State, volume.Size, volume.Promises.ForStorage()));
        Assert.Equal("precious", world.Array.ReadMark(new VolumeHandle(volume.Handle!)));
        await world.DoneAsync(world.Get<ConnectVolume>().ExecuteAsync(world.Tenant, "again", World.Initiator, world.Stop));
        await CheckAsync(world);
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task What_is_safe_is_set_right_by_itself_but_not_what_an_admin_ignores()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var world = await World.StartAsync(provider => provider, time);
        foreach (var name in new[] { "v1", "v2" }) await world.DoneAsync(world.CreateAsync(name));
        foreach (var name in new[] { "v1", "v2" })
            world.Array.Tamper(new VolumeHandle((await world.VolumeAsync(name)).Volume.Handle!), v => v.Qos = QosSpec.Create(200, 777, 1000));
        var ignored = (await CheckAsync(world)).Findings.Single(f => f.Volume == "v2");
        await world.Get<IgnoreFinding>().ExecuteAsync(world.Admin, ignored.Id.ToString()!, isIgnored: true, world.Stop);

        var reconciler = world.Get<Reconciler>();
        Assert.False(await reconciler.CheckNextAsync(world.Stop)); // each pool at its own moment of the first interval
        time.Advance(new ReconcileOptions().Every);
        Assert.True(await reconciler.CheckNextAsync(world.Stop));
        var repaired = (await world.Get<ReadFindings>().ListAsync(world.Admin, new FindingFilter(), new PageRequest(), world.Stop)).ValueOrThrow()
            .Items.Single(f => f.Finding.Volume == "v1").Finding;
        Assert.Equal(OperationStatus.Succeeded, (await world.EndedAsync(repaired.RepairOperationId!.Value)).Operation.Status);
        Assert.Equal(1000, world.Array.Lookup("v1", world)?.Qos.MaxIops);
        Assert.Equal(777, world.Array.Lookup("v2", world)?.Qos.MaxIops);

        Assert.Equal(["v2"], (await CheckAsync(world)).Findings.Select(f => f.Volume));
        Assert.Equal(FindingState.Repaired, (await world.Get<ReadFindings>().GetAsync(world.Admin, repaired.Id.ToString(), world.Stop)).ValueOrThrow().Finding.State);
    }

    [Fact]
    public async Task One_server_at_a_time_compares_a_pool_and_another_takes_over_from_one_that_fell_silent()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var world = await World.StartAsync(provider => provider, time);
        var reconciler = world.Get<Reconciler>();
        Assert.False(await reconciler.CheckNextAsync(world.Stop));
        time.Advance(new ReconcileOptions().Every);
        await world.Database.WriteAsync(
            async (db, stop) => db.Put(await db.PoolCheckups.SingleAsync(stop) with { LeaseOwner = "other#1", LeaseUntil = time.GetUtcNow() + Reconciler.LeaseTakes }), world.Stop);
        Assert.False(await reconciler.CheckNextAsync(world.Stop));
        time.Advance(Reconciler.LeaseTakes);
        Assert.True(await reconciler.CheckNextAsync(world.Stop));
        Assert.False(await reconciler.CheckNextAsync(world.Stop)); // not due again
    }

    [Fact]
    public async Task A_volume_made_and_connected_while_the_storage_was_being_listed_is_no_difference()
    {
        MeddledProvider meddled = null!;
        await using var world = await World.StartAsync(provider => meddled = new MeddledProvider(provider), TimeProvider.System);
        await world.DoneAsync(world.CreateAsync("old"));
        var n = 0;
        meddled.AfterListing = async () =>
        {
            // All of it begins and ends between the listing and what is read of the database.
            var name = $"new{++n}";
            await world.DoneAsync(world.CreateAsync(name));
            await world.DoneAsync(world.Get<ConnectVolume>().ExecuteAsync(world.Tenant, name, World.Initiator, world.Stop));
            if (n > 1) await world.DoneAsync(world.Get<DisconnectVolume>().ExecuteAsync(world.Tenant, $"new{n - 1}", World.Initiator, world.Stop));
            await world.DoneAsync(world.Get<DeleteVolume>().ExecuteAsync(world.Tenant, "old", world.Stop));
            await world.DoneAsync(world.Get<RecoverVolume>().ExecuteAsync(world.Tenant, "old", world.Stop));
        };
        for (var times = 1; times <= 3; times++) Assert.Empty((await CheckAsync(world)).Findings.Select(f => f.Message));
        Assert.True(n >= 6); // each check looked twice, because what it had seen first was suspicious
        meddled.AfterListing = null;
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task At_every_point_of_an_operation_a_check_finds_nothing()
    {
        await using var world = await World.StartAsync();
        var found = new List<string>();
        world.Faults.Also(async point =>
        {
            if (point.StartsWith("pool.", StringComparison.Ordinal)) return;
            var check = (await world.Get<CheckPool>().ExecuteAsync(world.Admin, "san1", world.Stop)).ValueOrThrow();
            lock (found) found.AddRange(check.Findings.Select(f => $"{point}: {f.Message}"));
        });
        await world.DoneAsync(world.CreateAsync("v1"));
        await world.DoneAsync(world.Get<ConnectVolume>().ExecuteAsync(world.Tenant, "v1", World.Initiator, world.Stop));
        await world.DoneAsync(world.Get<ResizeVolume>().ExecuteAsync(world.Tenant, "v1", ByteSize.GiB(2), world.Stop));
        await world.DoneAsync(world.Get<DisconnectVolume>().ExecuteAsync(world.Tenant, "v1", World.Initiator, world.Stop));
        await world.DoneAsync(world.Get<DeleteVolume>().ExecuteAsync(world.Tenant, "v1", world.Stop));
        await world.DoneAsync(world.Get<ExpungeVolume>().ExecuteAsync(world.Tenant, "v1", world.Stop));
        Assert.Empty(found);
    }

    [Fact]
    public async Task Another_storage_behind_the_address_takes_no_volume_away()
    {
        await using var world = await World.StartAsync();
        await world.DoneAsync(world.CreateAsync("v1"));
        var volume = (await world.VolumeAsync("v1")).Volume;
        Hide(world, volume);
        await world.Database.WriteAsync(async (db, stop) => db.Put(await db.Pools.SingleAsync(stop) with { BackendId = "another" }), world.Stop);
        Assert.Equal([CheckKinds.BackendChanged], (await CheckAsync(world)).Findings.Select(f => f.Kind));
        Assert.Equal(VolumeState.Ready, (await world.VolumeAsync("v1")).Volume.State);
    }

    [Fact]
    public async Task A_storage_that_does_not_answer_is_a_finding_and_closes_no_other()
    {
        await using var world = await World.StartAsync();
        await OrphanAsync(world);
        await CheckAsync(world);
        world.Array.Online = false;
        Assert.Equal(FaultCodes.Unreachable, (await world.Get<CheckPool>().ExecuteAsync(world.Admin, "san1", world.Stop)).Problem?.Code);
        Assert.Equal(["orphan", "unreachable"], await OpenAsync(world));
        world.Array.Online = true;
        await CheckAsync(world);
        Assert.Equal(["orphan"], await OpenAsync(world));
    }

    [Fact]
    public async Task An_operation_that_does_not_get_on_is_told_of_with_the_way_out()
    {
        await using var world = await World.StartAsync();
        world.Plan.Always(StoreCall.Create, new InjectedFault.LoseReply()).Always(StoreCall.Find, new InjectedFault.LoseRequest());
        var asked = (await world.CreateAsync("v1")).ValueOrThrow().Operation;
        // Between two attempts: one that is under way would find its count changed, and leave the operation to the end of its lease.
        await world.UntilAsync(asked.Id, seen => seen.Operation.LeaseOwner is null && seen.Steps.Any(s => s.Attempts >= 2));
        await world.Database.WriteAsync(
            async (db, stop) => db.OperationSteps.Update(await db.OperationSteps.SingleAsync(s => s.OperationId == asked.Id && s.Name == "provision-lun", stop) with { Attempts = StuckOperations.Attempts }),
            world.Stop);
        var found = Assert.Single((await CheckAsync(world)).Findings);
        Assert.Equal(CheckKinds.OperationStuck, found.Kind);
        Assert.Contains($"headgate operation abandon {asked.Id}", found.Action, StringComparison.Ordinal);

        Assert.Equal("admin-only", (await world.Get<AbandonOperation>().ExecuteAsync(world.Tenant, asked.Id, world.Stop)).Problem?.Code);
        Assert.True((await world.Get<AbandonOperation>().ExecuteAsync(world.Admin, asked.Id, world.Stop)).IsDone);
        var ended = await world.EndedAsync(asked.Id);
        Assert.Equal((OperationStatus.Failed, "operation-abandoned"), (ended.Operation.Status, ended.Operation.Fault?.Code));
        world.Plan.Clear();
        Assert.Equal([CheckKinds.Orphan], (await CheckAsync(world)).Findings.Select(f => f.Kind)); // its create had reached the storage
        Assert.Equal("operation-ended", (await world.Get<HurryOperation>().ExecuteAsync(world.Tenant, asked.Id, world.Stop)).Problem?.Code);
    }

    private static async Task<PoolCheckResult> CheckAsync(World world) => (await world.Get<CheckPool>().ExecuteAsync(world.Admin, "san1", world.Stop)).ValueOrThrow();

    private static async Task<IEnumerable<string>> OpenAsync(World world) =>
        (await world.Get<ReadFindings>().ListAsync(world.Admin, new FindingFilter(), new PageRequest(), world.Stop)).ValueOrThrow().Items.Select(f => f.Finding.Kind).Order();

    private static async Task<int> EventsAsync(World world, string code)
    {
        await using var db = world.Database.Open();
        return await db.Events.CountAsync(e => e.Code == code, world.Stop);
    }

    /// <summary>As a storage that cannot find it for a while.</summary>
    private static void Hide(World world, Volume volume) => world.Array.Tamper(new VolumeHandle(volume.Handle!), v => v.Key = new ObjectKey(Guid.Empty));

    /// <summary>As a database has it that was restored from before the volume was made.</summary>
    internal static async Task<Volume> OrphanAsync(World world)
    {
        await world.DoneAsync(world.CreateAsync("lost"));
        var volume = (await world.VolumeAsync("lost")).Volume;
        await world.Database.WriteAsync(
            async (db, stop) =>
            {
                var (pool, gone) = Ledger.Move(await db.Pools.SingleAsync(p => p.Id == volume.PoolId, stop), volume with { State = VolumeState.Expunged, Handle = null }, Reservation.None);
                db.Put(pool);
                db.Put(gone);
            },
            world.Stop);
        return volume;
    }
}

internal static class ArrayLooking
{
    public static Headgate.Drivers.Reference.ReferenceVolume? Lookup(this Headgate.Drivers.Reference.ReferenceArray array, string name, World world)
    {
        Headgate.Drivers.Reference.ReferenceVolume? found = null;
        using var db = world.Database.Open();
        array.Tamper(new VolumeHandle(db.Volumes.Single(v => v.Name == name).Handle!), volume => found = volume);
        return found;
    }
}
