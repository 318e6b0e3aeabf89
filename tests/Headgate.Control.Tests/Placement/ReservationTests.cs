using Headgate.Control.Offerings;
using Headgate.Domain;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Tests;

/// <summary>What is promised of pools, with many calls at once; what a dry run says and that it does nothing.</summary>
public class ReservationTests
{
    private const int Calls = 1000;

    [Fact]
    public async Task A_thousand_random_calls_at_once_never_oversell_bytes_iops_or_bandwidth()
    {
        await using var world = await World.StartAsync(("capacityIops", "4000"), ("capacityBytes", "120GiB"));
        var second = new AddPoolRequest("san2", "Reference", "z1")
        {
            Settings = new Dictionary<string, string> { ["array"] = $"second-{world.Array.Name}", ["capacityIops"] = "2000", ["capacityBytes"] = "50GiB" },
        };
        await world.DoneAsync(world.Get<AddPool>().ExecuteAsync(world.Admin, second, world.Stop));
        var offering = new DiskOfferingSpec(null, CustomSize: true, new OfferingQos { CustomIops = true, MaxBandwidth = ByteSize.MiB(50) });
        Assert.True((await world.Get<DiskOfferings>().CreateAsync(world.Admin, "any", offering, world.Stop)).IsDone);
        foreach (var pool in new[] { "san1", "san2" })
        {
            var bandwidth = new PoolPlacementSettings { Bandwidth = ByteSize.MiB(250), BandwidthOvercommit = 2 };
            Assert.True((await world.Get<ChangePoolPlacement>().ExecuteAsync(world.Admin, pool, bandwidth, world.Stop)).IsDone);
        }
        var chance = new Random(20261123); // the same calls in every run; only who comes first differs
        var drawn = Enumerable.Range(0, Calls).Select(_ => (Gib: chance.Next(1, 13), Min: chance.Next(50, 601), Kind: chance.Next(20))).ToList();
        var names = new System.Collections.Concurrent.ConcurrentQueue<string>();
        await Parallel.ForEachAsync(drawn.Select((call, i) => (call, i)), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = world.Stop }, async (item, stop) =>
        {
            var ((gib, min, kind), i) = item;
            // Most are for new volumes, of which the pools have room for some twenty; what there is changes and goes meanwhile.
            var target = kind >= 17 && names.TryDequeue(out var there) ? there : null;
            var asked = (kind, target) switch
            {
                (17, not null) => await world.Get<ResizeVolume>().ExecuteAsync(world.Tenant, target, ByteSize.GiB(gib + 5), stop),
                (18, not null) => await world.Get<SetVolumeQos>().ExecuteAsync(world.Tenant, target, new(min, min * 2, null, ByteSize.MiB(25)), stop),
                (19, not null) => await world.Get<DeleteVolume>().ExecuteAsync(world.Tenant, target, stop),
                _ => await world.Get<CreateVolume>().ExecuteAsync(world.Tenant, Request($"v{i}", gib, min), stop),
            };
            if (asked.IsDone) names.Enqueue(target ?? $"v{i}");
            await AssertNothingOversoldAsync(world, i % 50 == 0);
        });
        await using var db = world.Database.Open();
        foreach (var id in await db.Operations.Select(o => o.Id).ToListAsync(world.Stop)) await world.EndedAsync(id);
        await AssertNothingOversoldAsync(world, really: true);
        Assert.True(await db.Volumes.CountAsync(world.Stop) > 10);
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task A_dry_run_says_what_the_request_does_and_does_nothing()
    {
        await using var world = await World.StartAsync();
        var before = await CountsAsync(world);
        var plan = (await world.Get<CreateVolume>().RehearseAsync(world.Tenant, new CreateVolumeRequest("v1", "gold") { Size = ByteSize.GiB(3) }, world.Stop)).ValueOrThrow();
        Assert.Equal(("volume.create", "san1", ByteSize.GiB(3), 200L), (plan.Kind, plan.After.Pool.Name, plan.Reserves.Bytes, plan.Reserves.Iops));
        Assert.Null(plan.Before);
        Assert.Equal(before, await CountsAsync(world));

        await world.DoneAsync(world.CreateAsync("v1", "free", gib: 1));
        before = await CountsAsync(world);
        var resize = (await world.Get<ResizeVolume>().RehearseAsync(world.Tenant, "v1", ByteSize.GiB(5), world.Stop)).ValueOrThrow();
        Assert.Equal((ByteSize.GiB(1), ByteSize.GiB(5), ByteSize.GiB(4)), (resize.Before!.Size, resize.After.Size, resize.Reserves.Bytes));
        var qos = (await world.Get<SetVolumeQos>().RehearseAsync(world.Tenant, "v1", new(300, 600, null, null), world.Stop)).ValueOrThrow();
        Assert.Equal((0L, 300L), (qos.Before!.Promises.ReservedIops(), qos.After.Promises.ReservedIops()));
        var change = (await world.Get<ChangeVolumeOffering>().RehearseAsync(world.Tenant, "v1", "gold", world.Stop)).ValueOrThrow();
        Assert.Equal(("free", "gold", false), (change.Before!.Offering.Name, change.After.Offering.Name, change.Moves));
        Assert.Equal(before, await CountsAsync(world));

        // What is refused is refused in the same words.
        var asked = new CreateVolumeRequest("v2", "gold") { Size = ByteSize.TiB(900) };
        var (really, dry) = (await world.Get<CreateVolume>().ExecuteAsync(world.Tenant, asked, world.Stop), await world.Get<CreateVolume>().RehearseAsync(world.Tenant, asked, world.Stop));
        Assert.Equal(really.Problem!.Message, dry.Problem?.Message);
        Assert.Equal(really.Problem.Details, dry.Problem?.Details);
        Assert.Equal("name-taken", (await world.Get<CreateVolume>().RehearseAsync(world.Tenant, new CreateVolumeRequest("v1", "gold") { Size = ByteSize.GiB(1) }, world.Stop)).Problem?.Code);
    }

