using System.Net.Http.Json;
using Headgate.Api.Contract;

namespace Headgate.Api.Tests;

/// <summary>Pages, references by name and id, and the rest that all nouns share.</summary>
public class ListTests
{
    [Fact]
    public async Task Pages_hold_every_object_once_in_order_of_creation_while_others_are_added()
    {
        await using var api = await ApiHost.StartAsync();
        var names = Enumerable.Range(0, 25).Select(i => $"z{i:00}").ToList();
        foreach (var name in names) await AddZoneAsync(api, name);

        var seen = new List<string>();
        var address = "/api/v1/zones?limit=10";
        for (var pages = 0; ; pages++)
        {
            var page = await GetAsync<Page<ZoneView>>(api, address);
            seen.AddRange(page.Items.Select(z => z.Name));
            if (pages == 0) await AddZoneAsync(api, "late");
            if (page.NextCursor is null) break;
            Assert.Equal(10, page.Items.Count);
            address = $"/api/v1/zones?limit=10&cursor={page.NextCursor}";
        }
        Assert.Equal(names.Append("late").Order(), seen.Order());
        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Equal("late", seen[^1]);
    }

    [Fact]
    public async Task Events_come_newest_first_and_page_backwards()
    {
        await using var api = await ApiHost.StartAsync();
        foreach (var name in new[] { "a", "b", "c" }) await AddZoneAsync(api, name);
        var first = await GetAsync<Page<EventView>>(api, "/api/v1/events?limit=2&code=zone.created");
        Assert.Equal(["c", "b"], first.Items.Select(e => e.Subject));
        var second = await GetAsync<Page<EventView>>(api, $"/api/v1/events?limit=2&code=zone.created&cursor={first.NextCursor}");
        Assert.Equal(["a"], second.Items.Select(e => e.Subject));
        Assert.Null(second.NextCursor);
        var ofOne = await GetAsync<Page<EventView>>(api, $"/api/v1/events?subject={second.Items[0].SubjectId}");
        Assert.Equal(second.Items, ofOne.Items);
    }

    [Fact]
    public async Task Places_nest_are_found_by_name_and_id_and_are_removed_from_the_inside_out()
    {
        await using var api = await ApiHost.StartAsync();
        await AddZoneAsync(api, "z1");
        var cluster = await ApiHost.ReadAsync<ClusterView>(await PostAsync(api, "/api/v1/clusters", new CreateCluster("c1", "z1", "kvm")));
        var host = await ApiHost.ReadAsync<HostView>(
            await PostAsync(api, "/api/v1/hosts", new CreateHost("h1", cluster.Id.ToString(), "iqn.2004-10.org.example:h1")));
        Assert.Equal(("z1", "c1", "up"), (host.Zone, host.Cluster, host.State));
        Assert.Equal(host, await GetAsync<HostView>(api, $"/api/v1/hosts/{host.Id}"));
        Assert.Equal(host, await GetAsync<HostView>(api, "/api/v1/hosts/h1"));

        await ApiHost.ProblemAsync(
            await PostAsync(api, "/api/v1/hosts", new CreateHost("h2", "c1", "iqn.2004-10.org.example:h1")), 409, "initiator-taken");
        await ApiHost.ProblemAsync(await PostAsync(api, "/api/v1/hosts", new CreateHost("h2", "c1", "h2")), 422, "initiator-invalid");
        await ApiHost.ProblemAsync(await PostAsync(api, "/api/v1/clusters", new CreateCluster("c2", "z9", "kvm")), 404, "zone-not-found");
        await ApiHost.ProblemAsync(await PostAsync(api, "/api/v1/clusters", new CreateCluster("c2", "z1", "xen")), 422, "value-unknown");
        await ApiHost.ProblemAsync(await DeleteAsync(api, "/api/v1/zones/z1"), 409, "zone-in-use");
        await ApiHost.ProblemAsync(await DeleteAsync(api, "/api/v1/clusters/c1"), 409, "cluster-in-use");
        foreach (var address in new[] { "/api/v1/hosts/h1", "/api/v1/clusters/c1", "/api/v1/zones/z1" })
        {
            Assert.Equal(204, (int)(await DeleteAsync(api, address)).StatusCode);
            Assert.Equal(404, (int)(await DeleteAsync(api, address)).StatusCode);
        }
    }

