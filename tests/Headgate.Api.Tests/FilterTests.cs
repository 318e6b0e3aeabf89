using Headgate.Api.Contract;

namespace Headgate.Api.Tests;

/// <summary>Filters of lists, and pages while the list grows.</summary>
public sealed class FilterTests(StorageHost storage) : IClassFixture<StorageHost>
{
    private readonly ApiHost _api = storage.Api;

    [Fact]
    public async Task Volumes_snapshots_and_operations_are_narrowed_by_each_filter()
    {
        using var admin = new Driver(_api, _api.AdminKey);
        using var tenant = new Driver(_api, await _api.TenantKeyAsync("filtered"));
        foreach (var name in new[] { "web-1", "web-2", "Web-3", "db_1" })
            await tenant.RunAsync("/api/v1/volumes", new { name, diskOffering = "custom", sizeBytes = 1 << 30, maxIops = 10 });
        await tenant.RunAsync("/api/v1/snapshots", new { volume = "web-1", name = "nightly" });
        await tenant.RunAsync(HttpMethod.Delete, "/api/v1/volumes/web-2");

        Assert.Equal(["web-1", "web-2"], await VolumesAsync(tenant, "name=web-"));
        Assert.Equal(["db_1"], await VolumesAsync(tenant, "name=db_")); // no pattern
        Assert.Equal(["web-2"], await VolumesAsync(admin, "state=deleted&account=filtered"));
        Assert.Equal(["web-1", "Web-3", "db_1"], await VolumesAsync(admin, "state=ready&offering=custom&pool=ref1&account=filtered"));
        await ApiHost.ProblemAsync(await tenant.SendAsync(HttpMethod.Get, "/api/v1/volumes?offering=none"), 404, "disk-offering-not-found");

        Assert.Equal(["nightly"], (await admin.GetAsync<Page<SnapshotView>>("/api/v1/snapshots?account=filtered&state=ready&name=nigh")).Items.Select(s => s.Name));
        Assert.Empty((await tenant.GetAsync<Page<SnapshotView>>("/api/v1/snapshots?state=deleted")).Items);
        Assert.Equal(["volume.delete"], (await admin.GetAsync<Page<OperationView>>("/api/v1/operations?account=filtered&kind=volume.delete")).Items.Select(o => o.Kind));
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=1001")]
    [InlineData("limit=x")]
    public async Task A_limit_out_of_bounds_is_refused_by_every_list(string query)
    {
        using var admin = new Driver(_api, _api.AdminKey);
        foreach (var list in new[] { "volumes", "snapshots", "templates", "operations", "events", "audit", "accounts", "users", "keys", "pools", "zones", "hosts", "usage" })
            await ApiHost.ProblemAsync(await admin.SendAsync(HttpMethod.Get, $"/api/v1/{list}?{query}"), 400, "invalid-parameter");
    }

    [Fact]
    public async Task Every_answer_names_its_request_and_no_two_alike()
    {
        using var nobody = _api.Client(null);
        var seen = new HashSet<string>();
        foreach (var address in new[] { "/healthz", "/api/v1/zones", "/nowhere", "/test/throws", "/api/v1/version" })
        {
            using var answer = await nobody.GetAsync(new Uri(address, UriKind.Relative), ApiHost.Stop);
            var id = Assert.Single(answer.Headers.GetValues("X-Request-Id"));
            Assert.True(seen.Add(id), id);
            if (address == "/test/throws") Assert.Contains(id, await answer.Content.ReadAsStringAsync(ApiHost.Stop), StringComparison.Ordinal);
        }
    }

    private static async Task<IEnumerable<string>> VolumesAsync(Driver driver, string query) =>
        (await driver.GetAsync<Page<VolumeView>>($"/api/v1/volumes?{query}")).Items.Select(v => v.Name);
}
