using Headgate.Domain;
using Headgate.Operations;
using Headgate.Primitives;
using Headgate.Storage.Filters;
using Headgate.Storage.Sdk;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Tests;

/// <summary>A pool that is given more or less of its storage, and a storage that was changed by somebody else.</summary>
public sealed class CapacityTests
{
    private static readonly (string, string) Small = ("capacityBytes", "100GiB");

    [Fact]
    public async Task Less_than_is_promised_is_refused_with_the_figures_and_changes_nothing()
    {
        await using var world = await World.StartAsync(Small);
        await world.DoneAsync(world.CreateAsync("v1", gib: 10)); // with a min of 200
        world.Array.AddForeignVolume("theirs", ByteSize.GiB(5));
        await world.DoneAsync(world.Get<RefreshPool>().ExecuteAsync(world.Admin, "san1", world.Stop));

        var bytes = (await world.ChangeCapacityAsync(new() { Bytes = ByteSize.GiB(14) })).Problem!;
        var iops = (await world.ChangeCapacityAsync(new() { Iops = 199 })).Problem!;

        Assert.Equal(("capacity-in-use", "capacity-in-use"), (bytes.Code, iops.Code));
        Assert.Contains("would have 14 GiB, and 10 GiB are reserved by its volumes and 5 GiB by volumes of others. Give it 15 GiB or more", bytes.Message, StringComparison.Ordinal);
        Assert.Contains("would have 199 IOPS to promise, and 200 are promised to its volumes. Give it 200 or more", iops.Message, StringComparison.Ordinal);
        Assert.Equal((ByteSize.GiB(100), 100_000), await CapacityAsync(world));
        await world.DoneAsync(world.ChangeCapacityAsync(new() { Bytes = ByteSize.GiB(15), Iops = 200 }));
        Assert.Equal((ByteSize.GiB(15), 200), await CapacityAsync(world));
        Assert.Equal("no-pool-fits", (await world.CreateAsync("v2")).Problem?.Code);
    }

    [Fact]
    public async Task What_is_given_up_is_gone_at_once_and_what_is_gained_counts_when_the_storage_has_it()
    {
        await using var world = await World.StartAsync(Small);
        var gate = new TaskCompletionSource();
        world.Plan.Next(StoreCall.ChangeCapacity, new InjectedFault.Hold(gate.Task));

        var asked = world.ChangeCapacityAsync(new() { Bytes = ByteSize.GiB(2), Iops = 200_000 }); // fewer bytes, more IOPS
        var operation = (await asked).ValueOrThrow().Operation.Id;

        Assert.Equal((ByteSize.GiB(2), 100_000), await CapacityAsync(world));
        Assert.Equal("no-pool-fits", (await world.CreateAsync("v1", gib: 3)).Problem?.Code);
        Assert.Equal("pool-changing", (await world.ChangeCapacityAsync(new() { AllIops = true })).Problem?.Code);
        gate.SetResult();
        Assert.Equal(OperationStatus.Succeeded, (await world.EndedAsync(operation)).Operation.Status);
        Assert.Equal((ByteSize.GiB(2), 200_000), await CapacityAsync(world));
        Assert.Equal((ByteSize.GiB(2), 200_000L), ((await world.FactsAsync()).CapacityBytes, (await world.FactsAsync()).CapacityIops));
    }

    [Fact]
    public async Task A_change_that_the_storage_refuses_leaves_both_as_they_were()
    {
        await using var world = await World.StartAsync(Small);
        await world.DoneAsync(world.ChangeCapacityAsync(new() { Bytes = ByteSize.GiB(50) }));
        world.Plan.Next(StoreCall.ChangeCapacity, new InjectedFault.Refuse(Storage.Sdk.Faults.OutOfIops("There are no more. Add drives.")));

        var ended = await world.EndedAsync(world.ChangeCapacityAsync(new() { Bytes = ByteSize.GiB(60), Iops = 10 }));

        Assert.Equal((OperationStatus.Failed, "out-of-iops"), (ended.Operation.Status, ended.Operation.Fault?.Code));
        Assert.Equal((ByteSize.GiB(50), 100_000), await CapacityAsync(world));
        Assert.Equal(ByteSize.GiB(50), (await world.FactsAsync()).CapacityBytes);
    }

    [Fact]
    public async Task A_lost_answer_is_asked_for_again_and_ends_as_one_change()
    {
        await using var world = await World.StartAsync(Small);
        world.Plan.Next(StoreCall.ChangeCapacity, new InjectedFault.LoseReply()).Next(StoreCall.ChangeCapacity, new InjectedFault.LoseRequest());

        await world.DoneAsync(world.ChangeCapacityAsync(new() { Bytes = ByteSize.GiB(300) }));

        Assert.Equal(3, world.Plan.Calls.Count(call => call == StoreCall.ChangeCapacity));
        Assert.Equal(ByteSize.GiB(300), (await world.FactsAsync()).CapacityBytes);
    }

