using System.Text.Json;

namespace Headgate.Crash.Tests.Everywhere;

/// <summary>A request on its way through a crash.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Address">Below the server.</param>
/// <param name="Body">JSON, bytes, or null.</param>
internal sealed record Ask(HttpMethod Method, string Address, object? Body = null);

/// <summary>One kind of change, what it needs before, and what is there after it.</summary>
/// <param name="Name">As in <c>--kinds</c>.</param>
/// <param name="Prepare">Makes what it acts on, with names that begin with the given one.</param>
/// <param name="Change">The change itself.</param>
/// <param name="Holds">Null, or what is not as it must be after it.</param>
internal sealed record Scenario(
    string Name, Func<ApiCalls, string, Task> Prepare, Func<string, Ask> Change, Func<ApiCalls, string, Task<string?>> Holds)
{
    public const long GiB = 1L << 30;
    public const string Initiator = "iqn.2026-01.org.headgate:sweep";
    public const string Template = "sweep-template";

    /// <summary>A disk of 64 KiB and nothing in it; the smallest that there is.</summary>
    private static readonly byte[] Image = MakeImage();

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("create", Nothing, n => Post("volumes", Volume(n)), (api, n) => StateAsync(api, n, "ready")),
        new("create-from-snapshot", SnapshotAsync, n => Post("volumes", new { name = n + "-c", diskOffering = "plain", fromSnapshot = n + "-s" }), (api, n) => StateAsync(api, n + "-c", "ready")),
        new("create-from-volume", VolumeAsync, n => Post("volumes", new { name = n + "-c", diskOffering = "plain", fromVolume = n }), (api, n) => StateAsync(api, n + "-c", "ready")),
        new("create-from-template", TemplateAsync, n => Post("volumes", new { name = n, diskOffering = "plain", sizeBytes = GiB, template = Template + n }), (api, n) => StateAsync(api, n, "ready")),
        new("template-register", Nothing, n => Upload(Template + n), TemplateStandsAsync),
        new("connect", VolumeAsync, n => Post($"volumes/{n}/connections", new { initiator = Initiator }), (api, n) => InitiatorsAsync(api, n, 1)),
        new("disconnect", ConnectedAsync, n => Delete($"volumes/{n}/connections/{Initiator}"), (api, n) => InitiatorsAsync(api, n, 0)),
        new("resize", VolumeAsync, n => Post($"volumes/{n}/resize", new { sizeBytes = 2 * GiB }), (api, n) => FieldAsync(api, n, "sizeBytes", $"{2 * GiB}")),
        new("set-qos", VolumeAsync, n => Post($"volumes/{n}/qos", new { minIops = 100, maxIops = 700, burstIops = 700 }), (api, n) => StateAsync(api, n, "ready")),
        new("change-offering", VolumeAsync, n => Post($"volumes/{n}/offering", new { diskOffering = "other" }), (api, n) => FieldAsync(api, n, "diskOffering", "other")),
        new("migrate", FileAsync, n => Post($"volumes/{n}/offering", new { diskOffering = Site.OtherFolder }), (api, n) => FieldAsync(api, n, "pool", Site.OtherFolder)),
        new("migrate-to-lun", LargeFileAsync, n => Post($"volumes/{n}/offering", new { diskOffering = Site.Lun }), (api, n) => FieldAsync(api, n, "pool", Site.Lun)),
        new("create-lazy", Nothing, n => Post("volumes", Lazy(n)), (api, n) => StateAsync(api, n, "allocated")),
        new("connect-lazy", LazyAsync, n => Post($"volumes/{n}/connections", new { initiator = Initiator }), (api, n) => InitiatorsAsync(api, n, 1)),
        new("snapshot", VolumeAsync, n => Post("snapshots", new { volume = n, name = n + "-s" }), (api, n) => SnapshotStandsAsync(api, n)),
        new("revert", SnapshotAsync, n => Post($"snapshots/{n}-s/revert"), (api, n) => SnapshotStandsAsync(api, n)),
        new("snapshot-delete", SnapshotAsync, n => Delete($"snapshots/{n}-s"), (api, n) => GoneAsync(api, $"snapshots/{n}-s")),
        new("snapshot-group", PairAsync, n => Post("snapshot-groups", new { name = n + "-g", volumes = Pair(n) }), GroupStandsAsync),
        new("group-revert", GroupAsync, n => Post($"snapshot-groups/{n}-g/revert"), GroupStandsAsync),
        new("group-delete", GroupAsync, n => Delete($"snapshot-groups/{n}-g"), (api, n) => GoneAsync(api, $"snapshot-groups/{n}-g")),
        new("delete", ConnectedAsync, n => Delete($"volumes/{n}"), (api, n) => StateAsync(api, n, "deleted")),
        new("recover", DeletedAsync, n => Post($"volumes/{n}/recover"), (api, n) => StateAsync(api, n, "ready")),
        new("expunge", DeletedAsync, n => Post($"volumes/{n}/expunge"), (api, n) => GoneAsync(api, $"volumes/{n}")),
        new("zone", Nothing, n => Post("zones", new { name = n }), ZoneStandsAsync),
    ];

    private static Ask Post(string address, object? body = null) => new(HttpMethod.Post, "/api/v1/" + address, body);

    private static Ask Delete(string address) => new(HttpMethod.Delete, "/api/v1/" + address);

    private static Ask Upload(string name) => new(HttpMethod.Put, $"/api/v1/templates/{name}/image?format=raw", Image);

    private static object Volume(string name) => new { name, diskOffering = "plain", sizeBytes = GiB };

    private static object Lazy(string name) => new { name, diskOffering = "plain", sizeBytes = GiB, lazy = true };

    private static string[] Pair(string name) => [name, name + "-b"];

    private static Task Nothing(ApiCalls api, string name) => Task.CompletedTask;

    private static Task<JsonElement> VolumeAsync(ApiCalls api, string name) => api.DoneAsync(HttpMethod.Post, "/api/v1/volumes", Volume(name));

    private static Task<JsonElement> LazyAsync(ApiCalls api, string name) => api.DoneAsync(HttpMethod.Post, "/api/v1/volumes", Lazy(name));

    private static Task<JsonElement> FileAsync(ApiCalls api, string name) => FileAsync(api, name, 1 << 20);

    /// <summary>As large as the node's smallest volume.</summary>
    private static Task<JsonElement> LargeFileAsync(ApiCalls api, string name) => FileAsync(api, name, GiB);

    private static Task<JsonElement> FileAsync(ApiCalls api, string name, long sizeBytes) =>
        api.DoneAsync(HttpMethod.Post, "/api/v1/volumes", new { name, diskOffering = Site.OneFolder, sizeBytes });

    private static async Task PairAsync(ApiCalls api, string name)
    {
        foreach (var one in Pair(name)) await VolumeAsync(api, one);
    }

    private static async Task GroupAsync(ApiCalls api, string name)
    {
        await PairAsync(api, name);
        await api.DoneAsync(HttpMethod.Post, "/api/v1/snapshot-groups", new { name = name + "-g", volumes = Pair(name) });
    }

    private static async Task<string?> GroupStandsAsync(ApiCalls api, string name)
    {
        var group = await api.GetAsync($"/api/v1/snapshot-groups/{name}-g");
        var snapshots = (await api.ListAsync("/api/v1/snapshots")).Count;
        return group.GetProperty("state").GetString() == "ready" && snapshots == 2 ? null : $"there are {snapshots} snapshots, and the group {group}";
    }

    private static async Task SnapshotAsync(ApiCalls api, string name)
    {
        await VolumeAsync(api, name);
        await api.DoneAsync(HttpMethod.Post, "/api/v1/snapshots", new { volume = name, name = name + "-s" });
    }

    private static async Task ConnectedAsync(ApiCalls api, string name)
    {
        await VolumeAsync(api, name);
        await api.DoneAsync(HttpMethod.Post, $"/api/v1/volumes/{name}/connections", new { initiator = Initiator });
    }

    private static async Task DeletedAsync(ApiCalls api, string name)
    {
        await VolumeAsync(api, name);
        await api.DoneAsync(HttpMethod.Delete, $"/api/v1/volumes/{name}");
    }

    private static Task<JsonElement> TemplateAsync(ApiCalls api, string name)
    {
        var upload = Upload(Template + name);
        return api.DoneAsync(upload.Method, upload.Address, upload.Body);
    }

    private static async Task<string?> FieldAsync(ApiCalls api, string name, string field, string wanted)
    {
        var volume = await api.GetAsync($"/api/v1/volumes/{name}");
        var found = volume.GetProperty(field).ToString();
        return found == wanted ? null : $"{field} of {name} is {found}, not {wanted}";
    }

    private static Task<string?> StateAsync(ApiCalls api, string name, string wanted) => FieldAsync(api, name, "state", wanted);

    private static async Task<string?> InitiatorsAsync(ApiCalls api, string name, int wanted)
    {
        var found = (await api.GetAsync($"/api/v1/volumes/{name}")).GetProperty("initiators").GetArrayLength();
        return found == wanted ? await StateAsync(api, name, "ready") : $"{name} has {found} initiators, not {wanted}";
    }

    private static async Task<string?> SnapshotStandsAsync(ApiCalls api, string name)
    {
        var state = (await api.GetAsync($"/api/v1/snapshots/{name}-s")).GetProperty("state").GetString();
        return state == "ready" ? await StateAsync(api, name, "ready") : $"snapshot {name}-s is {state}";
    }

    private static async Task<string?> TemplateStandsAsync(ApiCalls api, string name)
    {
        var state = (await api.GetAsync($"/api/v1/templates/{Template}{name}")).GetProperty("state").GetString();
        return state == "ready" ? null : $"template is {state}";
    }

    private static async Task<string?> ZoneStandsAsync(ApiCalls api, string name)
    {
        var zones = (await api.ListAsync("/api/v1/zones")).Count(zone => zone.GetProperty("name").GetString() == name);
        return zones == 1 ? null : $"there are {zones} zones {name}";
    }

    private static async Task<string?> GoneAsync(ApiCalls api, string address)
    {
        var (status, body) = await api.SettleAsync(HttpMethod.Get, "/api/v1/" + address);
        return (int)status == 404 ? null : $"{address} is still there: {body}";
    }

    private static byte[] MakeImage()
    {
        var image = new byte[64 << 10];
        new Random(1).NextBytes(image);
        return image;
    }
}
