using System.Net;
using Headgate.Drivers.SolidFire;
using Headgate.Element;
using Headgate.Element.Client;
using Headgate.Element.Contracts;
using Headgate.Node;
using Headgate.Storage.Conformance;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Tests.SolidFire;

/// <summary>One storage node for all tests of a class: a real one, over TLS, in a folder of its own.</summary>
public sealed class RunningNode : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hg-drivers-").FullName;

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

/// <summary>A SolidFire pool on the node, with a link that can be broken, hosts that log in, and an administrator beside us.</summary>
internal sealed class NodeFixture : IAsyncDisposable
{
    private readonly BreakableLink _link = new();
    private readonly IscsiHost _host = new();

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
        var provider = new SolidFireProvider(null, _link.Wrap);
        Subject = new ConformanceSubject(provider, Settings) { Link = _link, Reach = _host.ReachAsync, Data = _host, MakeForeignVolume = MakeForeignAsync };
        Store = Open(provider);
    }

    public Dictionary<string, string> Settings { get; }

    public ConformanceSubject Subject { get; }

    public IPrimaryDataStore Store { get; }

    public IPrimaryDataStore OpenThrough(Func<HttpMessageHandler, HttpMessageHandler> wrap) => Open(new SolidFireProvider(null, wrap));

    /// <summary>Under another name of the node: one that shares nothing with the other stores of this process, as another server's.</summary>
    public IPrimaryDataStore OpenAsAnotherServer(Func<HttpMessageHandler, HttpMessageHandler> wrap)
    {
        var elsewhere = new UriBuilder(Settings["endpoint"]) { Host = "localhost" }.Uri.GetLeftPart(UriPartial.Authority);
        return Open(new SolidFireProvider(null, wrap), new Dictionary<string, string>(Settings) { ["endpoint"] = elsewhere });
    }

    public ValueTask DisposeAsync() => Store.DisposeAsync();

    /// <summary>A volume that a cluster's administrator made by hand.</summary>
    private async ValueTask<ForeignVolume> MakeForeignAsync(CancellationToken stop)
    {
        var cluster = new ElementClient(new ElementClientOptions
        {
            Endpoint = new Uri(Settings["endpoint"]), Username = Settings["username"], Password = Settings["password"],
            Trust = ServerTrust.Pinned(Settings["certificateSha256"]),
        });
        var account = (await cluster.CallAsync(ElementMethods.AddAccount, new AddAccountParams { Username = $"by-hand-{Guid.NewGuid():N}" }, stop)).ValueOrThrow();
        var made = (await cluster.CallAsync(
            ElementMethods.CreateVolume,
            new CreateVolumeParams { Name = "by-hand", AccountID = account.AccountID, TotalSize = 1_000_000_000, Enable512e = true }, stop)).ValueOrThrow();
        return new ForeignVolume(new VolumeHandle($"{made.VolumeID}"), async end =>
        {
            (await cluster.CallAsync(ElementMethods.DeleteVolume, new VolumeParams { VolumeID = made.VolumeID }, end)).ValueOrThrow();
            (await cluster.CallAsync(ElementMethods.PurgeDeletedVolume, new VolumeParams { VolumeID = made.VolumeID }, end)).ValueOrThrow();
            cluster.Dispose();
        });
    }

    private IPrimaryDataStore Open(SolidFireProvider provider, Dictionary<string, string>? settings = null)
    {
        Assert.Empty(provider.Settings.Check(settings ?? Settings));
        return provider.OpenAsync(new PoolSettings(Subject.PoolId, provider.Settings, settings ?? Settings), CancellationToken.None)
            .AsTask().GetAwaiter().GetResult().ValueOrThrow(); // opening never waits: it does not talk to the array
    }
}
