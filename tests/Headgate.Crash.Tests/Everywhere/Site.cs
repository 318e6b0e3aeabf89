using System.Globalization;
using System.Net;
using System.Text.Json;
using Headgate.Node;
using Headgate.Testing.Database;

namespace Headgate.Crash.Tests.Everywhere;

/// <summary>One storage node that lives through everything, and management servers on one database that do not.</summary>
internal sealed partial class Site : IAsyncDisposable
{
    /// <summary>Seconds after which the other server takes over; short, since nothing here pauses for longer.</summary>
    private const int LeaseSeconds = 2;

    /// <summary>
    /// The pool on the node, and two folders that volumes can be moved between; each with an offering of its name. A move keeps to the
    /// limits of where it goes, so the one of the node allows enough for a GiB within seconds.
    /// </summary>
    public const string Lun = "san1", OneFolder = "files1", OtherFolder = "files2";

    private readonly string _folder;
    private TestDatabase? _database;
    private readonly ServerProcess?[] _servers;
    private readonly int[] _ports;
    private NodeProcess _node = null!;
    private int _iscsiPort;
    private int _elementPort;
    private string _key = "";
    private ApiCalls? _api;
    private ElementCalls? _element;

    private Site(string folder, TestDatabase? database, int servers)
    {
        (_folder, _database, _servers, _ports) = (folder, database, new ServerProcess?[servers], FreePorts.Take(servers));
    }

    /// <summary>A client of all servers.</summary>
    public ApiCalls Api => _api!;

    /// <summary>The node's own word.</summary>
    public ElementCalls Element => _element!;

    public int Servers => _servers.Length;

    public ServerProcess Server(int index) => _servers[index]!;

    /// <summary>With the node and every server up, a pool on it and two on folders, and offerings for each.</summary>
    public static async Task<Site> StartAsync(bool isPostgres, int servers, long? capacityIops = null)
    {
        var folder = Directory.CreateTempSubdirectory("hg-everywhere-").FullName;
        var site = new Site(folder, isPostgres ? await TestDatabase.CreatePostgresAsync(migrated: false) : null, servers);
        try
        {
            await site.StartNodeAsync();
            await Task.WhenAll(Enumerable.Range(0, servers).Select(site.StartServerAsync));
            await site.FurnishAsync(capacityIops);
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server on its folder, new or left behind.</summary>
    public async Task StartServerAsync(int index)
    {
        _servers[index]?.Dispose();
        var server = ServerProcess.Begin(Path.Combine(_folder, $"server{index}"), _ports[index], Options());
        _servers[index] = server;
        await server.ReadyAsync();
        server.ForgetDeath();
    }

    /// <summary>Another client, which begins with the server of that number.</summary>
    public ApiCalls NewClient(int first) => new(_key, _ports.Skip(first % Servers).Concat(_ports.Take(first % Servers)));

    /// <summary>As a person would: kill -9 and up again.</summary>
    public async Task RestartNodeAsync()
    {
        _node.Dispose();
        await BeginNodeAsync();
    }

    /// <summary>Every connection to the database is cut.</summary>
    public Task CutDatabaseAsync() => _database!.CutAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers) server?.Dispose();
        _node?.Dispose();
        _api?.Dispose();
        _element?.Dispose();
        if (_database is not null) await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private IEnumerable<string> Options() => _database is null
        ? []
        :
        [
            "--database", _database.Url!, "--keys", Path.Combine(_folder, "keys"), "--images", Path.Combine(_folder, "images"),
            "--lease", LeaseSeconds.ToString(CultureInfo.InvariantCulture),
        ];

    private async Task StartNodeAsync()
    {
        await using (await StorageNode.StartAsync(new StorageNodeOptions
        {
            DataFolder = Path.Combine(_folder, "node", "node"), IscsiEndpoint = new IPEndPoint(IPAddress.Loopback, 0),
            ElementEndpoint = new IPEndPoint(IPAddress.Loopback, 0), CapacityIops = 1_000_000, AdminPassword = ElementCalls.Password,
        }))
        {
        }
        await BeginNodeAsync();
        _element = new ElementCalls(_elementPort);
    }

    private async Task BeginNodeAsync()
    {
        if (_elementPort == 0) (_iscsiPort, _elementPort) = FreePorts.Take(2) is [var iscsi, var element] ? (iscsi, element) : default;
        _node = NodeProcess.Begin(Path.Combine(_folder, "node"), _iscsiPort, _elementPort);
        await _node.ReadyAsync();
    }


    private async Task FurnishAsync(long? capacityIops)
    {
        var admin = JsonElement.Parse(await File.ReadAllTextAsync(Path.Combine(_folder, "server0", "admin.json")));
        _key = admin.GetProperty("key").GetString()!;
        _api = NewClient(0);
        await Api.DoneAsync(HttpMethod.Post, "/api/v1/zones", new { name = "z1" });
        foreach (var (name, max) in new[] { ("plain", 1000), ("other", 2000), (Lun, 100_000) })
        {
            await Api.DoneAsync(HttpMethod.Post, "/api/v1/disk-offerings", new
            {
                name, customSize = true, qos = new { minIops = 100, maxIops = max, burstIops = max, require = new[] { "min", "max" } },
            });
        }
        foreach (var folder in new[] { OneFolder, OtherFolder })
        {
            var path = Directory.CreateDirectory(Path.Combine(_folder, folder)).FullName;
            await Api.DoneAsync(HttpMethod.Post, "/api/v1/disk-offerings", new { name = folder, customSize = true, tags = new[] { folder }, qos = new { } });
            await Api.DoneAsync(HttpMethod.Post, "/api/v1/pools", new { name = folder, provider = "SharedPool", zone = "z1", tags = new[] { folder }, settings = new { path } });
        }
        var certificate = _node.Output.Split("certificate SHA-256 ")[1].Split(')')[0];
        await Api.DoneAsync(HttpMethod.Post, "/api/v1/pools", new
        {
            name = Lun, provider = "SolidFire", zone = "z1",
            settings = new { endpoint = $"https://127.0.0.1:{_elementPort}", username = ElementCalls.Username, certificateSha256 = certificate },
            secrets = new { password = ElementCalls.Password }, capacityIops,
        });
    }
}
