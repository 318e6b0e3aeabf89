using Headgate.Control.Places;
using Headgate.Domain;
using Headgate.Operations;
using Headgate.Primitives;
using Headgate.Storage.Filters;
using Headgate.Storage.Sdk;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Tests;

/// <summary>Pools are told of the hosts in their scope, in order, until they hear it; no pool keeps a host out.</summary>
public sealed class HostNoticeTests
{
    private const string Iqn = "iqn.1993-08.org.debian:01:h1";

    [Fact]
    public async Task A_host_is_told_to_the_pools_in_whose_scope_it_is_and_to_one_that_comes_later()
    {
        await using var world = await WithClusterAsync();

        (await world.Get<Hosts>().CreateAsync(world.Admin, "h1", "c1", Iqn, world.Stop)).ValueOrThrow();
        await world.AddPoolAsync("san2");

        var told = await EndedAsync(world, OperationKinds.HostJoin, 2);
        Assert.All(told, operation => Assert.Equal(OperationStatus.Succeeded, operation.Operation.Status));
        Assert.Equal(["pool san1 knows", "pool san2 knows"], told.Select(operation => operation.Steps.Single().Note).Order());
        Assert.Equal(2, world.Plan.Calls.Count(call => call is StoreCall.HostAdded));
    }

    [Fact]
    public async Task A_pool_that_does_not_hear_is_told_again_and_the_host_is_there_meanwhile()
    {
        await using var world = await WithClusterAsync();
        world.Plan.Next(StoreCall.HostAdded, new InjectedFault.Refuse(Faults.InvalidArgument("Not this one.")))
            .Next(StoreCall.HostAdded, new InjectedFault.LoseReply());

        var host = (await world.Get<Hosts>().CreateAsync(world.Admin, "h1", "c1", Iqn, world.Stop)).ValueOrThrow();

        Assert.Equal(HostState.Up, host.Host.State);
        var told = Assert.Single(await EndedAsync(world, OperationKinds.HostJoin, 1));
        Assert.Equal((OperationStatus.Succeeded, 3), (told.Operation.Status, told.Steps.Single().Attempts));
        Assert.Equal(host.Host.Id, told.Operation.SubjectId);
    }

    [Fact]
    public async Task A_host_that_is_removed_is_announced_and_then_gone()
    {
        await using var world = await WithClusterAsync();
        (await world.Get<Hosts>().CreateAsync(world.Admin, "h1", "c1", Iqn, world.Stop)).ValueOrThrow();

        (await world.Get<Hosts>().DeleteAsync(world.Admin, "h1", world.Stop)).ValueOrThrow();

        Assert.Single(await EndedAsync(world, OperationKinds.HostLeave, 1));
        var calls = world.Plan.Calls.Where(call => call is StoreCall.HostAboutToBeRemoved or StoreCall.HostRemoved);
        Assert.Equal([StoreCall.HostAboutToBeRemoved, StoreCall.HostRemoved], calls);
        await world.AssertSoundAsync();
    }

    private static async Task<World> WithClusterAsync()
    {
        var world = await World.StartAsync();
        await world.Database.WriteAsync(
            async (db, stop) =>
            {
                var zone = await db.Zones.SingleAsync(stop);
                db.Clusters.Add(new Cluster { Id = Guid.CreateVersion7(), Name = "c1", ZoneId = zone.Id, Hypervisor = Hypervisor.External, CreatedAt = DateTimeOffset.UtcNow });
            },
            world.Stop);
        return world;
    }

    private static async Task<IReadOnlyList<OperationDetails>> EndedAsync(World world, string kind, int count)
    {
        await using var db = world.Database.Open();
        var ids = await db.Operations.Where(o => o.Kind == kind).OrderBy(o => o.Id).Select(o => o.Id).ToListAsync(world.Stop);
        Assert.Equal(count, ids.Count);
        return await Task.WhenAll(ids.Select(id => world.EndedAsync(id)));
    }
}
