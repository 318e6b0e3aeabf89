using System.Globalization;
using System.Net;
using Headgate.Api.Contract;
using Headgate.Drivers.SolidFire;
using Headgate.Element;
using Headgate.Element.Client;
using Headgate.Element.Contracts;
using Headgate.Node;
using Headgate.Storage.Sdk;
using Microsoft.Extensions.DependencyInjection;
using VolumeView = Headgate.Api.Contract.VolumeView;

namespace Headgate.Api.Tests;

/// <summary>
/// An array that is changed behind our back: a real storage node, whose own Element API is the back. Everything is found with
/// a stable kind and what to do; what endangers no data is repaired when that is asked for, and nothing else is.
/// </summary>
public sealed class PoolCheckTests : IAsyncLifetime
{
    private const long GiB = 1L << 30;
    private const string Host = "iqn.2004-10.org.example:host1";
    private const string Intruder = "iqn.2004-10.org.example:intruder";

    private readonly string _folder = Directory.CreateTempSubdirectory("hg-poolcheck-").FullName;
    private StorageNode _node = null!;
    private ElementClient _back = null!;
    private ApiHost _api = null!;
    private Driver _admin = null!;

    public async ValueTask InitializeAsync()
    {
        _node = await StorageNode.StartAsync(new StorageNodeOptions
        {
            DataFolder = _folder, IscsiEndpoint = new IPEndPoint(IPAddress.Loopback, 0), ElementEndpoint = new IPEndPoint(IPAddress.Loopback, 0),
            CapacityIops = 1_000_000, CapacityBytes = 1L << 40,
        });
        var to = _node.Credentials;
        _back = new ElementClient(new ElementClientOptions
        {
            Endpoint = new Uri(to.ElementEndpoint), Username = to.Username, Password = to.Password, Trust = ServerTrust.Pinned(to.CertificateSha256),
        });
        _api = await ApiHost.StartAsync(builder => builder.Services.AddSingleton<IPrimaryDataStoreProvider>(new SolidFireProvider()));
        _admin = new Driver(_api, _api.AdminKey);
        Assert.True((await _admin.SendAsync(HttpMethod.Post, "/api/v1/zones", new { name = "z1" })).IsSuccessStatusCode);
        Assert.True((await _admin.SendAsync(
            HttpMethod.Post, "/api/v1/disk-offerings", new { name = "custom", customSize = true, qos = new { customIops = true } })).IsSuccessStatusCode);
        await _admin.RunAsync("/api/v1/pools", new
        {
            name = "san1", provider = "SolidFire", zone = "z1",
            settings = new { endpoint = to.ElementEndpoint, username = to.Username, certificateSha256 = to.CertificateSha256 },
            secrets = new { password = to.Password },
        });
    }

    [Fact]
    public async Task Limits_changed_on_the_array_are_found_and_set_again_on_request()
    {
        var volume = await MakeAsync("v1");
        await CallAsync(ElementMethods.ModifyVolume, new ModifyVolumeParams { VolumeID = Id(volume), Qos = new QosParams { MinIOPS = 50, MaxIOPS = 9000, BurstIOPS = 9500 } });

        var found = Assert.Single((await CheckAsync()).Findings);
        Assert.Equal(("qos-drift", "v1", true), (found.Kind, found.Volume, found.Repairable));
        Assert.Contains("max IOPS 9000, where 2000 was granted", found.Message, StringComparison.Ordinal);
        Assert.Contains("--repair", found.Action, StringComparison.Ordinal);
        Assert.Equal(9000, (await OnArrayAsync(volume))!.Qos.MaxIOPS); // a check alone repairs nothing

        await RepairAsync();
        var qos = (await OnArrayAsync(volume))!.Qos;
        Assert.Equal((200L, 2000L, 3000L), (qos.MinIOPS, qos.MaxIOPS, qos.BurstIOPS));
        Assert.Empty((await CheckAsync()).Findings);
    }

    [Fact]
    public async Task A_minimum_taken_where_none_was_granted_is_found_as_well()
    {
        var volume = await MakeAsync("v1", new { name = "v1", diskOffering = "custom", sizeBytes = GiB, maxIops = 2000 });
        await CallAsync(ElementMethods.ModifyVolume, new ModifyVolumeParams { VolumeID = Id(volume), Qos = new QosParams { MinIOPS = 1500, MaxIOPS = 2000, BurstIOPS = 2000 } });

        var found = Assert.Single((await CheckAsync()).Findings);
        Assert.Equal("qos-drift", found.Kind);
        Assert.Contains("min IOPS 1500, where 50 was set", found.Message, StringComparison.Ordinal);
        await RepairAsync();
        Assert.Equal(50, (await OnArrayAsync(volume))!.Qos.MinIOPS);
    }

