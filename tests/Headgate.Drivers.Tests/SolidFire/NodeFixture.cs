using System.Net;
using Headgate.Drivers.SolidFire;
using Headgate.Node;
using Headgate.Storage.Conformance;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Tests.SolidFire;

/// <summary>One storage node for all tests of a class: a real one, over TLS, in a folder of its own.</summary>
public sealed class RunningNode : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "hg-drivers", Guid.NewGuid().ToString("N"));

    internal StorageNode Node { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Node = await StorageNode.StartAsync(new StorageNodeOptions
    {
        DataFolder = _folder,
        IscsiEndpoint = new IPEndPoint(IPAddress.Loopback, 0),
        ElementEndpoint = new IPEndPoint(IPAddress.Loopback, 0),
        CapacityIops = 1_000_000,
        CapacityBytes = 1L << 40,
    });

    public async ValueTask DisposeAsync()
    {
        await Node.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>A SolidFire pool on the node, with a link that can be broken.</summary>
internal sealed class NodeFixture : IConformanceFixture
{
    private readonly Guid _pool = Guid.NewGuid();
    private readonly BreakableLink _link = new();

    public NodeFixture(StorageNode node, params (string Name, string Value)[] settings)
    {
        Settings = new Dictionary<string, string>
        {
            ["endpoint"] = node.Credentials.ElementEndpoint,
            ["username"] = node.Credentials.Username,
            ["password"] = node.Credentials.Password,
            ["certificateSha256"] = node.Credentials.CertificateSha256,
        };
        foreach (var (name, value) in settings) Settings[name] = value;
        Store = Open(new SolidFireProvider(null, _link.Wrap));
    }

    public Dictionary<string, string> Settings { get; }

    public IPrimaryDataStore Store { get; }

    public IArrayLink Link => _link;

    public Func<Connection, string, ChapCredential?, CancellationToken, ValueTask<bool>>? CanConnect =>
        IscsiInq.IsInstalled ? IscsiInq.ConnectsAsync : null;

    public ValueTask<IPrimaryDataStore> OpenAgainAsync(CancellationToken stop) => ValueTask.FromResult(Open(new SolidFireProvider()));

    public IPrimaryDataStore OpenThrough(Func<HttpMessageHandler, HttpMessageHandler> wrap) => Open(new SolidFireProvider(null, wrap));

    /// <summary>Under another name of the node: one that shares nothing with the other stores of this process, as another server's.</summary>
    public IPrimaryDataStore OpenAsAnotherServer(Func<HttpMessageHandler, HttpMessageHandler> wrap)
    {
        var elsewhere = new UriBuilder(Settings["endpoint"]) { Host = "localhost" }.Uri.GetLeftPart(UriPartial.Authority);
        return Open(new SolidFireProvider(null, wrap), new Dictionary<string, string>(Settings) { ["endpoint"] = elsewhere });
    }

    public ValueTask DisposeAsync() => Store.DisposeAsync();

    private IPrimaryDataStore Open(SolidFireProvider provider, Dictionary<string, string>? settings = null)
    {
        Assert.Empty(provider.Settings.Check(settings ?? Settings));
        return provider.OpenAsync(new PoolSettings(_pool, provider.Settings, settings ?? Settings), CancellationToken.None)
            .AsTask().GetAwaiter().GetResult().ValueOrThrow(); // opening never waits: it does not talk to the array
    }
}
