using Headgate.Domain;
using Headgate.Operations;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Control.Tests;

/// <summary>An initiator's secrets open everything that it serves: they are given to one account only.</summary>
public class InitiatorTests
{
    [Fact]
    public async Task A_tenant_cannot_connect_a_volume_to_an_initiator_that_serves_another_account()
    {
        await using var world = await World.StartAsync();
        await world.DoneAsync(world.CreateAsync("mine"));
        await world.DoneAsync(ConnectAsync(world, world.Tenant, "mine"));
        await world.DoneAsync(CreateAsync(world, world.Stranger, "theirs"));

        Assert.Equal("initiator-in-use", (await ConnectAsync(world, world.Stranger, "theirs")).Problem?.Code);

        await world.DoneAsync(world.CreateAsync("mine-2"));
        await world.DoneAsync(ConnectAsync(world, world.Tenant, "mine-2"));
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task What_an_admin_connected_across_accounts_is_not_shown_to_either()
    {
        await using var world = await World.StartAsync();
        await world.DoneAsync(world.CreateAsync("mine"));
        await world.DoneAsync(ConnectAsync(world, world.Tenant, "mine"));
        Assert.True((await ShowAsync(world, world.Tenant, "mine")).IsDone);
        await world.DoneAsync(CreateAsync(world, world.Stranger, "theirs"));
        await world.DoneAsync(ConnectAsync(world, world.Admin, "theirs"));

        Assert.Equal("initiator-in-use", (await ShowAsync(world, world.Stranger, "theirs")).Problem?.Code);
        Assert.Equal("initiator-in-use", (await ShowAsync(world, world.Tenant, "mine")).Problem?.Code);
        Assert.True((await ShowAsync(world, world.Admin, "theirs")).IsDone);
    }

    [Fact]
    public async Task A_managed_hosts_initiator_is_for_admins()
    {
        await using var world = await World.StartAsync();
        await world.Database.WriteAsync(
            async (db, stop) =>
            {
                var zone = (await db.FindAsync<Zone>([(await ZoneIdAsync(world))], stop))!;
                var cluster = new Cluster { Id = Guid.CreateVersion7(), Name = "c1", ZoneId = zone.Id, Hypervisor = Hypervisor.Kvm, CreatedAt = zone.CreatedAt };
                db.Clusters.Add(cluster);
                db.Hosts.Add(new Host
                {
                    Id = Guid.CreateVersion7(), Name = "h1", ClusterId = cluster.Id, ZoneId = zone.Id, InitiatorName = World.Initiator,
                    State = HostState.Up, CreatedAt = zone.CreatedAt,
                });
            },
            world.Stop);
        await world.DoneAsync(world.CreateAsync("v1"));
        Assert.Equal("initiator-in-use", (await ConnectAsync(world, world.Tenant, "v1")).Problem?.Code);
        await world.DoneAsync(ConnectAsync(world, world.Admin, "v1"));
        Assert.Equal("initiator-in-use", (await ShowAsync(world, world.Tenant, "v1")).Problem?.Code);
    }

    [Fact]
    public async Task Of_two_accounts_that_name_one_initiator_at_once_one_gets_it()
    {
        await using var world = await World.StartAsync();
        await world.DoneAsync(world.CreateAsync("mine"));
        await world.DoneAsync(CreateAsync(world, world.Stranger, "theirs"));
        var both = await Task.WhenAll(
            Task.Run(() => ConnectAsync(world, world.Tenant, "mine")), Task.Run(() => ConnectAsync(world, world.Stranger, "theirs")));
        Assert.Equal("initiator-in-use", Assert.Single(both, b => !b.IsDone).Problem!.Code);
    }

    [Fact]
    public async Task A_repeated_connect_that_fails_leaves_the_grant_that_works()
    {
        await using var world = await World.StartAsync();
        await world.DoneAsync(world.CreateAsync("v1"));
        await world.DoneAsync(ConnectAsync(world, world.Tenant, "v1"));

        // Refused for good in the step itself, and cancelled before it.
        world.Faults.Also(point =>
        {
            if (point == "volume.connect/grant-access/intended") world.Array.RequiredToken = "another";
            if (point == "volume.connect/begin/undo-intended") world.Array.RequiredToken = null;
            return Task.CompletedTask;
        });
        await FailsAsync();
        world.Faults.Also(point => point == "volume.connect/begin/intended" ? CancelAsync(world) : Task.CompletedTask);
        await FailsAsync();

        Assert.Equal([World.Initiator], (await world.VolumeAsync("v1")).Initiators);
        var connection = Assert.IsType<Connection.Iscsi>((await ShowAsync(world, world.Tenant, "v1")).ValueOrThrow());
        Assert.True(world.Array.LogIn(connection.TargetName, World.Initiator, connection.Chap?.Secret));
        await world.AssertSoundAsync();

        async Task FailsAsync()
        {
            var ended = await world.EndedAsync(ConnectAsync(world, world.Tenant, "v1")).WaitAsync(Patience.Long, world.Stop);
            Assert.Equal(OperationStatus.Failed, ended.Operation.Status);
        }
    }

    private static async Task CancelAsync(World world)
    {
        var all = (await world.Get<ListOperations>().ExecuteAsync(world.Tenant, new PageRequest(), new OperationFilter(null, OperationStatus.Running), world.Stop)).ValueOrThrow();
        foreach (var operation in all.Items) await world.Get<CancelOperation>().ExecuteAsync(world.Tenant, operation.Operation.Id, world.Stop);
    }

    private static async Task<Guid> ZoneIdAsync(World world)
    {
        await using var db = world.Database.Open();
        return db.Zones.Single().Id;
    }

    private static Task<Outcome<OperationDetails>> CreateAsync(World world, Caller caller, string name) =>
        world.Get<CreateVolume>().ExecuteAsync(caller, new CreateVolumeRequest(name, "gold") { Size = ByteSize.GiB(1) }, world.Stop);

    private static Task<Outcome<OperationDetails>> ConnectAsync(World world, Caller caller, string volume) =>
        world.Get<ConnectVolume>().ExecuteAsync(caller, volume, World.Initiator, world.Stop);

    private static Task<Outcome<Connection>> ShowAsync(World world, Caller caller, string volume) =>
        world.Get<GetConnection>().ExecuteAsync(caller, volume, World.Initiator, world.Stop);
}