    [Fact]
    public async Task Where_a_volume_is_placed_follows_the_zones_policy_and_an_admins_wish()
    {
        await using var world = await World.StartAsync(("capacityIops", "1000"));
        await world.AddPoolAsync("san2", ("capacityIops", "1000"));
        await world.DoneAsync(world.CreateAsync("v1"));
        var first = (await world.VolumeAsync("v1")).Pool;
        async Task<string> WouldGoAsync(PlacementPolicy? asked = null) => (await world.Get<CreateVolume>().RehearseAsync(
            world.Admin, new CreateVolumeRequest("x", "gold") { Size = ByteSize.GiB(1), Placement = asked }, world.Stop)).ValueOrThrow().After.Pool.Name;
        Assert.NotEqual(first, await WouldGoAsync());
        Assert.Equal(first, await WouldGoAsync(PlacementPolicy.Pack));
        Assert.True((await world.Get<Places.Zones>().SetPlacementAsync(world.Admin, "z1", PlacementPolicy.Pack, world.Stop)).IsDone);
        Assert.Equal(first, await WouldGoAsync());
        Assert.NotEqual(first, await WouldGoAsync(PlacementPolicy.Spread));
        Assert.Equal("admin-only", (await world.Get<CreateVolume>().ExecuteAsync(
            world.Tenant, new CreateVolumeRequest("x", "gold") { Size = ByteSize.GiB(1), Placement = PlacementPolicy.Pack }, world.Stop)).Problem?.Code);
        Assert.Equal("admin-only", (await world.Get<ExplainPlacement>().ExecuteAsync(
            world.Tenant, new CreateVolumeRequest("x", "gold") { Size = ByteSize.GiB(1), Host = "h1" }, world.Stop)).Problem?.Code);
    }

    [Fact]
    public async Task A_pools_tags_overcommit_and_bandwidth_change_for_the_next_volume_and_never_below_what_is_promised()
    {
        await using var world = await World.StartAsync();
        var spec = new DiskOfferingSpec(null, CustomSize: true, new OfferingQos { MaxIops = 1000, MaxBandwidth = ByteSize.MiB(15) });
        Assert.True((await world.Get<DiskOfferings>().CreateAsync(world.Admin, "wide", spec, world.Stop)).IsDone);
        var change = world.Get<ChangePoolPlacement>();
        async Task<string?> TryAsync(PoolPlacementSettings settings) => (await change.ExecuteAsync(world.Admin, "san1", settings, world.Stop)).Problem?.Code;
        Assert.Null(await TryAsync(new() { Bandwidth = ByteSize.MiB(10) }));
        Assert.Equal("no-pool-fits", (await world.CreateAsync("v1", "wide")).Problem?.Code);
        Assert.Null(await TryAsync(new() { BandwidthOvercommit = 2 }));
        await world.DoneAsync(world.CreateAsync("v1", "wide"));
        Assert.Equal("capacity-in-use", await TryAsync(new() { BandwidthOvercommit = 1 }));
        Assert.Equal("capacity-in-use", await TryAsync(new() { Bandwidth = ByteSize.MiB(7) }));
        Assert.Null(await TryAsync(new() { AnyBandwidth = true }));
        Assert.Equal("placement-invalid", await TryAsync(new() { BytesOvercommit = 0 }));
        Assert.Equal("placement-invalid", await TryAsync(new() { ExclusiveTags = ["gpu"] }));
        Assert.Equal("placement-invalid", await TryAsync(new() { Tags = ["or"] }));
        Assert.Null(await TryAsync(new() { Tags = ["ssd", "gpu"], ExclusiveTags = ["gpu"] }));
        Assert.Contains("kept for what asks for tag gpu", Assert.Single((await world.CreateAsync("v2")).Problem!.Details), StringComparison.Ordinal);
        Assert.Null(await TryAsync(new() { Tags = ["ssd"] })); // what is no tag any more keeps nothing off
        await world.DoneAsync(world.CreateAsync("v2"));
        Assert.Equal("admin-only", (await change.ExecuteAsync(world.Tenant, "san1", new() { BytesOvercommit = 9 }, world.Stop)).Problem?.Code);
    }

    private static CreateVolumeRequest Request(string name, int gib, int min) =>
        new(name, "any") { Size = ByteSize.GiB(gib), MinIops = min, MaxIops = min * 2 };

    private static async Task AssertNothingOversoldAsync(World world, bool really)
    {
        if (!really) return;
        await using var db = world.Database.Open();
        foreach (var pool in await db.Pools.ToListAsync(world.Stop))
        {
            Assert.True(pool.ReservedBytes <= pool.CapacityBytes, $"{pool.Name}: {pool.ReservedBytes} of {pool.CapacityBytes}");
            Assert.True(pool.ReservedIops <= pool.CapacityIops, $"{pool.Name}: {pool.ReservedIops} of {pool.CapacityIops} IOPS");
            Assert.True(pool.ReservedBandwidth <= pool.CapacityBandwidth, $"{pool.Name}: {pool.ReservedBandwidth} of {pool.CapacityBandwidth}/s");
        }
    }

    private static async Task<(int, int, int, long)> CountsAsync(World world)
    {
        await using var db = world.Database.Open();
        return (await db.Volumes.CountAsync(world.Stop), await db.Operations.CountAsync(world.Stop), await db.Events.CountAsync(world.Stop),
            (await db.Pools.ToListAsync(world.Stop)).Sum(p => p.Version));
    }
}
