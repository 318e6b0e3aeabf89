using System.Net.Http.Headers;
using System.Text.Json;
using Headgate.Api.Contract;
using Headgate.Api.Tests;
using Headgate.Drivers.Ceph;
using Headgate.Storage.Sdk;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Ceph.Tests;

/// <summary>A template on the real cluster: written once through librbd by the server, cloned by the cluster, read by a host.</summary>
public sealed class TemplateOnCephTests(RunningCeph ceph)
{
    private const int MiB = 1 << 20;
    private const string Host = "iqn.2004-10.org.example:host1";

    [Fact]
    public async Task Volumes_made_from_a_template_read_as_its_image_and_the_server_is_let_in_to_nothing_afterwards()
    {
        ceph.Require();
        var image = new byte[10 * MiB];
        new Random(3).NextBytes(image.AsSpan(0, 3 * MiB));
        new Random(4).NextBytes(image.AsSpan(9 * MiB));
        await using var api = await ApiHost.StartAsync(builder => builder.Services.AddSingleton<IPrimaryDataStoreProvider>(new CephProvider()));
        using var admin = new Driver(api, api.AdminKey);
        await admin.SendAsync(HttpMethod.Post, "/api/v1/zones", new { name = "z1" });
        await admin.SendAsync(HttpMethod.Post, "/api/v1/disk-offerings", new { name = "soft", customSize = true, qos = new { customIops = true } });
        await admin.RunAsync("/api/v1/pools", new
        {
            name = "ceph1", provider = "Ceph", zone = "z1", settings = new { monitors = ceph.Monitors, pool = "rbd" }, secrets = new { key = ceph.Key },
        });
        using var body = new ByteArrayContent(image) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
        var uploaded = await api.Admin.PutAsync(new Uri("/api/v1/templates/os/image", UriKind.Relative), body, ApiHost.Stop);
        var register = await ApiHost.ReadAsync<OperationView>(uploaded);
        Assert.Equal(OperationStatus.Succeeded, (await admin.FollowAsync(register.Id))[^1].Status);

        foreach (var name in new[] { "root1", "root2" })
        {
            await admin.RunAsync("/api/v1/volumes", new { name, diskOffering = "soft", sizeBytes = 64L * MiB, maxIops = 5000, template = "os" });
            await admin.RunAsync($"/api/v1/volumes/{name}/connections", new { initiator = Host });
            var rbd = RbdOf(await admin.GetAsync<ConnectionView>($"/api/v1/volumes/{name}/connections/{Host}"));
            var content = RbdHost.ReadAll(rbd, 64 * MiB);
            Assert.True(image.AsSpan().SequenceEqual(content.AsSpan(0, image.Length)));
            Assert.False(content.AsSpan(image.Length).ContainsAnyExcept((byte)0));
        }
        var operations = await admin.GetAsync<JsonElement>("/api/v1/operations?limit=1000");
        Assert.Single(operations.GetProperty("items").EnumerateArray(), o => o.GetProperty("kind").GetString() == "template.copy");
        Assert.Empty(await FindingsAsync(admin));

        await admin.RunAsync(HttpMethod.Delete, "/api/v1/templates/os");
        Assert.Empty(await FindingsAsync(admin));
    }

    /// <summary>Of this pool's own: other tests make and break things on the same cluster.</summary>
    private static async Task<IReadOnlyList<string>> FindingsAsync(Driver admin)
    {
        var check = await ApiHost.ReadAsync<PoolCheck>(await admin.SendAsync(HttpMethod.Post, "/api/v1/pools/ceph1/check"));
        return [.. check.Findings.Where(f => f.Kind != "foreign-changed").Select(f => f.Message)];
    }

    private static Connection.Rbd RbdOf(ConnectionView view) =>
        new(view.Portals, view.Rbd!.Pool, view.Rbd.Namespace, view.Rbd.Image, view.Rbd.User, view.Rbd.Key);
}
