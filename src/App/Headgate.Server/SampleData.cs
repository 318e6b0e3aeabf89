using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Headgate.Api.Contract;
using Headgate.Node;

namespace Headgate.Server;

/// <summary>
/// What a fresh data folder gets, so that the first volume is one command away: a zone, a pool on the embedded node, offerings.
/// Made through the REST API like anybody's, object by object, so that a start that was cut short is completed by the next.
/// Once it is there it is the admin's: what they delete stays deleted.
/// </summary>
internal sealed class SampleData(Uri server, string adminKey, DataFolder data)
{
    public const string Zone = "z1";
    public const string Pool = "san1";
    public const string Provider = "SolidFire";
    private const long GiB = 1L << 30;

    /// <summary>The pool's operation only talks to the node in this process.</summary>
    private static readonly TimeSpan OperationTimeout = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan PollPause = TimeSpan.FromMilliseconds(25);

    private static readonly JsonSerializerOptions Json = JsonSerializerOptions.Web;

    private static readonly CreateDiskOffering[] Disks =
    [
        Disk("bronze", 50, 500, 500),
        Disk("silver", 200, 1000, 2000),
        Disk("gold", 500, 3000, 6000),
        new() { Name = "custom", CustomSize = true, Qos = new OfferingQos { CustomIops = true } },
    ];

    private static readonly CreateComputeOffering Compute = new()
    {
        Name = "small",
        CpuCount = 1,
        MemoryBytes = GiB / 2,
        RootDiskQos = new OfferingQos { MinIops = 100, MaxIops = 500, BurstIops = 1000 },
    };

    /// <summary>Makes what is missing, unless it was all made before.</summary>
    /// <exception cref="StartupException"><c>sample-failed</c>.</exception>
    public async Task EnsureAsync(StorageNode node, CancellationToken stop)
    {
        if (File.Exists(data.SampleMark)) return;
        using var http = new HttpClient { BaseAddress = server };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", adminKey);

        await EnsureAsync(http, "zones", Zone, new CreateZone(Zone), stop);
        await EnsureAsync(http, "pools", Pool, PoolOn(node.Credentials), stop);
        foreach (var disk in Disks) await EnsureAsync(http, "disk-offerings", disk.Name, disk, stop);
        await EnsureAsync(http, "compute-offerings", Compute.Name, Compute, stop);
        await File.WriteAllTextAsync(data.SampleMark, "The sample zone, pool and offerings were made; they are not made again.\n", stop);
    }

    private static CreatePool PoolOn(NodeCredentials login) => new()
    {
        Name = Pool,
        Provider = Provider,
        Zone = Zone,
        Tags = ["ssd"],
        Settings = new Dictionary<string, string>
        {
            ["endpoint"] = login.ElementEndpoint,
            ["username"] = login.Username,
            ["certificateSha256"] = login.CertificateSha256,
        },
        Secrets = new Dictionary<string, string> { ["password"] = login.Password },
    };

    private static CreateDiskOffering Disk(string name, long min, long max, long burst) => new()
    {
        Name = name,
        SizeBytes = 10 * GiB,
        Qos = new OfferingQos { MinIops = min, MaxIops = max, BurstIops = burst, Require = ["min", "max"] },
    };

    private static async Task EnsureAsync<T>(HttpClient http, string collection, string name, T body, CancellationToken stop)
    {
        using var there = await http.GetAsync($"/api/v1/{collection}/{name}", stop);
        if (there.StatusCode != HttpStatusCode.NotFound)
        {
            await RequireSuccessAsync(there, $"GET {collection}/{name}", stop);
            return;
        }
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/{collection}") { Content = JsonContent.Create(body, options: Json) };
        request.Headers.Add("Idempotency-Key", $"sample-{collection}-{name}-{Guid.NewGuid():N}");
        using var answer = await http.SendAsync(request, stop);
        if (answer.StatusCode == HttpStatusCode.Conflict && await IsTakenAsync(answer, stop)) return; // another server on this database was faster
        await RequireSuccessAsync(answer, $"POST {collection} {name}", stop);
        if (answer.StatusCode == HttpStatusCode.Accepted) await WaitAsync(http, await ReadOperationAsync(answer, stop), stop);
    }

    private static async Task<bool> IsTakenAsync(HttpResponseMessage answer, CancellationToken stop) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>(Json, stop)).TryGetProperty("code", out var code) && code.GetString() == "name-taken";

    private static async Task WaitAsync(HttpClient http, JsonElement operation, CancellationToken stop)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stop);
        timeout.CancelAfter(OperationTimeout);
        var id = operation.GetProperty("id").GetString();
        while (true)
        {
            switch (operation.GetProperty("status").GetString())
            {
                case "succeeded":
                    return;
                case "failed":
                    throw Failed($"{operation.GetProperty("kind").GetString()}: {operation.GetProperty("problem").GetProperty("detail").GetString()}");
                default:
                    break;
            }
            try
            {
                await Task.Delay(PollPause, timeout.Token);
                using var answer = await http.GetAsync($"/api/v1/operations/{id}", timeout.Token);
                await RequireSuccessAsync(answer, "GET operation", timeout.Token);
                operation = await ReadOperationAsync(answer, timeout.Token);
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                throw Failed($"operation {id} did not end within {OperationTimeout.TotalSeconds:0} s");
            }
        }
    }

    private static async Task<JsonElement> ReadOperationAsync(HttpResponseMessage answer, CancellationToken stop) =>
        await answer.Content.ReadFromJsonAsync<JsonElement>(Json, stop);

    private static async Task RequireSuccessAsync(HttpResponseMessage answer, string call, CancellationToken stop)
    {
        if (!answer.IsSuccessStatusCode) throw Failed($"{call}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(stop)}");
    }

    private static StartupException Failed(string why) =>
        new("sample-failed", $"The sample zone, pool and offerings could not be made: {why}. Start with --no-sample to go without.");
}
