using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Headgate.Api.Contract;

namespace Headgate.Api.Tests;

/// <summary>A volume's whole life over HTTP, on the Reference driver and the real engine.</summary>
public sealed class VolumeLifeTests(StorageHost storage) : IClassFixture<StorageHost>
{
    private const long GiB = 1L << 30;
    private const string Initiator = "iqn.2004-10.org.example:host1";

    private readonly ApiHost _api = storage.Api;

    [Fact]
    public async Task A_volume_is_made_changed_connected_copied_deleted_recovered_and_expunged()
    {
        using var tenant = new Driver(_api, await _api.TenantKeyAsync("life"));
        await tenant.RunAsync("/api/v1/volumes", new { name = "db1", diskOffering = "custom", sizeBytes = GiB, minIops = 200, maxIops = 1000, burstIops = 1000 });
        var made = await tenant.GetAsync<VolumeView>("/api/v1/volumes/db1");
        Assert.Equal(("ready", "life", "ref1", GiB), (made.State, made.Account, made.Pool, made.SizeBytes));
        Assert.Equal("DATADISK", made.Type);
        Assert.All(made.Promises.Where(p => p.Requested is not null), p => Assert.Equal("storage", p.EnforcedBy));

        await tenant.RunAsync("/api/v1/volumes/db1/qos", new { minIops = 200, maxIops = 3000, burstIops = 3000 });
        var qos = await tenant.GetAsync<VolumeQosView>("/api/v1/volumes/db1/qos");
        Assert.Equal((3000L, 3000L), Figures(qos.Promises, "maxIops"));

        await tenant.RunAsync("/api/v1/volumes/db1/resize", new { sizeBytes = 2 * GiB });
        Assert.Equal(2 * GiB, (await tenant.GetAsync<VolumeView>("/api/v1/volumes/db1")).SizeBytes);

        await tenant.RunAsync("/api/v1/volumes/db1/connections", new { initiator = Initiator });
        var connection = await tenant.GetAsync<ConnectionView>($"/api/v1/volumes/db1/connections/{Initiator}");
        Assert.Equal("iscsi", connection.Protocol);
        Assert.NotNull(connection.Chap);
        Assert.Equal(
            $"iscsi://{connection.Chap.Username}%{connection.Chap.Secret}@{connection.Portals[0]}/{connection.Iqn}/{connection.Lun}", connection.Uri);
        Assert.Equal([Initiator], (await tenant.GetAsync<VolumeView>("/api/v1/volumes/db1")).Initiators);

        await tenant.RunAsync("/api/v1/snapshots", new { volume = "db1", name = "s1" });
        await ApiHost.ProblemAsync(await tenant.SendAsync(HttpMethod.Post, "/api/v1/snapshots/s1/revert"), 409, "volume-connected");
        await tenant.RunAsync(HttpMethod.Delete, $"/api/v1/volumes/db1/connections/{Initiator}");
        await tenant.RunAsync(HttpMethod.Post, "/api/v1/snapshots/s1/revert");
        await tenant.RunAsync("/api/v1/volumes", new { name = "copy", diskOffering = "custom", fromSnapshot = "s1", maxIops = 500, minIops = 50 });
        Assert.Equal(2 * GiB, (await tenant.GetAsync<VolumeView>("/api/v1/volumes/copy")).SizeBytes);

        await tenant.RunAsync(HttpMethod.Delete, "/api/v1/snapshots/s1");
        await tenant.RunAsync(HttpMethod.Delete, "/api/v1/volumes/db1");
        Assert.Equal("deleted", (await tenant.GetAsync<VolumeView>("/api/v1/volumes/db1")).State);
        await tenant.RunAsync(HttpMethod.Post, "/api/v1/volumes/db1/recover");
        Assert.Equal("ready", (await tenant.GetAsync<VolumeView>("/api/v1/volumes/db1")).State);
        foreach (var name in new[] { "db1", "copy" })
        {
            await tenant.RunAsync(HttpMethod.Delete, $"/api/v1/volumes/{name}");
            await tenant.RunAsync(HttpMethod.Post, $"/api/v1/volumes/{name}/expunge");
        }
        await ApiHost.ProblemAsync(await tenant.SendAsync(HttpMethod.Get, "/api/v1/volumes/db1"), 404, "volume-not-found");
        var check = await ApiHost.ReadAsync<PoolCheck>(await _api.Admin.PostAsync(Relative("/api/v1/pools/ref1/check"), null, ApiHost.Stop));
        Assert.DoesNotContain(check.Findings, f => f.VolumeId == made.Id);
        var events = await tenant.GetAsync<Page<EventView>>($"/api/v1/events?subject={made.Id}&limit=1000");
        Assert.Contains(events.Items, e => e.Code == "volume.create-requested");
    }

