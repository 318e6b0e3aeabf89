using Headgate.Api.Contract;
using Headgate.Drivers.SharedPool;
using Headgate.Storage.Sdk;
using Microsoft.Extensions.DependencyInjection;
using VolumeView = Headgate.Api.Contract.VolumeView;

namespace Headgate.Api.Tests;

/// <summary>What a pool that promises nothing may be used for: a required min is refused with the reason, best effort is shown as what it is.</summary>
public sealed class SharedPoolTests : IAsyncLifetime
{
    private const long MiB = 1L << 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("hg-shared-").FullName;
    private ApiHost _api = null!;

    public async ValueTask InitializeAsync()
    {
        _api = await ApiHost.StartAsync(builder => builder.Services.AddSingleton<IPrimaryDataStoreProvider>(new SharedPoolProvider()));
        using var admin = new Driver(_api, _api.AdminKey);
        Assert.True((await admin.SendAsync(HttpMethod.Post, "/api/v1/zones", new { name = "z1" })).IsSuccessStatusCode);
        await OfferAsync(admin, "guaranteed", new { customIops = true, require = new[] { "min" } });
        await OfferAsync(admin, "limited", new { customIops = true, require = new[] { "max" } });
        await OfferAsync(admin, "best-effort", new { customIops = true });
        await admin.RunAsync("/api/v1/pools", new { name = "nfs1", provider = "SharedPool", zone = "z1", settings = new Dictionary<string, string> { ["path"] = _folder } });
    }

    [Theory]
    [InlineData("guaranteed", "min")]
    [InlineData("limited", "max")]
    public async Task An_offering_that_requires_a_limit_is_refused_with_the_reason(string offering, string limit)
    {
        using var tenant = new Driver(_api, await _api.TenantKeyAsync($"t-{offering}"));
        var answer = await tenant.SendAsync(HttpMethod.Post, "/api/v1/volumes", new { name = "db1", diskOffering = offering, sizeBytes = 8 * MiB, minIops = 200, maxIops = 1000 }, Guid.NewGuid().ToString());

        var text = await answer.Content.ReadAsStringAsync(ApiHost.Stop);
        Assert.False(answer.IsSuccessStatusCode, text);
        Assert.Contains("nfs1", text, StringComparison.Ordinal);
        Assert.Contains(limit, text, StringComparison.Ordinal);
        Assert.Contains("enforce", text, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_folder, "hg-*"));
    }

    [Fact]
    public async Task Best_effort_is_granted_shown_as_enforced_by_nobody_and_lives_its_life()
    {
        using var tenant = new Driver(_api, await _api.TenantKeyAsync("best"));
        await tenant.RunAsync("/api/v1/volumes", new { name = "db1", diskOffering = "best-effort", sizeBytes = 8 * MiB, minIops = 200, maxIops = 1000 });
        var made = await tenant.GetAsync<VolumeView>("/api/v1/volumes/db1");
        Assert.Equal(("ready", "nfs1", 8 * MiB), (made.State, made.Pool, made.SizeBytes));
        var asked = made.Promises.Where(p => p.Requested is not null).ToList();
        Assert.Equal(2, asked.Count);
        Assert.All(asked, p => Assert.Equal(("nobody", null), (p.EnforcedBy, p.Applied)));

        await tenant.RunAsync("/api/v1/volumes/db1/resize", new { sizeBytes = 16 * MiB });
        await tenant.RunAsync("/api/v1/volumes/db1/connections", new { initiator = "iqn.2004-10.org.example:host1" });
        var connection = await tenant.GetAsync<ConnectionView>("/api/v1/volumes/db1/connections/iqn.2004-10.org.example:host1");
        Assert.Equal(16 * MiB, new FileInfo(Assert.Single(Directory.EnumerateFiles(_folder, "*.raw"))).Length);
        Assert.Equal("local", connection.Protocol);
        var check = await ApiHost.ReadAsync<PoolCheck>(await _api.Admin.PostAsync(new Uri("/api/v1/pools/nfs1/check", UriKind.Relative), null, ApiHost.Stop));
        Assert.Empty(check.Findings);

        await tenant.RunAsync(HttpMethod.Delete, "/api/v1/volumes/db1/connections/iqn.2004-10.org.example:host1");
        await tenant.RunAsync(HttpMethod.Delete, "/api/v1/volumes/db1");
        await tenant.RunAsync(HttpMethod.Post, "/api/v1/volumes/db1/expunge");
        Assert.Empty(Directory.EnumerateFiles(_folder, "hg-*"));
    }

    [Fact]
    public async Task A_pool_is_given_less_and_more_and_never_less_than_is_reserved()
    {
        using var admin = new Driver(_api, _api.AdminKey);
        using var tenant = new Driver(_api, await _api.TenantKeyAsync("capacity"));
        await tenant.RunAsync("/api/v1/volumes", new { name = "db1", diskOffering = "best-effort", sizeBytes = 8 * MiB });
        var ended = await admin.RunAsync("/api/v1/pools/nfs1/capacity", new { capacityBytes = 12 * MiB });
        Assert.Equal("pool.change-capacity", ended.Kind);
        var pool = await admin.GetAsync<PoolView>("/api/v1/pools/nfs1");
        Assert.Equal((12 * MiB, 12 * MiB, 12 * MiB), (pool.CapacityBytes, pool.AllowedBytes, pool.StorageBytes));
        Assert.Equal(("native", "none", "native"), (pool.Capabilities!.CapacityBytesChange, pool.Capabilities.CapacityIopsChange, pool.Capabilities.Copies));

        var less = await admin.SendAsync(HttpMethod.Post, "/api/v1/pools/nfs1/capacity", new { capacityBytes = 7 * MiB }, Guid.NewGuid().ToString());
        var text = await less.Content.ReadAsStringAsync(ApiHost.Stop);
        Assert.Equal(System.Net.HttpStatusCode.Conflict, less.StatusCode);
        Assert.Contains("capacity-in-use", text, StringComparison.Ordinal);
        Assert.Contains("would have 7 MiB, and 8 MiB are reserved", text, StringComparison.Ordinal);
        var tooBig = await tenant.SendAsync(HttpMethod.Post, "/api/v1/volumes", new { name = "db2", diskOffering = "best-effort", sizeBytes = 8 * MiB }, Guid.NewGuid().ToString());
        Assert.Equal(System.Net.HttpStatusCode.Conflict, tooBig.StatusCode);

        await admin.RunAsync("/api/v1/pools/nfs1/capacity", new { allBytes = true });
        await admin.RunAsync(HttpMethod.Post, "/api/v1/pools/nfs1/refresh");
        pool = await admin.GetAsync<PoolView>("/api/v1/pools/nfs1");
        Assert.Null(pool.AllowedBytes);
        Assert.True(pool.CapacityBytes > 12 * MiB);
        using var forbidden = await tenant.SendAsync(HttpMethod.Post, "/api/v1/pools/nfs1/capacity", new { allBytes = true }, Guid.NewGuid().ToString());
        Assert.Equal(System.Net.HttpStatusCode.Forbidden, forbidden.StatusCode);
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task OfferAsync(Driver admin, string name, object qos)
    {
        using var answer = await admin.SendAsync(HttpMethod.Post, "/api/v1/disk-offerings", new { name, customSize = true, qos });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(ApiHost.Stop));
    }
}