    [Fact]
    public async Task A_volume_deleted_on_the_array_is_reported_and_never_made_again()
    {
        var volume = await MakeAsync("v1");
        await CallAsync(ElementMethods.DeleteVolume, new VolumeParams { VolumeID = Id(volume) });

        for (var n = 1; n <= 2; n++)
        {
            var found = Assert.Single((await CheckAsync(repair: true)).Findings);
            Assert.Equal(("missing", false, (Guid?)null), (found.Kind, found.Repairable, found.Operation));
            Assert.Contains("not made again", found.Action, StringComparison.Ordinal);
        }
        Assert.DoesNotContain((await CallAsync(ElementMethods.ListVolumes, new ListVolumesParams())).Volumes, v => v.Status != "deleted");
        var lost = await _admin.GetAsync<VolumeView>("/api/v1/volumes/v1"); // its row stays until somebody ends it
        Assert.Equal("error", lost.State);
        Assert.StartsWith("volume-missing: ", lost.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_foreign_volume_is_counted_told_once_and_never_touched()
    {
        await MakeAsync("v1");
        var account = (await CallAsync(ElementMethods.AddAccount, new AddAccountParams { Username = "somebody" })).AccountID;
        var foreign = (await CallAsync(ElementMethods.CreateVolume, new CreateVolumeParams
        {
            Name = "theirs", AccountID = account, TotalSize = 5 * GiB, Enable512e = true, Qos = new QosParams { MinIOPS = 300, MaxIOPS = 400, BurstIOPS = 500 },
        })).VolumeID;

        var check = await CheckAsync(repair: true);
        var found = Assert.Single(check.Findings);
        Assert.Equal(("foreign-changed", false, 1), (found.Kind, found.Repairable, check.ForeignVolumes));
        Assert.Contains("min 300 IOPS", found.Message, StringComparison.Ordinal);
        Assert.Empty((await CheckAsync()).Findings);
        var left = (await CallAsync(ElementMethods.ListVolumes, new ListVolumesParams { VolumeIDs = [foreign] })).Volumes.Single();
        Assert.Equal(("active", 300L, 5 * GiB), (left.Status, left.Qos.MinIOPS, left.TotalSize));
    }

    [Fact]
    public async Task An_emptied_access_group_is_found_and_filled_again_on_request()
    {
        var volume = await MakeAsync("v1");
        await _admin.RunAsync("/api/v1/volumes/v1/connections", new { initiator = Host });
        var group = Assert.Single((await CallAsync(ElementMethods.ListVolumeAccessGroups, new ListVolumeAccessGroupsParams())).VolumeAccessGroups);
        await CallAsync(ElementMethods.RemoveVolumesFromVolumeAccessGroup, new GroupVolumesParams { VolumeAccessGroupID = group.VolumeAccessGroupID, Volumes = [Id(volume)] });

        var found = Assert.Single((await CheckAsync()).Findings);
        Assert.Equal(("access-lost", "v1", true), (found.Kind, found.Volume, found.Repairable));
        Assert.Contains(Host, found.Message, StringComparison.Ordinal);

        await RepairAsync();
        Assert.Empty((await CheckAsync()).Findings);
        Assert.Equal([Host], await LetInAsync(volume));
        var connection = await _admin.GetAsync<ConnectionView>($"/api/v1/volumes/v1/connections/{Host}");
        var initiator = Assert.Single((await CallAsync(ElementMethods.ListInitiators, new ListInitiatorsParams())).Initiators);
        Assert.Equal(initiator.InitiatorSecret, connection.Chap!.Secret); // what is shown opens the volume
    }

    [Fact]
    public async Task A_host_let_in_that_nobody_granted_access_is_found_and_shut_out_on_request()
    {
        var (volume, other) = (await MakeAsync("v1"), await MakeAsync("v2"));
        await _admin.RunAsync("/api/v1/volumes/v1/connections", new { initiator = Host });
        await CallAsync(ElementMethods.CreateInitiators, new CreateInitiatorsParams { Initiators = [new CreateInitiator { Name = Intruder }] });
        await CallAsync(ElementMethods.CreateVolumeAccessGroup, new CreateVolumeAccessGroupParams { Name = "back-door", Initiators = [Intruder], Volumes = [Id(volume), Id(other)] });

        var findings = (await CheckAsync()).Findings;
        Assert.Equal(["access-stale v1", "access-stale v2"], findings.Select(f => $"{f.Kind} {f.Volume}").Order());
        Assert.All(findings, f => Assert.Contains(Intruder, f.Message, StringComparison.Ordinal));

        await RepairAsync();
        Assert.Empty((await CheckAsync()).Findings);
        Assert.Equal([Host], await LetInAsync(volume));
        Assert.Empty(await LetInAsync(other));
    }

    [Fact]
    public async Task A_size_changed_on_the_array_is_proposed_and_taken_over_by_a_resize()
    {
        var volume = await MakeAsync("v1");
        await CallAsync(ElementMethods.ModifyVolume, new ModifyVolumeParams { VolumeID = Id(volume), TotalSize = 3 * GiB });

        var found = Assert.Single((await CheckAsync(repair: true)).Findings);
        Assert.Equal(("size-drift", false), (found.Kind, found.Repairable));
        Assert.Contains($"headgate volume resize v1 --size {3 * GiB}", found.Action, StringComparison.Ordinal);
        Assert.Equal(GiB, (await _admin.GetAsync<VolumeView>("/api/v1/volumes/v1")).SizeBytes);

        await _admin.RunAsync("/api/v1/volumes/v1/resize", new { sizeBytes = 3 * GiB });
        Assert.Empty((await CheckAsync()).Findings);
    }

    [Fact]
    public async Task Every_finding_is_an_event_that_admins_see_and_tenants_do_not()
    {
        var tenantKey = await _api.TenantKeyAsync("acme");
        using var tenant = new Driver(_api, tenantKey);
        await tenant.RunAsync("/api/v1/volumes", new { name = "theirs", diskOffering = "custom", sizeBytes = GiB, maxIops = 2000 });
        var volume = await tenant.GetAsync<VolumeView>("/api/v1/volumes/theirs");
        await CallAsync(ElementMethods.ModifyVolume, new ModifyVolumeParams { VolumeID = Id(volume), Qos = new QosParams { MinIOPS = 50, MaxIOPS = 100, BurstIOPS = 100 } });
        await RepairAsync();

        var seen = await _admin.GetAsync<Page<EventView>>($"/api/v1/events?subject={volume.Id}&limit=1000");
        Assert.Contains(seen.Items, e => e.Code == "pool-check.qos-drift");
        Assert.Contains(seen.Items, e => e.Code == "volume.repaired");
        var theirs = await tenant.GetAsync<Page<EventView>>("/api/v1/events?limit=1000");
        Assert.DoesNotContain(theirs.Items, e => e.Code.StartsWith("pool-check", StringComparison.Ordinal) || e.Code.StartsWith("volume.repair", StringComparison.Ordinal));
        await ApiHost.ProblemAsync(await tenant.SendAsync(HttpMethod.Post, "/api/v1/pools/san1/check?repair=true"), 403, "admin-only");
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _api.DisposeAsync();
        _back.Dispose();
        await _node.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<VolumeView> MakeAsync(string name, object? asked = null)
    {
        await _admin.RunAsync("/api/v1/volumes", asked ?? new { name, diskOffering = "custom", sizeBytes = GiB, minIops = 200, maxIops = 2000, burstIops = 3000 });
        return await _admin.GetAsync<VolumeView>($"/api/v1/volumes/{name}");
    }

    private async Task<PoolCheck> CheckAsync(bool repair = false) =>
        await ApiHost.ReadAsync<PoolCheck>(await _admin.SendAsync(HttpMethod.Post, "/api/v1/pools/san1/check" + (repair ? "?repair=true" : "")));

    /// <summary>Every repair that was begun comes to its good end.</summary>
    private async Task RepairAsync()
    {
        var check = await CheckAsync(repair: true);
        Assert.All(check.Findings.Where(f => f.Repairable), f => Assert.NotNull(f.Operation));
        foreach (var operation in check.Findings.Select(f => f.Operation).OfType<Guid>().Distinct())
            Assert.Equal(OperationStatus.Succeeded, (await _admin.FollowAsync(operation))[^1].Status);
    }

    private async Task<TResult> CallAsync<TParams, TResult>(ElementMethod<TParams, TResult> method, TParams parameters) =>
        (await _back.CallAsync(method, parameters, ApiHost.Stop)).ValueOrThrow();

    private async Task<Volume?> OnArrayAsync(VolumeView volume) =>
        (await CallAsync(ElementMethods.ListVolumes, new ListVolumesParams { VolumeIDs = [Id(volume)] })).Volumes is [var found, ..] ? found : null;

    private async Task<IEnumerable<string>> LetInAsync(VolumeView volume) =>
        (await CallAsync(ElementMethods.ListVolumeAccessGroups, new ListVolumeAccessGroupsParams())).VolumeAccessGroups
        .Where(g => g.Volumes.Contains(Id(volume))).SelectMany(g => g.Initiators);

    private static long Id(VolumeView volume) => long.Parse(volume.Handle!, CultureInfo.InvariantCulture);
}
