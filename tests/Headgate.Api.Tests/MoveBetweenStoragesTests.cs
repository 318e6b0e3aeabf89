using System.Net;
using System.Text.Json;
using Headgate.Api.Contract;
using Headgate.Drivers.SharedPool;
using Headgate.Drivers.SolidFire;
using Headgate.Node;
using Headgate.Storage.Sdk;
using Microsoft.Extensions.DependencyInjection;
using VolumeView = Headgate.Api.Contract.VolumeView;

namespace Headgate.Api.Tests;

/// <summary>
/// Volumes between a folder and a real storage node: the offering asks for a minimum that files cannot have, so the data goes over iSCSI to a LUN that has
/// it, and back.
/// </summary>
public sealed class MoveBetweenStoragesTests : IAsyncLifetime
{
    /// <summary>The least that is more than the node's smallest volume (10^9 bytes).</summary>
    private const long Bytes = 1L << 30;

    /// <summary>What is written of it; the rest are holes.</summary>
    private const int Written = 8 << 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("hg-move-").FullName;
    private readonly Gate _gate = new();
    private StorageNode _node = null!;
    private ApiHost _api = null!;
    private Driver _admin = null!;

    private string Files => Path.Combine(_folder, "files");

    public async ValueTask InitializeAsync()
    {
        _node = await StorageNode.StartAsync(new StorageNodeOptions
        {
            DataFolder = Path.Combine(_folder, "node"), IscsiEndpoint = new IPEndPoint(IPAddress.Loopback, 0), ElementEndpoint = new IPEndPoint(IPAddress.Loopback, 0),
            CapacityIops = 1_000_000, CapacityBytes = 1L << 40,
        });
        Directory.CreateDirectory(Files);
        var to = _node.Credentials;
        _api = await ApiHost.StartAsync(builder => builder.Services
            .AddSingleton<IPrimaryDataStoreProvider>(new SolidFireProvider(null, inner => _gate.Before(inner))).AddSingleton<IPrimaryDataStoreProvider>(new SharedPoolProvider()));
        _admin = new Driver(_api, _api.AdminKey);
        Assert.True((await _admin.SendAsync(HttpMethod.Post, "/api/v1/zones", new { name = "z1" })).IsSuccessStatusCode);
        await OfferAsync(new { name = "plain", customSize = true, qos = new { } });
        await OfferAsync(new { name = "fast", customSize = true, qos = new { minIops = 500, maxIops = 50_000, require = new[] { "min", "max" } } });
        await OfferAsync(new { name = "faster", customSize = true, qos = new { minIops = 900, maxIops = 90_000, require = new[] { "min", "max" } } });
        await _admin.RunAsync("/api/v1/pools", new { name = "files", provider = "SharedPool", zone = "z1", settings = new { path = Files } });
        await _admin.RunAsync("/api/v1/volumes", new { name = "v1", diskOffering = "plain", sizeBytes = Bytes });
        await _admin.RunAsync("/api/v1/pools", new
        {
            name = "san1", provider = "SolidFire", zone = "z1",
            settings = new { endpoint = to.ElementEndpoint, username = to.Username, certificateSha256 = to.CertificateSha256 },
            secrets = new { password = to.Password },
        });
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _api.DisposeAsync();
        await _node.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_volume_moves_to_where_its_minimum_can_be_kept_and_back_and_every_byte_with_it()
    {
        var content = new byte[Written];
        new Random(5).NextBytes(content);
        await using (var file = File.OpenWrite(Data())) await file.WriteAsync(content, ApiHost.Stop);

        using var dry = await _admin.SendAsync(HttpMethod.Post, "/api/v1/volumes/v1/offering?dryRun=true", new { diskOffering = "fast" });
        var plan = await ApiHost.ReadAsync<ChangePlanView>(dry);
        Assert.Equal(("volume.migrate", true, "files", "san1", 500L), (plan.Operation, plan.Moves, plan.Before?.Pool, plan.After.Pool, plan.Reserves.Iops));
        Assert.Contains(plan.Pools, pool => pool is { Pool: "files", Fits: false });
        Assert.Equal("files", (await ShowAsync()).Pool);

        await _admin.RunAsync("/api/v1/volumes/v1/offering", new { diskOffering = "fast" });
        var there = await ShowAsync();
        Assert.Equal(("san1", "fast", "ready"), (there.Pool, there.DiskOffering, there.State));
        Assert.Equal((500L, "storage", 500L), there.Promises.Where(p => p.Promise == "minIops").Select(p => (p.Granted!.Value, p.EnforcedBy, p.Applied!.Value)).Single());
        await ReleasedAsync();
        Assert.Empty(Directory.EnumerateFiles(Files, "*.raw", SearchOption.AllDirectories));

        // The node keeps a minimum, so an admin who moves it back would break a promise that is required: by offering then.
        using var refused = await _admin.SendAsync(HttpMethod.Post, "/api/v1/volumes/v1/migrate", new { pool = "files" });
        await ApiHost.ProblemAsync(refused, 422, "does-not-fit-pool");
        await _admin.RunAsync("/api/v1/volumes/v1/offering", new { diskOffering = "plain" });
        Assert.Equal("san1", (await ShowAsync()).Pool); // it fits there as well, so it stays
        await _admin.RunAsync("/api/v1/volumes/v1/migrate", new { pool = "files" });
        await ReleasedAsync();
        Assert.Equal(content, await ReadAsync());
        foreach (var pool in new[] { "files", "san1" })
            Assert.Empty((await ApiHost.ReadAsync<PoolCheck>(await _admin.SendAsync(HttpMethod.Post, $"/api/v1/pools/{pool}/check"))).Findings);
    }

    /// <summary>On the real node, over its real API: the call that finds the volume, or the one that sets the limits, is answered with an error.</summary>
    [Theory]
    [InlineData("ModifyVolume")]
    [InlineData("ListVolumes")]
    public async Task A_change_that_the_node_refuses_leaves_the_volume_as_it_was(string method)
    {
        var before = await MakeFastAsync();
        var ended = await ChangeAsync(method, 1);
        Assert.Equal(OperationStatus.Failed, ended.Status);
        Assert.NotNull(ended.Problem);
        var after = await _admin.GetAsync<VolumeQosView>("/api/v1/volumes/v2/qos");
        Assert.Equal(JsonSerializer.Serialize(before.Promises), JsonSerializer.Serialize(after.Promises));
        Assert.Equal(("fast", "ready"), ((await ShowAsync("v2")).DiskOffering, (await ShowAsync("v2")).State));
        await CleanAsync();
    }

    /// <summary>The limits are on, and nobody could read them back: what is not known to have failed is tried again, and not undone.</summary>
    [Fact]
    public async Task A_change_whose_reading_back_fails_is_made_again()
    {
        await MakeFastAsync();
        Assert.Equal(OperationStatus.Succeeded, (await ChangeAsync("ListVolumes", 2)).Status);
        var qos = await _admin.GetAsync<VolumeQosView>("/api/v1/volumes/v2/qos");
        Assert.Equal(900, qos.Promises.Single(p => p.Promise == "minIops").Applied);
        Assert.Equal("faster", (await ShowAsync("v2")).DiskOffering);
        await CleanAsync();
    }

    private async Task<VolumeQosView> MakeFastAsync()
    {
        await _admin.RunAsync("/api/v1/volumes", new { name = "v2", diskOffering = "fast", sizeBytes = Bytes });
        return await _admin.GetAsync<VolumeQosView>("/api/v1/volumes/v2/qos");
    }

    /// <summary>The end of a change of v2 to the offering faster, of which the nth call of <paramref name="method"/> is refused once.</summary>
    private async Task<OperationView> ChangeAsync(string method, int nth)
    {
        _gate.Refuse(method, nth);
        using var asked = await _admin.SendAsync(HttpMethod.Post, "/api/v1/volumes/v2/offering", new { diskOffering = "faster" });
        var ended = (await _admin.FollowAsync((await ApiHost.ReadAsync<OperationView>(asked)).Id))[^1];
        Assert.True(_gate.HasRefused);
        return ended;
    }

    private async Task CleanAsync()
    {
        using var check = await _admin.SendAsync(HttpMethod.Post, "/api/v1/pools/san1/check");
        Assert.Empty((await ApiHost.ReadAsync<PoolCheck>(check)).Findings);
    }

    private async Task OfferAsync(object offering) => Assert.True((await _admin.SendAsync(HttpMethod.Post, "/api/v1/disk-offerings", offering)).IsSuccessStatusCode);

    private Task<VolumeView> ShowAsync(string volume = "v1") => _admin.GetAsync<VolumeView>($"/api/v1/volumes/{volume}");

    private string Data() => Assert.Single(Directory.EnumerateFiles(Files, "*.raw", SearchOption.AllDirectories));

    /// <summary>The written part, once nothing else but zeros was seen behind it.</summary>
    private async Task<byte[]> ReadAsync()
    {
        await using var file = File.OpenRead(Data());
        Assert.Equal(Bytes, file.Length);
        var content = new byte[Written];
        await file.ReadExactlyAsync(content, ApiHost.Stop);
        var rest = new byte[Written];
        for (var at = (long)Written; at < Bytes; at += Written)
        {
            await file.ReadExactlyAsync(rest, ApiHost.Stop);
            Assert.False(rest.AsSpan().ContainsAnyExcept((byte)0), $"bytes that nobody wrote from {at} on");
        }
        return content;
    }

    /// <summary>What is left behind is deleted by operations of its own.</summary>
    private async Task ReleasedAsync()
    {
        var all = await _admin.GetAsync<Page<OperationView>>("/api/v1/operations");
        foreach (var operation in all.Items.Where(o => o.Kind == "volume.release-copy")) await _admin.FollowAsync(operation.Id);
    }

    /// <summary>Between the driver and the node: answers one call of a method with an error of the API instead of passing it on.</summary>
    private sealed class Gate
    {
        private readonly Lock _lock = new();
        private string? _method;
        private int _left;

        public bool HasRefused { get; private set; }

        public void Refuse(string method, int nth)
        {
            lock (_lock) (_method, _left) = (method, nth);
        }

        public HttpMessageHandler Before(HttpMessageHandler inner) => new Handler(this) { InnerHandler = inner };

        private bool Take(string body)
        {
            lock (_lock)
            {
                if (_method is null || !body.Contains($"\"{_method}\"", StringComparison.Ordinal) || --_left > 0) return false;
                _method = null;
                return HasRefused = true;
            }
        }

        private sealed class Handler(Gate gate) : DelegatingHandler
        {
            protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                var body = await request.Content!.ReadAsStringAsync(cancellationToken);
                if (!gate.Take(body)) return await base.SendAsync(request, cancellationToken);
                var id = JsonDocument.Parse(body).RootElement.GetProperty("id").GetRawText();
                const string error = """{"code":500,"name":"xPermissionDenied","message":"Not today."}""";
                return new HttpResponseMessage(HttpStatusCode.OK)
                {
                    Content = new StringContent($$"""{"id":{{id}},"error":{{error}}}""", System.Text.Encoding.UTF8, "application/json"), RequestMessage = request,
                };
            }
        }
    }
}
