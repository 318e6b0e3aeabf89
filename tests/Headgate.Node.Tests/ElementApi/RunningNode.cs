using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Headgate.Node.Catalog;
using Headgate.Node.ElementApi;

namespace Headgate.Node.Tests.ElementApi;

/// <summary>A storage node on free ports in a folder of its own, and a client that posts what it is told to.</summary>
public sealed class RunningNode : IAsyncDisposable
{
    public const long Capacity = 200_000;

    private readonly bool _ownsFolder;
    private readonly HttpClient _http;

    private RunningNode(StorageNode node, string folder, bool ownsFolder, RecordedEvents events)
    {
        (Node, Folder, _ownsFolder, Events) = (node, folder, ownsFolder, events);
        _http = NewClient();
        _http.DefaultRequestHeaders.Authorization = Basic(node.Credentials.Username, node.Credentials.Password);
    }

    public StorageNode Node { get; }

    public string Folder { get; }

    public RecordedEvents Events { get; }

    internal NodeCatalog Catalog => Node.Parts.Catalog;

    public Uri Url(string version = "12.3") => new($"https://{Node.ElementEndpoint}/json-rpc/{version}");

    public static async Task<RunningNode> StartAsync(string? folder = null, Func<StorageNodeOptions, StorageNodeOptions>? change = null)
    {
        var path = folder ?? Directory.CreateTempSubdirectory("hg-node-").FullName;
        var events = new RecordedEvents();
        PlaceCertificate(path);
        var options = Options(path) with { Events = events };
        var node = await StorageNode.StartAsync(change is null ? options : change(options));
        return new RunningNode(node, path, folder is null, events);
    }

    public static StorageNodeOptions Options(string folder) => new()
    {
        DataFolder = folder,
        IscsiEndpoint = new IPEndPoint(IPAddress.Loopback, 0),
        ElementEndpoint = new IPEndPoint(IPAddress.Loopback, 0),
        CapacityIops = Capacity,
    };

    /// <summary>One certificate for all nodes of a run: its RSA key takes longer to make than the rest of a start.</summary>
    private static void PlaceCertificate(string folder)
    {
        var keys = Directory.CreateDirectory(Path.Combine(folder, "keys")).FullName;
        var kept = Path.Combine(keys, "element.pem");
        if (!File.Exists(kept)) File.Copy(Certificate.Value, kept);
    }

    private static readonly Lazy<string> Certificate = new(() =>
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("hg-node-certificate-").FullName, "element.pem");
        using var made = ElementCertificate.LoadOrCreate(path, "test", IPAddress.Loopback, DateTimeOffset.UtcNow);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        return path;
    });

    public static HttpClient NewClient() =>
        new(new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null },
            Expect100ContinueTimeout = Patience.Long, // a body is not sent before the node has said that it wants it
        });

    public static AuthenticationHeaderValue Basic(string username, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{password}")));

    /// <summary>The reply's envelope.</summary>
    public async Task<JsonElement> PostAsync(string body, string version = "12.3", string contentType = "application/json")
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        using var reply = await _http.PostAsync(Url(version), content);
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        return JsonElement.Parse(await reply.Content.ReadAsStringAsync());
    }

    /// <summary>The result of a call that goes well.</summary>
    public async Task<JsonElement> CallAsync(string method, string parameters = "{}")
    {
        var reply = await PostAsync($$"""{"method":"{{method}}","params":{{parameters}},"id":1}""");
        Assert.False(reply.TryGetProperty("error", out var error), $"{method} {parameters}: {error}");
        return reply.GetProperty("result");
    }

    /// <summary>Name and message of the error of a call that is turned down.</summary>
    public async Task<(string Name, string Message)> RefusalAsync(string method, string parameters = "{}")
    {
        var reply = await PostAsync($$"""{"method":"{{method}}","params":{{parameters}},"id":1}""");
        Assert.True(reply.TryGetProperty("error", out var error), $"{method} {parameters} went well: {reply}");
        Assert.False(reply.TryGetProperty("result", out _));
        Assert.Equal(500, error.GetProperty("code").GetInt32());
        return (error.GetProperty("name").GetString()!, error.GetProperty("message").GetString()!);
    }

    public async Task<long> AccountAsync(string name = "tenant") =>
        (await CallAsync("AddAccount", $$"""{"username":"{{name}}"}""")).GetProperty("accountID").GetInt64();

    public async Task<JsonElement> VolumeAsync(long account, string name = "v", string more = "") =>
        (await CallAsync("CreateVolume", $$"""{"name":"{{name}}","accountID":{{account}},"totalSize":1000000000,"enable512e":true{{more}}}"""))
        .GetProperty("volume");

    public async Task<long> VolumeIdAsync(long account, string name = "v", string more = "") =>
        (await VolumeAsync(account, name, more)).GetProperty("volumeID").GetInt64();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Node.DisposeAsync();
        if (_ownsFolder) Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>Keeps events in the order of their coming.</summary>
public sealed class RecordedEvents : INodeEvents
{
    private readonly List<NodeEvent> _events = [];

    public IReadOnlyList<NodeEvent> All
    {
        get
        {
            lock (_events) return [.. _events];
        }
    }

    public void Raise(NodeEvent happened)
    {
        lock (_events) _events.Add(happened);
    }
}
