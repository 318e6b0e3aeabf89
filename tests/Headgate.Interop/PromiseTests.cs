using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Headgate.Initiator;
using Headgate.Interop.Harness;

namespace Headgate.Interop;

/// <summary>
/// A little of what eng/qos-proof measures at length: cost curve, minimum, weight, and figures that agree with a client's. The bands are
/// wider than the contract's, so that a busy machine fails none of them and a scheduler that does not do its work fails all.
/// </summary>
[Collection(SharedServer.Name)]
public sealed class PromiseTests(HeadgateUp server)
{
    private const int Seconds = 4;

    [Fact]
    public async Task A_max_counts_large_io_by_the_curve()
    {
        var lun = await Lun.CreateAsync(server.Up, "curve", "1GiB", max: 1000);
        await using var load = await Load.StartAsync(lun, new LoadPlan { BlockBytes = 64 << 10, Depth = 8 });
        await load.MeasureAsync(1);

        var (served, share) = await load.MeasureWithMachineAsync(Seconds);

        Assert.InRange(served.Iops, 90 * share, 106); // 64 KiB cost ten
    }

    [Fact]
    public async Task A_min_is_kept_among_greedy_neighbours()
    {
        var victim = await Lun.CreateAsync(server.Up, "victim", "1GiB", max: 200_000, min: 1000);
        var neighbors = new List<Load>();
        try
        {
            for (var i = 0; i < 4; i++)
            {
                var lun = await Lun.CreateAsync(server.Up, $"greedy{i}", "1GiB", max: 200_000);
                neighbors.Add(await Load.StartAsync(lun, new LoadPlan { BlockBytes = 64 << 10, ReadPercent = 50, Depth = 32, SpanBytes = 64 << 20, Seed = i }));
            }
            await using var load = await Load.StartAsync(victim, new LoadPlan { Depth = 32, SpanBytes = 64 << 20 });
            await load.MeasureAsync(1);

            var (served, share) = await load.MeasureWithMachineAsync(Seconds);

            Assert.True(served.Iops >= 980 * share, $"{served.Iops:0} IOPS of a min of 1000; p99 {served.Latency.Percentile(99)} us; the machine was there for {share:P1}");
        }
        finally
        {
            foreach (var neighbor in neighbors) await neighbor.DisposeAsync();
        }
    }

    [Fact]
    public async Task What_a_node_can_give_is_shared_by_weight()
    {
        var folder = Directory.CreateTempSubdirectory("hg-weight-").FullName;
        try
        {
            await using var up = await HeadgateProcess.StartAsync(Path.Combine(folder, "data"), Ports.Free(), "--capacity-iops", "6000");
            var light = await Lun.CreateAsync(up, "light", "1GiB", max: 200_000, min: 500);
            var heavy = await Lun.CreateAsync(up, "heavy", "1GiB", max: 200_000, min: 1500);
            await using var lightLoad = await Load.StartAsync(light, new LoadPlan { Depth = 64 });
            await using var heavyLoad = await Load.StartAsync(heavy, new LoadPlan { Depth = 64 });
            await lightLoad.MeasureAsync(1);

            using var machine = new MachineWatch();
            var served = await Task.WhenAll(lightLoad.MeasureAsync(Seconds), heavyLoad.MeasureAsync(Seconds));

            Assert.InRange(served[0].Iops + served[1].Iops, 5400 * machine.Share, 6300);
            Assert.InRange(served[1].Iops / served[0].Iops, 2.7, 3.3); // mins and surplus alike: 1 to 3
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task The_figures_of_the_Element_API_agree_with_the_client()
    {
        var up = server.Up;
        var lun = await Lun.CreateAsync(up, "counted", "1GiB", max: 1000);
        using var element = await ElementAsync(up);
        var id = long.Parse(lun.Iqn[(lun.Iqn.LastIndexOf('.') + 1)..]);
        await using var load = await Load.StartAsync(lun, new LoadPlan { BlockBytes = 8192, ReadPercent = 100, Depth = 16 });
        await load.MeasureAsync(2);

        // Each look is at the last half second; one of them may have met a stall of the machine.
        var looks = new List<JsonElement>();
        for (var look = 0; look < 5; look++)
        {
            await load.MeasureAsync(1);
            looks.Add((await CallAsync(element, "GetVolumeStats", new { volumeID = id })).GetProperty("volumeStats"));
        }
        var stats = looks[^1];
        var histograms = (await CallAsync(element, "ListVolumeQoSHistograms", new { volumeIDs = new[] { id } })).GetProperty("qosHistograms")[0].GetProperty("histograms");

        Assert.InRange(Median(looks, "actualIOPS"), 560, 690); // 8 KiB cost 1.6
        Assert.InRange(Median(looks, "normalizedIOPS"), 900, 1100);
        Assert.Equal(8192, stats.GetProperty("averageIOPSize").GetInt64());
        Assert.InRange(Median(looks, "volumeUtilization"), 0.9, 1.1);
        Assert.All(looks, look => Assert.InRange(look.GetProperty("volumeUtilization").GetDouble(), 0, 1.1));
        Assert.InRange(Median(looks, "throttle"), 0, 0.1); // the node could give more; its own max is what holds it
        Assert.InRange(Median(looks, "clientQueueDepth"), 1, 16);
        Assert.Equal((0L, 0L), (stats.GetProperty("unalignedReads").GetInt64(), stats.GetProperty("burstIOPSCredit").GetInt64()));
        var own = stats.GetProperty("headgate");
        Assert.InRange(Median([.. looks.Select(look => look.GetProperty("headgate"))], "heldByLimit"), 0.8, 1);
        Assert.True(own.GetProperty("schedulerUSec").GetInt64() > own.GetProperty("mediumUSec").GetInt64(), own.ToString());
        Assert.Equal(0, own.GetProperty("belowMinMSecTotal").GetInt64());
        var reads = histograms.GetProperty("readBlockSizes");
        Assert.True(reads.GetProperty("Bucket8192To16383").GetInt64() >= stats.GetProperty("readOps").GetInt64() - 20);
        Assert.Equal(0, histograms.GetProperty("writeBlockSizes").EnumerateObject().Sum(bucket => bucket.Value.GetInt64()));
        Assert.True(histograms.GetProperty("targetUtilizationPercentages").GetProperty("Bucket80To100").GetInt64() + histograms.GetProperty("targetUtilizationPercentages").GetProperty("Bucket101Plus").GetInt64() >= 1);
    }

    private static double Median(List<JsonElement> looks, string figure) =>
        looks.Select(look => look.GetProperty(figure).GetDouble()).Order().ElementAt(looks.Count / 2);

    private static async Task<HttpClient> ElementAsync(HeadgateProcess up)
    {
        var login = await up.CliJsonAsync("node", "credentials");
        var http = new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator })
        {
            BaseAddress = new Uri(login.GetProperty("elementEndpoint").GetString()!),
        };
        var basic = $"{login.GetProperty("username").GetString()}:{login.GetProperty("password").GetString()}";
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(basic)));
        return http;
    }

    private static async Task<JsonElement> CallAsync(HttpClient element, string method, object parameters)
    {
        using var content = new StringContent(JsonSerializer.Serialize(new { method, @params = parameters, id = 1 }), Encoding.UTF8, "application/json");
        using var answer = await element.PostAsync("", content, TestContext.Current.CancellationToken);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return json.RootElement.GetProperty("result").Clone();
    }
}