    [Fact]
    public async Task What_is_anothers_is_not_there_for_a_tenant()
    {
        using var owner = new Driver(_api, await _api.TenantKeyAsync("owner"));
        using var other = new Driver(_api, await _api.TenantKeyAsync("other"));
        var operation = await owner.RunAsync("/api/v1/volumes", new { name = "mine", diskOffering = "custom", sizeBytes = GiB, maxIops = 100 });
        await owner.RunAsync("/api/v1/snapshots", new { volume = "mine", name = "mine-snap" });
        var volume = await owner.GetAsync<VolumeView>("/api/v1/volumes/mine");

        foreach (var reference in new[] { "mine", volume.Id.ToString() })
        {
            var address = $"/api/v1/volumes/{reference}";
            await NotThereAsync(HttpMethod.Get, address);
            await NotThereAsync(HttpMethod.Get, address + "/qos");
            await NotThereAsync(HttpMethod.Delete, address);
            await NotThereAsync(HttpMethod.Post, address + "/recover");
            await NotThereAsync(HttpMethod.Post, address + "/expunge");
            await NotThereAsync(HttpMethod.Post, address + "/resize", new { sizeBytes = 2 * GiB });
            await NotThereAsync(HttpMethod.Post, address + "/qos", new { maxIops = 1 });
            await NotThereAsync(HttpMethod.Post, address + "/offering", new { diskOffering = "custom" });
            await NotThereAsync(HttpMethod.Post, address + "/connections", new { initiator = Initiator });
            await NotThereAsync(HttpMethod.Get, $"{address}/connections/{Initiator}");
            await NotThereAsync(HttpMethod.Delete, $"{address}/connections/{Initiator}");
            await NotThereAsync(HttpMethod.Post, "/api/v1/snapshots", new { volume = reference, name = "stolen" });
            await NotThereAsync(HttpMethod.Post, "/api/v1/volumes", new { name = "stolen", diskOffering = "custom", fromVolume = reference });
        }
        await NotThereAsync(HttpMethod.Get, "/api/v1/snapshots/mine-snap", code: "snapshot-not-found");
        await NotThereAsync(HttpMethod.Delete, "/api/v1/snapshots/mine-snap", code: "snapshot-not-found");
        await NotThereAsync(HttpMethod.Post, "/api/v1/snapshots/mine-snap/revert", code: "snapshot-not-found");
        await NotThereAsync(HttpMethod.Get, $"/api/v1/operations/{operation.Id}", code: "operation-not-found");
        await NotThereAsync(HttpMethod.Get, $"/api/v1/operations/{operation.Id}/events", code: "operation-not-found");
        await NotThereAsync(HttpMethod.Post, $"/api/v1/operations/{operation.Id}/cancel", code: "operation-not-found");
        Assert.Empty((await other.GetAsync<Page<VolumeView>>("/api/v1/volumes")).Items);
        Assert.Empty((await other.GetAsync<Page<SnapshotView>>("/api/v1/snapshots")).Items);
        Assert.Empty((await other.GetAsync<Page<OperationView>>("/api/v1/operations")).Items);
        Assert.Empty((await other.GetAsync<Page<EventView>>("/api/v1/events")).Items);
        Assert.Equal("ready", (await owner.GetAsync<VolumeView>("/api/v1/volumes/mine")).State);

        async Task NotThereAsync(HttpMethod method, string address, object? body = null, string code = "volume-not-found") =>
            await ApiHost.ProblemAsync(await other.SendAsync(method, address, body), 404, code);
    }

    [Fact]
    public async Task A_volume_that_no_pool_can_hold_is_refused_with_each_pools_reason()
    {
        using var admin = new Driver(_api, _api.AdminKey);
        var asked = new { name = "greedy", diskOffering = "custom", sizeBytes = GiB, minIops = 900_000, maxIops = 900_000 };
        var problem = await ApiHost.ProblemAsync(await admin.SendAsync(HttpMethod.Post, "/api/v1/volumes", asked), 409, "no-pool-fits");
        Assert.Contains(problem.Details!, line => line.Contains("ref1", StringComparison.Ordinal));
        var explained = await ApiHost.ReadAsync<PlacementExplanation>(await admin.SendAsync(HttpMethod.Post, "/api/v1/placement/explain", asked));
        Assert.Null(explained.Chosen);
        Assert.False(Assert.Single(explained.Pools, p => p.Pool == "ref1").Fits);
        var modest = await ApiHost.ReadAsync<PlacementExplanation>(await admin.SendAsync(
            HttpMethod.Post, "/api/v1/placement/explain", new { name = "modest", diskOffering = "custom", sizeBytes = GiB, maxIops = 10 }));
        Assert.Equal("ref1", modest.Chosen);
    }

