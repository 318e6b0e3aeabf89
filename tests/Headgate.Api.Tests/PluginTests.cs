using System.Net;
using Headgate.Api.Contract;
using Headgate.Plugins;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Api.Tests;

/// <summary>A plug-in's provider and its pools, seen from outside, while its folder comes and goes.</summary>
public sealed class PluginTests : IAsyncLifetime
{
    private static readonly string Built =
        AppContext.BaseDirectory.Replace("Headgate.Api.Tests", "Headgate.Plugins.Sample", StringComparison.Ordinal);

    private readonly string _root = Directory.CreateTempSubdirectory("hg-api-plugins-").FullName;
    private ApiHost _api = null!;
    private Driver _admin = null!;

    private string Folder => Path.Combine(_root, "plugins");

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Folder);
        // Looked at when it is asked for only: what the clock does is the registry's test.
        var options = new PluginOptions { Folder = Folder, Copies = Path.Combine(_root, "copies"), LookEvery = TimeSpan.FromHours(1), Patience = Patience.Long };
        _api = await ApiHost.StartAsync(builder => builder.Services.AddSingleton(options));
        _admin = new Driver(_api, _api.AdminKey);
        Assert.True((await _admin.SendAsync(HttpMethod.Post, "/api/v1/zones", new { name = "z1" })).IsSuccessStatusCode);
        Assert.True((await _admin.SendAsync(
            HttpMethod.Post, "/api/v1/disk-offerings", new { name = "plain", customSize = true, qos = new { customIops = true } })).IsSuccessStatusCode);
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _api.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task A_plugin_that_is_put_there_is_listed_after_a_rescan_with_where_it_is_from()
    {
        Put();

        var all = await ApiHost.ReadAsync<Page<ProviderView>>(await _admin.SendAsync(HttpMethod.Post, "/api/v1/providers/rescan"));

        Assert.Equal(["Reference", "Sample"], all.Items.Select(p => p.Name));
        var sample = await _admin.GetAsync<ProviderView>("/api/v1/providers/sample");
        Assert.Equal(("loaded", "plugin", "acme", "1.2.3"), (sample.Status, sample.Origin, sample.Plugin, sample.Version));
        Assert.Equal((100, 10_000, 100), (sample.Capabilities!.MaxIops.From, sample.Capabilities.MaxIops.To, sample.Capabilities.MaxIops.Step));
        Assert.Equal(["fault", "password"], sample.Settings.Select(s => s.Name));
        Assert.Equal(("builtIn", null), (all.Items[0].Origin, all.Items[0].Plugin));
        Assert.Equal(sample.SdkVersion, all.Items[0].SdkVersion);
        var events = await _admin.GetAsync<Page<EventView>>("/api/v1/events?code=provider.loaded");
        Assert.Contains("'acme'", Assert.Single(events.Items).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_cannot_be_loaded_is_listed_as_failed_and_pools_on_it_are_refused_with_the_reason()
    {
        Put("Headgate.Plugins.Sample.ThrowingProvider");

        await RescanAsync();

        var failed = await _admin.GetAsync<ProviderView>("/api/v1/providers/acme");
        Assert.Equal("failed", failed.Status);
        Assert.StartsWith("plugin-failed: ", failed.Problem, StringComparison.Ordinal);
        Assert.Null(failed.Capabilities);
        using var refused = await _admin.SendAsync(HttpMethod.Post, "/api/v1/pools", new { name = "p1", provider = "acme", zone = "z1" });
        var problem = await ApiHost.ProblemAsync(refused, 404, "provider-not-found");
        Assert.Contains("no licence", problem.Detail, StringComparison.Ordinal);
        Assert.Single((await _admin.GetAsync<Page<EventView>>("/api/v1/events?code=provider.failed")).Items);
    }

    [Fact]
    public async Task Without_its_plugin_a_pool_is_unavailable_its_work_refused_and_another_pool_serves_on()
    {
        Put();
        await RescanAsync();
        await _admin.RunAsync("/api/v1/pools", new { name = "p1", provider = "Sample", zone = "z1", tags = new[] { "sample" } });
        await _admin.RunAsync("/api/v1/pools", new { name = "ref1", provider = "Reference", zone = "z1" });
        Assert.True((await _admin.SendAsync(HttpMethod.Post, "/api/v1/disk-offerings", new { name = "onSample", customSize = true, tags = new[] { "sample" } })).IsSuccessStatusCode);
        await _admin.RunAsync("/api/v1/volumes", new { name = "v1", diskOffering = "onSample", sizeBytes = 1L << 20 });

        Directory.Move(Path.Combine(Folder, "acme"), Path.Combine(_root, "away"));
        await RescanAsync();

        var pool = await _admin.GetAsync<PoolView>("/api/v1/pools/p1");
        Assert.Equal("unavailable", pool.State);
        Assert.StartsWith("provider-not-loaded: ", pool.Cause, StringComparison.Ordinal);
        Assert.Contains("'acme' was removed", pool.Cause, StringComparison.Ordinal);
        Assert.Contains("""headgate_pool_up{pool="p1",provider="Sample"} 0""", await _api.Admin.GetStringAsync(new Uri("/metrics", UriKind.Relative), ApiHost.Stop), StringComparison.Ordinal);
        await RefusedAsync("/api/v1/volumes/v1/connections", new { initiator = "iqn.1993-08.org.debian:01:me" });
        await RefusedAsync("/api/v1/volumes/v1/resize", new { sizeBytes = 1L << 21 });
        await RefusedAsync("/api/v1/pools/p1/check", null);
        await RefusedAsync("/api/v1/pools/p1/maintain", null);
        using var nowhere = await _admin.SendAsync(HttpMethod.Post, "/api/v1/volumes", new { name = "v2", diskOffering = "onSample", sizeBytes = 1L << 20 });
        var problem = await ApiHost.ProblemAsync(nowhere, 409, "no-pool-fits");
        Assert.Contains(problem.Details!, line => line.Contains("p1: Provider Sample is not loaded", StringComparison.Ordinal));
        await _admin.RunAsync("/api/v1/volumes", new { name = "v3", diskOffering = "plain", sizeBytes = 1L << 20 });

        Directory.Move(Path.Combine(_root, "away"), Path.Combine(Folder, "acme"));
        await RescanAsync();

        Assert.Equal("up", (await _admin.GetAsync<PoolView>("/api/v1/pools/p1")).State);
        await _admin.RunAsync("/api/v1/volumes/v1/connections", new { initiator = "iqn.1993-08.org.debian:01:me" });
    }

    [Fact]
    public async Task A_driver_that_throws_holds_up_its_own_operation_and_no_other()
    {
        Put();
        await RescanAsync();
        await _admin.RunAsync("/api/v1/pools", new { name = "bad", provider = "Sample", zone = "z1", tags = new[] { "bad" }, settings = new { fault = "throw" } });
        await _admin.RunAsync("/api/v1/pools", new { name = "good", provider = "Sample", zone = "z1" });
        Assert.True((await _admin.SendAsync(HttpMethod.Post, "/api/v1/disk-offerings", new { name = "onBad", customSize = true, tags = new[] { "bad" } })).IsSuccessStatusCode);

        using var begun = await _admin.SendAsync(HttpMethod.Post, "/api/v1/volumes", new { name = "v1", diskOffering = "onBad", sizeBytes = 1L << 20 }, "one");

        Assert.Equal(HttpStatusCode.Accepted, begun.StatusCode);
        await _admin.RunAsync("/api/v1/volumes", new { name = "v2", diskOffering = "plain", sizeBytes = 1L << 20 });
        var started = await ApiHost.ReadAsync<OperationView>(begun);
        var cancelled = await _admin.SendAsync(HttpMethod.Post, $"/api/v1/operations/{started.Id}/cancel");
        Assert.True(cancelled.IsSuccessStatusCode);
    }

    [Fact]
    public async Task A_tenant_cannot_have_plugins_looked_for()
    {
        using var tenant = new Driver(_api, await _api.TenantKeyAsync("acme"));

        await ApiHost.ProblemAsync(await tenant.SendAsync(HttpMethod.Post, "/api/v1/providers/rescan"), 403, "admin-only");
    }

    private async Task RefusedAsync(string address, object? body)
    {
        using var answer = await _admin.SendAsync(HttpMethod.Post, address, body, Guid.NewGuid().ToString());
        await ApiHost.ProblemAsync(answer, 503, "provider-not-loaded");
    }

    private async Task RescanAsync()
    {
        using var answer = await _admin.SendAsync(HttpMethod.Post, "/api/v1/providers/rescan");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private void Put(string provider = "Headgate.Plugins.Sample.SampleProvider")
    {
        var path = Directory.CreateDirectory(Path.Combine(Folder, "acme")).FullName;
        foreach (var file in Directory.EnumerateFiles(Built)) File.Copy(file, Path.Combine(path, Path.GetFileName(file)));
        File.WriteAllText(
            Path.Combine(path, "plugin.json"), $$"""{"assembly": "Headgate.Plugins.Sample.dll", "sdk": "0.1.0", "provider": "{{provider}}"}""");
    }
}
