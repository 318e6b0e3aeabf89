using Headgate.Control.Servers;
using Headgate.Domain;
using Headgate.Operations;
using Headgate.Primitives;
using Headgate.Testing.Database;

namespace Headgate.Control.Tests;

/// <summary>Several servers on one PostgreSQL.</summary>
[OnPostgres]
public sealed class TwoServerTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(1);

    public TwoServerTests() => TestDatabase.RequirePostgres();

    [Fact]
    public async Task Creates_on_two_servers_at_once_never_oversell_and_never_undersell()
    {
        await using var world = await World.StartAsync(("capacityIops", "5000"), ("capacityBytes", "1TiB"));
        await using var other = await world.AddServerAsync("other", Lease);
        var asked = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Task.Run(() => i % 2 == 0 ? world.CreateAsync($"v{i}") : CreateAsync(world, other, $"v{i}"))));
        Assert.Equal(25, asked.Count(a => a.IsDone)); // 25 x min 200 = 5000
        Assert.All(asked.Where(a => !a.IsDone), a => Assert.Equal("no-pool-fits", a.Problem!.Code));
        foreach (var done in asked.Where(a => a.IsDone)) await world.DoneAsync(Task.FromResult(done)).WaitAsync(Patience.Long, world.Stop);
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task What_a_dead_server_held_another_brings_to_its_end()
    {
        await using var world = await World.StartAsync();
        await world.StopServerAsync(); // so that the other one takes the work
        await using var other = await world.AddServerAsync("other", Lease);
        other.Faults.Arm("volume.create/provision-lun/acted");
        var asked = (await CreateAsync(world, other, "v1")).ValueOrThrow();
        await other.Faults.Reached.WaitAsync(Patience.Long, world.Stop);
        await other.KillAsync();

        await world.StartServerAsync();
        var ended = await world.EndedAsync(asked.Operation.Id).WaitAsync(Patience.Long, world.Stop);
        Assert.Equal(OperationStatus.Succeeded, ended.Operation.Status);
        Assert.Equal(2, Assert.Single(ended.Steps, s => s.Name == "provision-lun").Attempts);
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task The_same_idempotency_key_on_two_servers_is_one_volume()
    {
        await using var world = await World.StartAsync();
        await using var other = await world.AddServerAsync("other", Lease);
        var asked = await Task.WhenAll(Enumerable.Range(0, 16).Select(
            i => Task.Run(() => i % 2 == 0 ? world.CreateAsync("v1", key: "once") : CreateAsync(world, other, "v1", "once"))));
        Assert.Single(asked.Select(a => a.ValueOrThrow().Operation.Id).Distinct());
        await world.DoneAsync(Task.FromResult(asked[0]));
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task A_client_of_one_server_sees_the_end_of_what_the_other_does()
    {
        await using var world = await World.StartAsync();
        await using var other = await world.AddServerAsync("other", Lease);
        await world.Get<OperationEngine>().StopAsync(); // it answers its clients, and only the other one works
        var asked = (await CreateAsync(world, other, "v1")).ValueOrThrow();
        var seen = await world.Get<OperationFeed>().WaitAsync(asked.Operation.Id, world.Stop).WaitAsync(Patience.Long, world.Stop);
        Assert.Equal(OperationStatus.Succeeded, seen!.Operation.Status);
    }

    [Fact]
    public async Task Each_server_lists_all_and_a_stopped_one_as_stopped()
    {
        await using var world = await World.StartAsync();
        await using var other = await world.AddServerAsync("other", Lease);
        await world.Get<ServerPresence>().BeginAsync("http://127.0.0.1:1", "1.0", world.Stop);
        await other.Get<ServerPresence>().BeginAsync("http://127.0.0.1:2", "1.0", world.Stop);
        Assert.Equal([("other", ServerState.Up, false), ("test", ServerState.Up, true)], await ListAsync(world));
        await other.Get<ServerPresence>().EndAsync();
        Assert.Equal([("other", ServerState.Stopped, false), ("test", ServerState.Up, true)], await ListAsync(world));
    }

    private static async Task<IEnumerable<(string, ServerState, bool)>> ListAsync(World world) =>
        (await world.Get<ListServers>().ExecuteAsync(world.Stop)).Select(s => (s.Server.Name, s.State, s.IsThis));

    private static Task<Outcome<OperationDetails>> CreateAsync(World world, OtherServer server, string name, string? key = null) =>
        server.Get<CreateVolume>().ExecuteAsync(world.Tenant with { IdempotencyKey = key }, new CreateVolumeRequest(name, "gold") { Size = ByteSize.GiB(1) }, world.Stop);
}
