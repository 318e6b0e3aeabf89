using System.Diagnostics;
using System.Text.Json.Nodes;
using Headgate.Api.Contract;
using Headgate.Api.Tests;
using Headgate.Drivers.Ceph;
using Headgate.Storage.Sdk;
using Microsoft.Extensions.DependencyInjection;
using VolumeView = Headgate.Api.Contract.VolumeView;

namespace Headgate.Ceph.Tests;

/// <summary>The management server over HTTP with the driver on the real cluster: what is promised, who gets in, what is found behind our back.</summary>
public sealed class ServerOnCephTests(RunningCeph ceph) : IAsyncLifetime
{
    private const long MiB = 1L << 20;
    private const string Host = "iqn.2004-10.org.example:host1";

    private ApiHost _api = null!;
    private Driver _admin = null!;

    public async ValueTask InitializeAsync()
    {
        ceph.Require();
        _api = await ApiHost.StartAsync(builder => builder.Services.AddSingleton<IPrimaryDataStoreProvider>(new CephProvider()));
        _admin = new Driver(_api, _api.AdminKey);
        Assert.True((await _admin.SendAsync(HttpMethod.Post, "/api/v1/zones", new { name = "z1" })).IsSuccessStatusCode);
        await OfferAsync("hard", "min", "max");
        await OfferAsync("soft", "max");
        await _admin.RunAsync("/api/v1/pools", new
        {
            name = "ceph1", provider = "Ceph", zone = "z1", settings = new { monitors = ceph.Monitors, pool = "rbd" }, secrets = new { key = ceph.Key },
        });
    }

    [Fact]
    public async Task A_required_min_is_refused_with_the_reason_and_a_best_effort_is_granted_and_shown_as_not_enforced()
    {
        var asked = new { name = "v1", diskOffering = "hard", sizeBytes = 64 * MiB, minIops = 500, maxIops = 1000 };
        var problem = await ApiHost.ProblemAsync(await _admin.SendAsync(HttpMethod.Post, "/api/v1/volumes", asked), 409, "no-pool-fits");
        Assert.Contains(problem.Details!, d => d.Contains("ceph1", StringComparison.Ordinal) && d.Contains("does not enforce a min IOPS", StringComparison.Ordinal));

        var made = await MakeAsync("v2");
        var (min, max) = (made.Promises.Single(p => p.Promise == "minIops"), made.Promises.Single(p => p.Promise == "maxIops"));
        Assert.Equal((500L, (long?)null, "nobody", (long?)null), (min.Requested!.Value, min.Granted, min.EnforcedBy, min.Applied));
        Assert.Equal((1000L, "storage", 1000L), (max.Granted!.Value, max.EnforcedBy, max.Applied!.Value));
    }

    [Fact]
    public async Task A_volume_is_written_and_read_with_QEMU_by_the_connection_that_the_API_gives()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/qemu-io") && QemuHasRbd(), "qemu-utils or qemu-block-extra is not installed");
        await MakeAsync("v1");
        var connection = await ConnectAsync("v1");
        Assert.Equal(("rbd", "rbd"), (connection.Protocol, connection.Rbd!.Pool));

        var (status, said) = await QemuIoAsync(connection, "write -P 0x5a 1M 2M", "flush");
        Assert.True(status == 0, said);
        (status, said) = await QemuIoAsync(connection, "read -P 0x5a 1M 2M", "read -P 0 0 1M");
        Assert.True(status == 0 && !said.Contains("Pattern verification failed", StringComparison.Ordinal), said);

