using Headgate.Control.Findings;
using Headgate.Domain;
using Headgate.Operations;
using Headgate.Primitives;
using Headgate.Storage.Filters;
using Headgate.Storage.Sdk;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;

namespace Headgate.Control.Tests.Lifecycle;

/// <summary>Protection, the recycle bin, volumes made at their first connection, import and unmanage.</summary>
public class VolumeLifeTests
{
    [Fact]
    public async Task A_protected_volume_is_refused_to_whoever_wants_to_end_it_until_it_is_not()
    {
        await using var world = await World.StartAsync();
        await world.DoneAsync(world.CreateAsync("v1"));
        Assert.True((await world.Get<ProtectVolume>().ExecuteAsync(world.Tenant, "v1", isProtected: true, world.Stop)).ValueOrThrow().Volume.IsProtected);
        Assert.Equal("volume-protected", (await world.Get<DeleteVolume>().ExecuteAsync(world.Admin, "v1", world.Stop)).Problem?.Code);
        Assert.Equal("volume-protected", (await world.Get<UnmanageVolume>().ExecuteAsync(world.Admin, "v1", force: true, world.Stop)).Problem?.Code);
        Assert.Equal("volume-not-found", (await world.Get<ProtectVolume>().ExecuteAsync(world.Stranger, "v1", isProtected: false, world.Stop)).Problem?.Code);
        await world.Get<ProtectVolume>().ExecuteAsync(world.Tenant, "v1", isProtected: false, world.Stop);
        await world.DoneAsync(world.Get<DeleteVolume>().ExecuteAsync(world.Tenant, "v1", world.Stop));
    }

    [Fact]
    public async Task What_is_deleted_keeps_its_place_until_its_time_is_over_and_goes_then()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var world = await World.StartAsync(provider => provider, time);
        foreach (var name in new[] { "gone", "kept", "protected", "snapped" }) await world.DoneAsync(world.CreateAsync(name));
        await world.DoneAsync(world.Get<CreateSnapshot>().ExecuteAsync(world.Tenant, "snapped", "s1", world.Stop));
        var bins = world.Get<RecycleBins>();
        Assert.Equal(("default", RecycleRule.Default), ((await bins.GetAsync(world.Tenant, null, world.Stop)).ValueOrThrow() is var shown ? shown.Rule : "", shown.Keep));
        await bins.SetAsync(world.Admin, new SetRecycleRule("acme", TimeSpan.FromHours(1), Forever: false, Inherit: false), world.Stop);
        foreach (var name in new[] { "gone", "protected", "snapped" }) await world.DoneAsync(world.Get<DeleteVolume>().ExecuteAsync(world.Tenant, name, world.Stop));
        await world.Get<ProtectVolume>().ExecuteAsync(world.Tenant, "protected", isProtected: true, world.Stop);
        await bins.SetAsync(world.Admin, new SetRecycleRule("acme", null, Forever: true, Inherit: false), world.Stop);
        await world.DoneAsync(world.Get<DeleteVolume>().ExecuteAsync(world.Tenant, "kept", world.Stop));
        Assert.Equal(4 * 200, (await world.PoolAsync()).Pool.ReservedIops);

        var purger = world.Get<VolumePurger>();
        Assert.Empty(await purger.PurgeAsync(world.Stop));
        time.Advance(TimeSpan.FromHours(1));
        var begun = Assert.Single(await purger.PurgeAsync(world.Stop));
        Assert.Equal(OperationStatus.Succeeded, (await world.EndedAsync(begun.Operation.Id)).Operation.Status);
        Assert.Empty(await purger.PurgeAsync(world.Stop));
        Assert.Equal("volume-not-found", (await world.Get<GetVolume>().ExecuteAsync(world.Tenant, "gone", world.Stop)).Problem?.Code);
        foreach (var name in new[] { "kept", "protected", "snapped" }) Assert.Equal(VolumeState.Deleted, (await world.VolumeAsync(name)).Volume.State);
        await world.DoneAsync(world.Get<RecoverVolume>().ExecuteAsync(world.Tenant, "kept", world.Stop));
        Assert.Null((await world.VolumeAsync("kept")).Volume.PurgeAt);
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task Rules_of_the_recycle_bin_are_an_admins_and_make_sense()
    {
        await using var world = await World.StartAsync();
        var bins = world.Get<RecycleBins>();
        Assert.Equal("admin-only", (await bins.SetAsync(world.Tenant, new SetRecycleRule(null, TimeSpan.Zero, false, false), world.Stop)).Problem?.Code);
        Assert.Equal("recycle-rule-invalid", (await bins.SetAsync(world.Admin, new SetRecycleRule(null, TimeSpan.Zero, true, false), world.Stop)).Problem?.Code);
        Assert.Equal("recycle-rule-invalid", (await bins.SetAsync(world.Admin, new SetRecycleRule(null, RecycleRule.Longest + TimeSpan.FromSeconds(1), false, false), world.Stop)).Problem?.Code);
        Assert.Equal("account-not-found", (await bins.GetAsync(world.Tenant, "other", world.Stop)).Problem?.Code);
        await bins.SetAsync(world.Admin, new SetRecycleRule(null, TimeSpan.FromDays(1), false, false), world.Stop);
        Assert.Equal(("everybody", (TimeSpan?)TimeSpan.FromDays(1)), ((await bins.GetAsync(world.Tenant, null, world.Stop)).ValueOrThrow() is var shown ? shown.Rule : "", shown.Keep));
        Assert.Equal("default", (await bins.SetAsync(world.Admin, new SetRecycleRule(null, null, false, Inherit: true), world.Stop)).ValueOrThrow().Rule);
    }