    [Fact]
    public async Task A_storage_whose_capacity_is_its_own_is_not_told_and_the_books_keep_to_the_bound()
    {
        await using var world = await World.StartAsync(Small, ("capacityChange", "none"));

        await world.DoneAsync(world.ChangeCapacityAsync(new() { Bytes = ByteSize.GiB(2) }));

        Assert.DoesNotContain(StoreCall.ChangeCapacity, world.Plan.Calls);
        Assert.Equal((ByteSize.GiB(2), 100_000), await CapacityAsync(world));
        Assert.Equal(ByteSize.GiB(100), (await world.FactsAsync()).CapacityBytes);
        Assert.Equal("no-pool-fits", (await world.CreateAsync("v1", gib: 3)).Problem?.Code);
        await world.DoneAsync(world.ChangeCapacityAsync(new() { AllBytes = true }));
        await world.DoneAsync(world.CreateAsync("v1", gib: 3));
    }

    [Fact]
    public async Task What_is_not_named_stays_and_a_bound_can_be_taken_away()
    {
        await using var world = await World.StartAsync(Small);
        await world.DoneAsync(world.ChangeCapacityAsync(new() { Bytes = ByteSize.GiB(50) }));
        await world.DoneAsync(world.ChangeCapacityAsync(new() { Iops = 400 }));
        Assert.Equal((ByteSize.GiB(50), 400), await CapacityAsync(world));

        await world.DoneAsync(world.ChangeCapacityAsync(new() { AllBytes = true }));

        Assert.Equal((ByteSize.GiB(100), 400), await CapacityAsync(world));
        Assert.Equal((ByteSize.GiB(100), 400L), ((await world.FactsAsync()).CapacityBytes, (await world.FactsAsync()).CapacityIops));
    }

    [Fact]
    public async Task A_storage_that_lost_capacity_is_taken_as_it_is_and_said_to_be_overdrawn()
    {
        await using var world = await World.StartAsync(Small);
        await world.DoneAsync(world.CreateAsync("v1", gib: 10));
        await world.DoneAsync(world.CreateAsync("v2", gib: 10));
        // The array lost a shelf: 20 GiB are promised of the 12 that it has. A reference array would not let an admin do that.
        await world.Database.WriteAsync(async (db, stop) =>
        {
            var pool = await db.Pools.SingleAsync(stop);
            db.Put(pool with { ReservedBytes = pool.ReservedBytes + ByteSize.GiB(100) });
        }, world.Stop);

        await world.DoneAsync(world.Get<RefreshPool>().ExecuteAsync(world.Admin, "san1", world.Stop));

        await using (var db = world.Database.Open())
            Assert.Contains("volumes take 120 GiB of 100 GiB", (await db.Events.SingleAsync(e => e.Code == "pool.overdrawn", world.Stop)).Message, StringComparison.Ordinal);
        Assert.Equal("no-pool-fits", (await world.CreateAsync("v3")).Problem?.Code);
        await world.DoneAsync(world.ChangeCapacityAsync(new() { Bytes = ByteSize.GiB(110) })); // more than before, and still less than is promised
        Assert.Equal("capacity-in-use", (await world.ChangeCapacityAsync(new() { Bytes = ByteSize.GiB(105) })).Problem?.Code);
    }

    [Fact]
    public async Task Requests_that_ask_for_nothing_or_for_what_cannot_be_are_refused()
    {
        await using var world = await World.StartAsync(Small);
        ChangeCapacityRequest[] wrong =
        [
            new(), new() { Bytes = ByteSize.GiB(1), AllBytes = true }, new() { Iops = 1, AllIops = true }, new() { Bytes = default(ByteSize) }, new() { Iops = -1 },
        ];
        foreach (var request in wrong) Assert.Equal("capacity-invalid", (await world.ChangeCapacityAsync(request)).Problem?.Code);
        Assert.Equal("admin-only", (await world.Get<ChangePoolCapacity>().ExecuteAsync(world.Tenant, "san1", new() { Iops = 1 }, world.Stop)).Problem?.Code);
        Assert.Equal("admin-only", (await world.Get<RefreshPool>().ExecuteAsync(world.Tenant, "san1", world.Stop)).Problem?.Code);
        Assert.Equal("pool-not-found", (await world.Get<ChangePoolCapacity>().ExecuteAsync(world.Admin, "nope", new() { Iops = 1 }, world.Stop)).Problem?.Code);
    }

    private static async Task<(ByteSize?, long?)> CapacityAsync(World world) => (await world.PoolAsync()).Pool is var pool ? (pool.CapacityBytes, pool.CapacityIops) : default;
}