    [Fact]
    public async Task A_create_repeated_with_its_key_is_one_volume_and_one_operation()
    {
        using var admin = new Driver(_api, _api.AdminKey);
        var asked = new { name = "once", diskOffering = "custom", sizeBytes = GiB, maxIops = 10 };
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => admin.SendAsync(HttpMethod.Post, "/api/v1/volumes", asked, "once-1")));
        var ids = new HashSet<Guid>();
        foreach (var answer in answers)
        {
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            ids.Add((await ApiHost.ReadAsync<OperationView>(answer)).Id);
        }
        Assert.Single(ids);
        await admin.FollowAsync(ids.Single());
        Assert.Single((await admin.GetAsync<Page<VolumeView>>("/api/v1/volumes?limit=1000")).Items, v => v.Name == "once");
    }

    [Theory]
    [InlineData("Nowhere", "z1", "{}", 404, "provider-not-found")]
    [InlineData("Reference", "nowhere", "{}", 404, "zone-not-found")]
    [InlineData("Reference", "z1", """{"colour":"red"}""", 422, "settings-invalid")]
    public async Task A_pool_that_cannot_be_is_refused_at_once(string provider, string zone, string settings, int status, string code)
    {
        using var admin = new Driver(_api, _api.AdminKey);
        await ApiHost.ProblemAsync(
            await admin.SendAsync(HttpMethod.Post, "/api/v1/pools", new { name = "bad", provider, zone, settings = JsonDocument.Parse(settings) }), status, code);
    }

    [Fact]
    public async Task A_pool_never_shows_its_secrets_and_goes_through_its_states()
    {
        using var admin = new Driver(_api, _api.AdminKey);
        await admin.RunAsync("/api/v1/pools", new { name = "ref2", provider = "Reference", zone = "z1", secrets = new { token = "hush-hush" } });
        var text = await _api.Admin.GetStringAsync(Relative("/api/v1/pools/ref2"), ApiHost.Stop);
        Assert.DoesNotContain("hush-hush", text, StringComparison.Ordinal);
        foreach (var (verb, state) in new[] { ("disable", "disabled"), ("maintain", "maintenance"), ("enable", "up"), ("disable", "disabled") })
            Assert.Equal(state, (await ApiHost.ReadAsync<PoolView>(await admin.SendAsync(HttpMethod.Post, $"/api/v1/pools/ref2/{verb}"))).State);
        await admin.RunAsync(HttpMethod.Delete, "/api/v1/pools/ref2");
        await ApiHost.ProblemAsync(await admin.SendAsync(HttpMethod.Get, "/api/v1/pools/ref2"), 404, "pool-not-found");
    }

    [Fact]
    public async Task Providers_show_their_settings_and_capabilities()
    {
        using var admin = new Driver(_api, _api.AdminKey);
        var provider = await admin.GetAsync<ProviderView>("/api/v1/providers/Reference");
        Assert.Contains(provider.Settings, s => s is { Name: "token", Kind: "secret" });
        Assert.Equal("native", provider.Capabilities!.MaxIops.Support);
        Assert.Equal(provider.Name, Assert.Single((await admin.GetAsync<Page<ProviderView>>("/api/v1/providers")).Items).Name);
    }

    [Fact]
    public async Task Operations_are_listed_by_status_and_subject()
    {
        using var admin = new Driver(_api, _api.AdminKey);
        var done = await admin.RunAsync("/api/v1/volumes", new { name = "listed", diskOffering = "custom", sizeBytes = GiB, maxIops = 10 });
        var found = await admin.GetAsync<Page<OperationView>>($"/api/v1/operations?status=succeeded&subject={done.SubjectId}");
        Assert.Equal(done.Id, Assert.Single(found.Items).Id);
        await ApiHost.ProblemAsync(await admin.SendAsync(HttpMethod.Get, "/api/v1/operations?status=lost"), 422, "value-unknown");
        await ApiHost.ProblemAsync(await admin.SendAsync(HttpMethod.Post, $"/api/v1/operations/{done.Id}/cancel"), 409, "operation-not-cancellable");
    }

    private static (long? Granted, long? Applied) Figures(IReadOnlyList<PromiseView> promises, string promise)
    {
        var found = promises.Single(p => p.Promise == promise);
        return (found.Granted, found.Applied);
    }

    private static Uri Relative(string address) => new(address, UriKind.Relative);
}
