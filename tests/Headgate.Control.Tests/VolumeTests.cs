using Headgate.Domain;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using Headgate.Testing.Database;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Tests;

public class VolumeTests
{
    [Fact]
    public async Task Many_creates_at_once_never_oversell_and_never_undersell()
    {
        await using var world = await World.StartAsync(("capacityIops", "5000"), ("capacityBytes", "1TiB"));
        var asked = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Task.Run(() => world.CreateAsync($"v{i}"))));
        Assert.Equal(25, asked.Count(a => a.IsDone)); // 25 x min 200 = 5000
        Assert.All(asked.Where(a => !a.IsDone), a => Assert.Equal("no-pool-fits", a.Problem!.Code));
        foreach (var done in asked.Where(a => a.IsDone)) await world.DoneAsync(Task.FromResult(done));
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task A_refused_request_leaves_nothing_behind()
    {
        await using var world = await World.StartAsync();
        var refused = await world.CreateAsync("v1", gib: 5000);
        Assert.Equal("no-pool-fits", refused.Problem?.Code);
        await using var db = world.Database.Open();
        Assert.Equal((0, 0), (await db.Volumes.CountAsync(world.Stop), await db.Operations.CountAsync(o => o.Kind == "volume.create", world.Stop)));
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task The_same_idempotency_key_is_one_volume_and_another_request_under_it_is_refused()
    {
        await using var world = await World.StartAsync();
        var first = (await world.CreateAsync("v1", key: "k")).ValueOrThrow();
        var again = (await world.CreateAsync("v1", key: "k")).ValueOrThrow();
        Assert.Equal(first.Operation.Id, again.Operation.Id);
        Assert.Equal("idempotency-key-reused", (await world.CreateAsync("v2", key: "k")).Problem?.Code);
        Assert.Equal("name-taken", (await world.CreateAsync("v1")).Problem?.Code);
    }

    [Fact]
    public async Task Another_accounts_volume_is_not_there_for_a_tenant()
    {
        await using var world = await World.StartAsync();
        var id = (await world.DoneAsync(world.CreateAsync("v1"))).Operation.SubjectId.ToString();
        foreach (var reference in new[] { "v1", id })
        {
            Assert.Equal("volume-not-found", (await world.Get<GetVolume>().ExecuteAsync(world.Stranger, reference, world.Stop)).Problem?.Code);
            Assert.Equal("volume-not-found", (await world.Get<DeleteVolume>().ExecuteAsync(world.Stranger, reference, world.Stop)).Problem?.Code);
            Assert.Equal("volume-not-found",
                (await world.Get<ConnectVolume>().ExecuteAsync(world.Stranger, reference, World.Initiator, world.Stop)).Problem?.Code);
            Assert.Equal("volume-not-found", (await world.Get<CreateVolume>().ExecuteAsync(
                world.Stranger, new CreateVolumeRequest("copy", "gold") { FromVolume = reference }, world.Stop)).Problem?.Code);
        }
        Assert.True((await world.Get<GetVolume>().ExecuteAsync(world.Admin, "v1", world.Stop)).IsDone);
        Assert.Empty((await world.Get<ListOperations>().ExecuteAsync(world.Stranger, new PageRequest(), new OperationFilter(), world.Stop)).ValueOrThrow().Items);
    }

    [Fact]
    public async Task Qos_is_shown_as_requested_granted_applied_and_measured()
    {
        await using var world = await World.StartAsync();
        await world.DoneAsync(world.CreateAsync("v1"));
        var qos = (await world.Get<GetVolumeQos>().ExecuteAsync(world.Tenant, "v1", world.Stop)).ValueOrThrow();
        var min = qos.Promises.Single(p => p.Kind is PromiseKind.MinIops);
        Assert.Equal(new Promise(PromiseKind.MinIops, 200, true, 200, Enforcer.Storage, 200), min);
        world.Array.Tamper(new VolumeHandle(qos.Volume.Handle!), v => v.Qos = QosSpec.Create(200, 777));
        qos = (await world.Get<GetVolumeQos>().ExecuteAsync(world.Tenant, "v1", world.Stop)).ValueOrThrow();
        Assert.Equal(777, qos.Promises.Single(p => p.Kind is PromiseKind.MaxIops).Applied);
    }

    [Fact]
    public async Task A_check_names_what_was_done_behind_our_back_and_counts_what_is_not_ours()
    {
        await using var world = await World.StartAsync();
        foreach (var name in new[] { "gone", "drifted" }) await world.DoneAsync(world.CreateAsync(name));
        var gone = (await world.VolumeAsync("gone")).Volume.Handle!;
        var drifted = (await world.VolumeAsync("drifted")).Volume.Handle!;
        world.Array.DeleteBehindTheBack(new VolumeHandle(gone));
        world.Array.Tamper(new VolumeHandle(drifted), v => v.Qos = QosSpec.Create(200, 777, 1000));
        world.Array.AddForeignVolume("theirs", ByteSize.GiB(7));
        var check = (await world.Get<CheckPool>().ExecuteAsync(world.Admin, "san1", world.Stop)).ValueOrThrow();
        Assert.Equal(["foreign-changed ", "missing gone", "qos-drift drifted"], check.Findings.Select(f => $"{f.Kind} {f.Volume}").Order());
        Assert.Equal(1, check.ForeignVolumes);
        Assert.Equal(ByteSize.GiB(7), (await world.Get<GetPool>().ExecuteAsync(world.Admin, "san1", world.Stop)).ValueOrThrow().Pool.ForeignBytes);
    }

    [Fact]
    public async Task Wrong_pools_are_refused_with_what_there_is()
    {
        await using var world = await World.StartAsync();
        Task<Outcome<Headgate.Operations.OperationDetails>> Add(string provider, params (string, string)[] settings) => world.Get<AddPool>().ExecuteAsync(
            world.Admin, new AddPoolRequest("p2", provider, "z1") { Settings = settings.ToDictionary(s => s.Item1, s => s.Item2) }, world.Stop);
        Assert.Equal("provider-not-found", (await Add("Nimbus")).Problem?.Code);
        Assert.Equal("settings-invalid", (await Add("Reference", ("colour", "red"))).Problem?.Code);
        Assert.Equal("admin-only", (await world.Get<ListPools>().ExecuteAsync(world.Tenant, new PageRequest(), world.Stop)).Problem?.Code);
    }

    [Fact]
    public async Task A_pool_that_the_array_refuses_is_given_up_and_its_name_is_free_again()
    {
        await using var world = await World.StartAsync();
        world.Array.RequiredToken = "right";
        var add = new AddPoolRequest("p2", "Reference", "z1")
        {
            Settings = new Dictionary<string, string> { ["array"] = world.Array.Name },
            Secrets = new Dictionary<string, string> { ["token"] = "wrong" },
        };
        var failed = await world.EndedAsync(world.Get<AddPool>().ExecuteAsync(world.Admin, add, world.Stop));
        Assert.Equal((OperationStatus.Failed, FaultCodes.Unauthorized), (failed.Operation.Status, failed.Operation.Fault?.Code));
        var secrets = new Dictionary<string, string> { ["token"] = "right" };
        await world.DoneAsync(world.Get<AddPool>().ExecuteAsync(world.Admin, add with { Secrets = secrets }, world.Stop));
        var pool = (await world.Get<GetPool>().ExecuteAsync(world.Admin, "p2", world.Stop)).ValueOrThrow().Pool;
        Assert.DoesNotContain("token", pool.Settings.Keys);
        Assert.DoesNotContain("right", pool.SealedSecrets["token"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_that_does_not_fit_its_pool_is_refused_and_one_that_fits_takes_hold()
    {
        await using var world = await World.StartAsync(("capacityIops", "1000"));
        await world.DoneAsync(world.CreateAsync("v1", "free"));
        var set = world.Get<SetVolumeQos>();
        Assert.Equal("out-of-iops", (await set.ExecuteAsync(world.Tenant, "v1", new SetVolumeQosRequest(2000, 3000, null, null), world.Stop)).Problem?.Code);
        await world.DoneAsync(set.ExecuteAsync(world.Tenant, "v1", new SetVolumeQosRequest(900, 3000, null, null), world.Stop));
        await world.DoneAsync(world.Get<ChangeVolumeOffering>().ExecuteAsync(world.Tenant, "v1", "gold", world.Stop));
        Assert.Equal("gold", (await world.VolumeAsync("v1")).DiskOffering);
        Assert.Equal("custom-iops-not-allowed",
            (await set.ExecuteAsync(world.Tenant, "v1", new SetVolumeQosRequest(1, 2, null, null), world.Stop)).Problem?.Code);
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task The_model_has_no_change_that_a_migration_lacks()
    {
        await using var world = await World.StartAsync();
        await using var db = world.Database.Open();
        Assert.False(db.Database.HasPendingModelChanges());
    }

    [Fact]
    public async Task A_handle_names_a_volume_on_its_own_storage_only()
    {
        await using var world = await World.StartAsync();
        var other = new AddPoolRequest("san2", "Reference", "z1") { Settings = new Dictionary<string, string> { ["array"] = $"other-{world.Array.Name}" } };
        await world.DoneAsync(world.Get<AddPool>().ExecuteAsync(world.Admin, other, world.Stop));
        await world.DoneAsync(world.CreateAsync("v1"));
        var volume = (await world.VolumeAsync("v1")).Volume;
        await using var db = world.Database.Open();
        foreach (var pool in await db.Pools.ToListAsync(world.Stop))
        {
            var found = await db.FindOnBackendAsync(pool.BackendId!, volume.Handle!, world.Stop);
            Assert.Equal(pool.Id == volume.PoolId ? volume.Id : null, found?.Id);
        }
    }
}

/// <summary>The same on PostgreSQL.</summary>
[OnPostgres]
public sealed class VolumeTestsOnPostgres : VolumeTests
{
    public VolumeTestsOnPostgres() => TestDatabase.RequirePostgres();
}
