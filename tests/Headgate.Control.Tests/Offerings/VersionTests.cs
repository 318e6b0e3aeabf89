using Headgate.Control.Offerings;
using Headgate.Domain;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Tests;

/// <summary>Versions of offerings: what an edit makes, who sees it, and how volumes get to it.</summary>
public class VersionTests
{
    private static DiskOfferingSpec Spec(long min, long max, OfferingPrice? price = null) =>
        new(null, CustomSize: true, new OfferingQos { MinIops = min, MaxIops = max, Require = [PromiseKind.MinIops] }) { Price = price };

    [Fact]
    public async Task An_edit_makes_a_version_and_volumes_keep_theirs_until_they_are_moved()
    {
        await using var world = await World.StartAsync();
        var offerings = world.Get<DiskOfferings>();
        var first = (await offerings.CreateAsync(world.Admin, "silver", Spec(100, 1000, new(0.1m)), world.Stop)).ValueOrThrow().Offering;
        await world.DoneAsync(world.CreateAsync("v1", "silver"));
        var second = (await offerings.UpdateAsync(world.Admin, "silver", 1, Spec(300, 3000, new(0.2m)), world.Stop)).ValueOrThrow().Offering;
        Assert.Equal((1, 2, first.Id, first.Id), (first.Number, second.Number, first.FirstId, second.FirstId));
        await world.DoneAsync(world.CreateAsync("v2", "silver"));

        var (v1, v2) = (await world.VolumeAsync("v1"), await world.VolumeAsync("v2"));
        Assert.Equal((1, true, 100L), (v1.OfferingVersion, v1.IsOfferingOutdated, v1.Volume.ReservedIops));
        Assert.Equal((2, false, 300L), (v2.OfferingVersion, v2.IsOfferingOutdated, v2.Volume.ReservedIops));
        await world.DoneAsync(world.Get<ResizeVolume>().ExecuteAsync(world.Tenant, "v1", ByteSize.GiB(2), world.Stop)); // by its own version
        Assert.Equal(100, (await world.VolumeAsync("v1")).Volume.ReservedIops);

        await world.DoneAsync(world.Get<ChangeVolumeOffering>().ExecuteAsync(world.Tenant, "v1", "silver", world.Stop));
        v1 = await world.VolumeAsync("v1");
        Assert.Equal((2, false, 300L), (v1.OfferingVersion, v1.IsOfferingOutdated, v1.Volume.ReservedIops));
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task Versions_are_found_by_number_and_by_id_and_past_ones_change_nothing()
    {
        await using var world = await World.StartAsync();
        var offerings = world.Get<DiskOfferings>();
        var first = (await offerings.CreateAsync(world.Admin, "silver", Spec(100, 1000), world.Stop)).ValueOrThrow().Offering;
        var second = (await offerings.UpdateAsync(world.Admin, "silver", null, Spec(200, 1000), world.Stop)).ValueOrThrow().Offering;
        async Task<int> NumberAsync(string reference) => (await offerings.FindAsync(world.Tenant, reference, world.Stop)).ValueOrThrow().Offering.Number;
        Assert.Equal((2, 1, 2, 2, 2), (await NumberAsync("silver"), await NumberAsync("silver@1"), await NumberAsync("silver@2"),
            await NumberAsync(first.Id.ToString()), await NumberAsync(second.Id.ToString())));
        Assert.Equal("disk-offering-not-found", (await offerings.FindAsync(world.Tenant, "silver@3", world.Stop)).Problem?.Code);
        Assert.Equal([1, 2], (await offerings.VersionsAsync(world.Tenant, "silver", new PageRequest(), world.Stop)).ValueOrThrow().Items.Select(o => o.Offering.Number));
        Assert.DoesNotContain(1, (await offerings.ListAsync(world.Tenant, new PageRequest(), world.Stop)).ValueOrThrow().Items.Where(o => o.Offering.Name == "silver").Select(o => o.Offering.Number));

        Assert.Equal("offering-superseded", (await world.CreateAsync("v1", "silver@1")).Problem?.Code);
        Assert.Equal("offering-superseded", (await offerings.RetireAsync(world.Admin, "silver@1", world.Stop)).Problem?.Code);
        Assert.Equal("offering-superseded", (await offerings.UpdateAsync(world.Admin, "silver@1", null, Spec(1, 2), world.Stop)).Problem?.Code);
        Assert.Equal("offering-changed", (await offerings.UpdateAsync(world.Admin, "silver", 1, Spec(1, 2), world.Stop)).Problem?.Code);
        Assert.Equal(2, (await offerings.UpdateAsync(world.Admin, "silver", 2, Spec(200, 1000), world.Stop)).ValueOrThrow().Offering.Number); // nothing new

        Assert.True((await offerings.RetireAsync(world.Admin, "silver", world.Stop)).IsDone);
        Assert.Equal("offering-retired", (await offerings.UpdateAsync(world.Admin, first.Id.ToString(), null, Spec(1, 2), world.Stop)).Problem?.Code);
        Assert.Equal(1, (await offerings.CreateAsync(world.Admin, "silver", Spec(1, 2), world.Stop)).ValueOrThrow().Offering.Number); // the name is free
    }

    [Fact]
    public async Task Of_many_edits_at_once_each_makes_a_version_of_its_own()
    {
        await using var world = await World.StartAsync();
        var offerings = world.Get<DiskOfferings>();
        Assert.True((await offerings.CreateAsync(world.Admin, "silver", Spec(100, 1000), world.Stop)).IsDone);
        var edits = await Task.WhenAll(Enumerable.Range(1, 20).Select(i => Task.Run(() => offerings.UpdateAsync(world.Admin, "silver", null, Spec(100 + i, 1000), world.Stop))));
        Assert.Equal(Enumerable.Range(2, 20), edits.Select(e => e.ValueOrThrow().Offering.Number).Order());
        await using var db = world.Database.Open();
        Assert.Equal(1, await db.DiskOfferings.CountAsync(o => o.Name == "silver" && o.SupersededAt == null, world.Stop));
    }

    [Fact]
    public async Task An_offering_for_others_does_not_exist_for_a_tenant()
    {
        await using var world = await World.StartAsync();
        var offerings = world.Get<DiskOfferings>();
        var made = (await offerings.CreateAsync(world.Admin, "private", Spec(100, 1000) with { Accounts = ["acme"] }, world.Stop)).ValueOrThrow();
        Assert.Equal(["acme"], made.Accounts);
        foreach (var reference in new[] { "private", "private@1", made.Offering.Id.ToString() })
        {
            Assert.True((await offerings.FindAsync(world.Tenant, reference, world.Stop)).IsDone);
            Assert.Equal("disk-offering-not-found", (await offerings.FindAsync(world.Stranger, reference, world.Stop)).Problem?.Code);
            Assert.Equal("disk-offering-not-found", (await offerings.VersionsAsync(world.Stranger, reference, new PageRequest(), world.Stop)).Problem?.Code);
            var request = new CreateVolumeRequest("v1", reference) { Size = ByteSize.GiB(1) };
            Assert.Equal("disk-offering-not-found", (await world.Get<CreateVolume>().ExecuteAsync(world.Stranger, request, world.Stop)).Problem?.Code);
            Assert.Equal("disk-offering-not-found", (await world.Get<CreateVolume>().RehearseAsync(world.Stranger, request, world.Stop)).Problem?.Code);
            Assert.Equal("disk-offering-not-found", (await world.Get<ExplainPlacement>().ExecuteAsync(world.Stranger, request, world.Stop)).Problem?.Code);
        }
        Assert.DoesNotContain("private", (await offerings.ListAsync(world.Stranger, new PageRequest(), world.Stop)).ValueOrThrow().Items.Select(o => o.Offering.Name));
        Assert.Contains("private", (await offerings.ListAsync(world.Tenant, new PageRequest(), world.Stop)).ValueOrThrow().Items.Select(o => o.Offering.Name));

        // An admin sees it, and is told that its own account is none of those. A version for everybody lets all in.
        Assert.Equal("offering-not-for-account", (await world.Get<CreateVolume>().ExecuteAsync(
            world.Admin, new CreateVolumeRequest("v1", "private") { Size = ByteSize.GiB(1) }, world.Stop)).Problem?.Code);
        Assert.True((await offerings.UpdateAsync(world.Admin, "private", null, Spec(100, 1000), world.Stop)).IsDone);
        Assert.True((await offerings.FindAsync(world.Stranger, "private", world.Stop)).IsDone);
        Assert.Equal("disk-offering-not-found", (await offerings.FindAsync(world.Stranger, "private@1", world.Stop)).Problem?.Code);
    }

    [Fact]
    public async Task An_offering_for_one_zone_makes_no_volume_in_another()
    {
        await using var world = await World.StartAsync();
        Assert.True((await world.Get<Places.Zones>().CreateAsync(world.Admin, "z2", world.Stop)).IsDone);
        Assert.True((await world.Get<DiskOfferings>().CreateAsync(world.Admin, "far", Spec(100, 1000) with { Zones = ["z2"] }, world.Stop)).IsDone);
        var refused = await world.Get<CreateVolume>().ExecuteAsync(
            world.Tenant, new CreateVolumeRequest("v1", "far") { Size = ByteSize.GiB(1), Zone = "z1" }, world.Stop);
        Assert.Equal("offering-not-in-zone", refused.Problem?.Code);
        Assert.Equal("zone-not-found", (await world.Get<DiskOfferings>().CreateAsync(world.Admin, "x", Spec(1, 2) with { Zones = ["nowhere"] }, world.Stop)).Problem?.Code);
    }

    [Fact]
    public async Task A_roll_out_says_volume_by_volume_what_changes_and_then_does_it()
    {
        await using var world = await World.StartAsync(("capacityIops", "1000"));
        var offerings = world.Get<DiskOfferings>();
        Assert.True((await offerings.CreateAsync(world.Admin, "silver", Spec(200, 1000, new(0.1m, 0.01m)), world.Stop)).IsDone);
        foreach (var name in new[] { "v1", "v2", "v3" }) await world.DoneAsync(world.CreateAsync(name, "silver"));
        Assert.True((await offerings.UpdateAsync(world.Admin, "silver", null, Spec(350, 2000, new(0.1m, 0.02m)), world.Stop)).IsDone);

        var rollOut = world.Get<RollOutOffering>();
        Assert.Equal("admin-only", (await rollOut.RehearseAsync(world.Tenant, "silver", null, new PageRequest(), world.Stop)).Problem?.Code);
        var plan = (await rollOut.RehearseAsync(world.Admin, "silver", null, new PageRequest(), world.Stop)).ValueOrThrow();
        // 3 x 200 of 1000 are promised: two can have 150 more each, the third cannot. The plan counts them one after the other.
        Assert.Equal(["v1 ", "v2 ", "v3 out-of-iops"], plan.Lines.Select(l => $"{l.Volume.Name} {l.Problem?.Code}"));
        var change = plan.Lines[0].Change!;
        Assert.Equal((200L, 350L), (change.Before!.Promises.ReservedIops(), change.After.Promises.ReservedIops()));
        Assert.Equal((0.1m + 2m, 0.1m + 7m), (change.Before.PricePerMonth, change.After.PricePerMonth));
        Assert.Equal((ByteSize.GiB(0), 150L), (change.Reserves.Bytes, change.Reserves.Iops));
        Assert.Equal(200, (await world.VolumeAsync("v1")).Volume.ReservedIops); // nothing was done
        await world.AssertSoundAsync();

        var done = (await rollOut.ExecuteAsync(world.Admin, "silver", null, new PageRequest(), world.Stop)).ValueOrThrow();
        foreach (var id in done.Lines.Select(l => l.OperationId).OfType<Guid>()) Assert.Equal(OperationStatus.Succeeded, (await world.EndedAsync(id)).Operation.Status);
        Assert.Equal([2, 2, 1], new[] { "v1", "v2", "v3" }.Select(name => world.VolumeAsync(name).Result.OfferingVersion));
        Assert.Equal(["v3"], (await rollOut.RehearseAsync(world.Admin, "silver", null, new PageRequest(), world.Stop)).ValueOrThrow().Lines.Select(l => l.Volume.Name));
        await world.AssertSoundAsync();
    }
}