    [Fact]
    public async Task An_offering_reads_back_as_it_was_given_and_its_name_is_free_once_it_is_retired()
    {
        await using var api = await ApiHost.StartAsync();
        var asked = new CreateDiskOffering
        {
            Name = "gold",
            SizeBytes = 10L << 30,
            Qos = new OfferingQos
            {
                MinIops = 200, MaxIops = 1000, BurstIops = 1000, MaxBandwidthBytes = 200 << 20, Require = ["min", "max"], Enforce = "storage",
            },
            Tags = ["ssd"],
        };
        var made = await ApiHost.ReadAsync<DiskOfferingView>(await PostAsync(api, "/api/v1/disk-offerings", asked));
        var read = await GetAsync<DiskOfferingView>(api, "/api/v1/disk-offerings/gold");
        Assert.Equal((asked.SizeBytes, false), (read.SizeBytes, read.CustomSize));
        Assert.Equal((200, 1000, 1000, 200L << 20), (read.Qos.MinIops, read.Qos.MaxIops, read.Qos.BurstIops, read.Qos.MaxBandwidthBytes));
        Assert.Equal(["min", "max"], read.Qos.Require);
        Assert.Equal("storage", read.Qos.Enforce);
        await ApiHost.ProblemAsync(await PostAsync(api, "/api/v1/disk-offerings", asked), 409, "name-taken");
        Assert.Equal(204, (int)(await DeleteAsync(api, "/api/v1/disk-offerings/gold")).StatusCode);
        await ApiHost.ProblemAsync(await DeleteAsync(api, "/api/v1/disk-offerings/gold"), 404, "disk-offering-not-found");
        Assert.Equal(made.Id, (await GetAsync<DiskOfferingView>(api, $"/api/v1/disk-offerings/{made.Id}")).Id); // by id it stays
        Assert.NotEqual(made.Id, (await ApiHost.ReadAsync<DiskOfferingView>(await PostAsync(api, "/api/v1/disk-offerings", asked))).Id);
    }

    [Fact]
    public async Task A_compute_offering_reads_back_as_it_was_given()
    {
        await using var api = await ApiHost.StartAsync();
        var made = await ApiHost.ReadAsync<ComputeOfferingView>(await PostAsync(
            api, "/api/v1/compute-offerings", new { name = "small", cpuCount = 1, memoryBytes = 512 << 20, rootDiskQos = new { maxIops = 500 } }));
        Assert.Equal((1, 512L << 20, 500L), (made.CpuCount, made.MemoryBytes, made.RootDiskQos.MaxIops));
        await ApiHost.ProblemAsync(
            await PostAsync(api, "/api/v1/compute-offerings", new { name = "none", cpuCount = 0, memoryBytes = 1 }), 422, "offering-invalid");
    }

    private static async Task AddZoneAsync(ApiHost api, string name) =>
        await ApiHost.ReadAsync<ZoneView>(await PostAsync(api, "/api/v1/zones", new { name }));

    private static Task<HttpResponseMessage> PostAsync(ApiHost api, string address, object body) =>
        api.Admin.PostAsJsonAsync(address, body, Json.ApiJson.Options, ApiHost.Stop);

    private static Task<HttpResponseMessage> DeleteAsync(ApiHost api, string address) =>
        api.Admin.DeleteAsync(new Uri(address, UriKind.Relative), ApiHost.Stop);

    private static async Task<T> GetAsync<T>(ApiHost api, string address) =>
        await ApiHost.ReadAsync<T>(await api.Admin.GetAsync(new Uri(address, UriKind.Relative), ApiHost.Stop));
}

/// <summary>The same on PostgreSQL.</summary>
[Testing.Database.OnPostgres]
public sealed class ListTestsOnPostgres : ListTests
{
    public ListTestsOnPostgres() => Testing.Database.TestDatabase.RequirePostgres();
}