        await _admin.RunAsync(HttpMethod.Delete, $"/api/v1/volumes/v1/connections/{Host}");
        (status, said) = await QemuIoAsync(connection, "read 0 4k");
        Assert.True(status != 0, said);
    }

    [Fact]
    public async Task Keys_are_in_no_answer_but_the_connections_own()
    {
        await MakeAsync("v1");
        var connection = await ConnectAsync("v1");
        foreach (var address in new[] { "/api/v1/pools", "/api/v1/volumes", "/api/v1/events?limit=1000", "/api/v1/operations?limit=1000" })
        {
            var text = await (await _admin.SendAsync(HttpMethod.Get, address)).Content.ReadAsStringAsync(ApiHost.Stop);
            Assert.DoesNotContain(ceph.Key, text, StringComparison.Ordinal);
            Assert.DoesNotContain(connection.Rbd!.Key, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Limits_and_grants_changed_on_the_cluster_are_found_and_repaired()
    {
        var made = await MakeAsync("v1");
        var before = await ConnectAsync("v1");
        AsAdmin(call =>
        {
            using var image = Image.FindById(call, made.Handle!, forWriting: true)!;
            image.SetMetadata("conf_rbd_qos_iops_limit", "99999");
            Monitors.TryChange(call, "auth rm", ("entity", $"client.{before.Rbd!.User}"));
            return 0;
        });
        Assert.Equal(["access-lost", "qos-drift"], (await FindingsAsync("v1")).Select(f => f.Kind).Order());

        foreach (var operation in (await FindingsAsync("v1", repair: true)).Select(f => f.Operation).OfType<Guid>().Distinct())
            Assert.Equal(OperationStatus.Succeeded, (await _admin.FollowAsync(operation))[^1].Status);
        Assert.Empty(await FindingsAsync("v1"));
        var after = await _admin.GetAsync<ConnectionView>($"/api/v1/volumes/v1/connections/{Host}");
        Assert.NotEqual(before.Rbd!.Key, after.Rbd!.Key); // a new user, and the key that opens the image is the one that is shown
        Assert.Equal(0, RbdHost.Write(RbdOf(after), new byte[4096]));
    }

    [Fact]
    public async Task An_image_removed_is_missing_and_a_strangers_user_is_told_of_and_left()
    {
        var (gone, kept) = (await MakeAsync("gone"), await MakeAsync("kept"));
        var stranger = $"sneaky-{kept.Id:N}";
        AsAdmin(call => Images.TryRemove(call, Marks.ImageName(new ObjectKey(gone.Id))));
        AsAdmin(call => Monitors.TryChange(
            call, "auth get-or-create", ("entity", $"client.{stranger}"),
            ("caps", new JsonArray("mon", "profile rbd", "osd", $"allow rwx pool=rbd object_prefix rbd_data.{kept.Handle}"))));
        try
        {
            Assert.Equal(["missing"], (await FindingsAsync("gone")).Select(f => f.Kind));
            var stale = Assert.Single(await FindingsAsync("kept", repair: true));
            Assert.Equal("access-stale", stale.Kind);
            var ended = (await _admin.FollowAsync(stale.Operation!.Value))[^1];
            Assert.Equal("ceph-foreign-user", ended.Problem?.Code);
            Assert.Contains($"ceph auth rm client.{stranger}", ended.Problem!.Detail, StringComparison.Ordinal);
            Assert.Equal(["missing"], (await FindingsAsync("gone")).Select(f => f.Kind));
        }
        finally
        {
            AsAdmin(call => Monitors.TryChange(call, "auth rm", ("entity", $"client.{stranger}")));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_api is null) return;
        _admin.Dispose();
        await _api.DisposeAsync();
    }

    private async Task OfferAsync(string name, params string[] require) => Assert.True((await _admin.SendAsync(
        HttpMethod.Post, "/api/v1/disk-offerings", new { name, customSize = true, qos = new { customIops = true, require } })).IsSuccessStatusCode);

    private async Task<VolumeView> MakeAsync(string name)
    {
        await _admin.RunAsync("/api/v1/volumes", new { name, diskOffering = "soft", sizeBytes = 64 * MiB, minIops = 500, maxIops = 1000 });
        return await _admin.GetAsync<VolumeView>($"/api/v1/volumes/{name}");
    }

    private async Task<ConnectionView> ConnectAsync(string name)
    {
        await _admin.RunAsync($"/api/v1/volumes/{name}/connections", new { initiator = Host });
        return await _admin.GetAsync<ConnectionView>($"/api/v1/volumes/{name}/connections/{Host}");
    }

    private async Task<IReadOnlyList<PoolFinding>> FindingsAsync(string volume, bool repair = false)
    {
        var answer = await _admin.SendAsync(HttpMethod.Post, "/api/v1/pools/ceph1/check" + (repair ? "?repair=true" : ""));
        return [.. (await ApiHost.ReadAsync<PoolCheck>(answer)).Findings.Where(f => f.Volume == volume)];
    }

    private T AsAdmin<T>(Func<CephCall, T> work)
    {
        using var connections = new CephConnections(new CephConfig(
            Guid.Empty, ceph.Monitors, null, "headgate", ceph.Key, "rbd", "", null, Patience.Long, Patience.Long, TimeProvider.System));
        return ((Primitives.Outcome<T>.Done)CephCall.Run(connections, static (_, request) => request(), work)).Value;
    }

    private static Connection.Rbd RbdOf(ConnectionView view) =>
        new(view.Portals, view.Rbd!.Pool, view.Rbd.Namespace, view.Rbd.Image, view.Rbd.User, view.Rbd.Key);

    private static bool QemuHasRbd() => Directory.EnumerateDirectories("/usr/lib", "qemu", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 })
        .Any(folder => File.Exists(Path.Combine(folder, "block-rbd.so")));

    private static async Task<(int Status, string Said)> QemuIoAsync(ConnectionView connection, params string[] commands)
    {
        var start = new ProcessStartInfo("/usr/bin/qemu-io", ["-f", "raw", .. commands.SelectMany(c => new[] { "-c", c }), connection.Uri])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var qemu = Process.Start(start)!;
        var (output, errors) = (qemu.StandardOutput.ReadToEndAsync(ApiHost.Stop), qemu.StandardError.ReadToEndAsync(ApiHost.Stop));
        await qemu.WaitForExitAsync(ApiHost.Stop);
        return (qemu.ExitCode, await output + await errors);
    }
}