    [Fact]
    public async Task A_lazy_volume_is_reserved_at_once_made_when_it_is_connected_and_waits_when_that_fails()
    {
        await using var world = await World.StartAsync();
        await world.DoneAsync(LazyAsync(world, "v1"));
        Assert.Equal(VolumeState.Allocated, (await world.VolumeAsync("v1")).Volume.State);
        Assert.Equal((ByteSize.GiB(1), 200), ((await world.PoolAsync()).Pool.ReservedBytes, (await world.PoolAsync()).Pool.ReservedIops));
        Assert.DoesNotContain(StoreCall.Create, world.Plan.Calls);
        await world.AssertSoundAsync();

        world.Plan.Next(StoreCall.GrantAccess, new InjectedFault.Refuse(Faults.LimitReached("No more initiators.")));
        var failed = await world.EndedAsync(world.Get<ConnectVolume>().ExecuteAsync(world.Tenant, "v1", World.Initiator, world.Stop));
        Assert.Equal(OperationStatus.Failed, failed.Operation.Status);
        var waits = await world.VolumeAsync("v1");
        Assert.Equal((VolumeState.Allocated, FaultCodes.LimitReached, null), (waits.Volume.State, waits.Volume.Cause?.Code, waits.Volume.Handle));
        Assert.Empty(waits.Initiators);
        await world.AssertSoundAsync();

        await world.DoneAsync(world.Get<ConnectVolume>().ExecuteAsync(world.Tenant, "v1", World.Initiator, world.Stop));
        Assert.Equal((VolumeState.Ready, (Cause?)null), ((await world.VolumeAsync("v1")).Volume.State, (await world.VolumeAsync("v1")).Volume.Cause));
        Assert.Equal([World.Initiator], (await world.VolumeAsync("v1")).Initiators);
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task A_lazy_volume_that_nobody_connected_ends_when_it_is_deleted_and_cannot_begin_with_content()
    {
        await using var world = await World.StartAsync();
        await world.DoneAsync(LazyAsync(world, "v1"));
        var id = (await world.VolumeAsync("v1")).Volume.Id;
        await world.DoneAsync(world.Get<DeleteVolume>().ExecuteAsync(world.Tenant, "v1", world.Stop));
        Assert.Equal(VolumeState.Expunged, (await world.VolumeAsync(id.ToString())).Volume.State);
        Assert.Equal(default, (await world.PoolAsync()).Pool.ReservedBytes);
        var request = new CreateVolumeRequest("v2", "gold") { Size = ByteSize.GiB(1), FromVolume = "v1", Lazy = true };
        Assert.Equal("lazy-with-content", (await world.Get<CreateVolume>().ExecuteAsync(world.Tenant, request, world.Stop)).Problem?.Code);
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task Somebody_elses_volume_is_imported_with_all_that_it_is_and_given_up_as_it_was()
    {
        await using var world = await World.StartAsync(("capacityBytes", "10GiB"));
        var handle = world.Array.AddForeignVolume("theirs", ByteSize.GiB(7));
        world.Array.Tamper(handle, v => (v.Qos, v.Mark) = (QosSpec.Create(300, 900, 900), "precious"));
        await world.Get<CheckPool>().ExecuteAsync(world.Admin, "san1", world.Stop);
        var listed = Assert.Single((await world.Get<ListImportable>().ExecuteAsync(world.Admin, "san1", new PageRequest(), world.Stop)).ValueOrThrow().Items);
        Assert.Equal((handle, ByteSize.GiB(7)), (listed.Handle, listed.Size));

        await world.DoneAsync(ImportAsync(world, handle.Value, "mine"));
        var volume = (await world.VolumeAsync("mine")).Volume;
        Assert.Equal((VolumeState.Ready, ByteSize.GiB(7), QosSpec.Create(300, 900, 900)), (volume.State, volume.Size, volume.Promises.ForStorage()));
        var pool = (await world.PoolAsync()).Pool;
        Assert.Equal((ByteSize.GiB(7), 300, default(ByteSize)), (pool.ReservedBytes, pool.ReservedIops, pool.ForeignBytes));
        Assert.Empty((await world.Get<ListImportable>().ExecuteAsync(world.Admin, "san1", new PageRequest(), world.Stop)).ValueOrThrow().Items);
        Assert.Equal("not-importable", (await ImportAsync(world, handle.Value, "twice")).Problem?.Code);
        await world.DoneAsync(world.Get<ConnectVolume>().ExecuteAsync(world.Tenant, "mine", World.Initiator, world.Stop));
        await world.AssertSoundAsync();

        Assert.Equal("admin-only", (await world.Get<UnmanageVolume>().ExecuteAsync(world.Tenant, "mine", force: false, world.Stop)).Problem?.Code);
        await world.DoneAsync(world.Get<UnmanageVolume>().ExecuteAsync(world.Admin, "mine", force: false, world.Stop));
        Assert.Equal("precious", world.Array.ReadMark(handle));
        world.Array.Tamper(handle, v => Assert.Empty(v.Grants));
        Assert.Equal(VolumeState.Expunged, (await world.VolumeAsync(volume.Id.ToString())).Volume.State);
        await world.Get<CheckPool>().ExecuteAsync(world.Admin, "san1", world.Stop);
        await world.AssertSoundAsync();
        await world.DoneAsync(ImportAsync(world, handle.Value, "again"));
    }

    [Fact]
    public async Task A_volume_of_another_pool_of_ours_on_the_same_array_cannot_be_imported()
    {
        await using var world = await World.StartAsync();
        await world.DoneAsync(world.CreateAsync("v1"));
        await world.AddPoolAsync("san2");
        var handle = (await world.VolumeAsync("v1")).Volume.Handle!;
        var there = (await world.VolumeAsync("v1")).Pool == "san1" ? "san2" : "san1";
        Assert.Empty((await world.Get<ListImportable>().ExecuteAsync(world.Admin, there, new PageRequest(), world.Stop)).ValueOrThrow().Items);
        var asked = await world.Get<ImportVolume>().ExecuteAsync(world.Admin, new ImportRequest(there, handle, new AdoptRequest("stolen", "acme", "gold")), world.Stop);
        Assert.Equal("not-importable", asked.Problem?.Code);
    }

    [Fact]
    public async Task A_volume_and_a_pool_whose_storage_is_gone_for_good_are_forgotten_by_force()
    {
        await using var world = await World.StartAsync();
        await world.DoneAsync(world.CreateAsync("v1"));
        await world.DoneAsync(world.Get<ConnectVolume>().ExecuteAsync(world.Tenant, "v1", World.Initiator, world.Stop));
        await world.DoneAsync(world.Get<CreateSnapshot>().ExecuteAsync(world.Tenant, "v1", "s1", world.Stop));
        Assert.Equal("volume-has-snapshots", (await world.Get<UnmanageVolume>().ExecuteAsync(world.Admin, "v1", force: false, world.Stop)).Problem?.Code);
        world.Array.Online = false;
        await world.DoneAsync(world.Get<UnmanageVolume>().ExecuteAsync(world.Admin, "v1", force: true, world.Stop));
        Assert.Empty((await world.Get<ListSnapshots>().ExecuteAsync(world.Tenant, new(), new PageRequest(), world.Stop)).ValueOrThrow().Items);
        await world.DoneAsync(world.Get<RemovePool>().ExecuteAsync(world.Admin, "san1", world.Stop, force: true));
        Assert.Equal("pool-not-found", (await world.Get<GetPool>().ExecuteAsync(world.Admin, "san1", world.Stop)).Problem?.Code);
        await world.AssertSoundAsync();
    }

    internal static Task<Outcome<OperationDetails>> LazyAsync(World world, string name) =>
        world.Get<CreateVolume>().ExecuteAsync(world.Tenant, new CreateVolumeRequest(name, "gold") { Size = ByteSize.GiB(1), Lazy = true }, world.Stop);

    internal static Task<Outcome<OperationDetails>> ImportAsync(World world, string handle, string name) =>
        world.Get<ImportVolume>().ExecuteAsync(world.Admin, new ImportRequest("san1", handle, new AdoptRequest(name, "acme", "gold")), world.Stop);
}
