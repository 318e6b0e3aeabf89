namespace Headgate.Api.Tests;

/// <summary>A host with one zone, one pool of the Reference driver (<c>ref1</c>) and one offering (<c>custom</c>).</summary>
public sealed class StorageHost : IAsyncLifetime
{
    public ApiHost Api { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Api = await ApiHost.StartAsync();
        using var admin = new Driver(Api, Api.AdminKey);
        Assert.True((await admin.SendAsync(HttpMethod.Post, "/api/v1/zones", new { name = "z1" })).IsSuccessStatusCode);
        Assert.True((await admin.SendAsync(
            HttpMethod.Post, "/api/v1/disk-offerings",
            new { name = "custom", customSize = true, qos = new { customIops = true, require = new[] { "max" } } })).IsSuccessStatusCode);
        await admin.RunAsync("/api/v1/pools", new { name = "ref1", provider = "Reference", zone = "z1" });
    }

    public ValueTask DisposeAsync() => Api.DisposeAsync();
}
