using System.Net;
using System.Security.Cryptography;
using Headgate.Node.Io;
using Headgate.Node.Target;
using Microsoft.Extensions.Logging;

namespace Headgate.Node.ElementApi;

/// <summary>The Element API put together: one table of methods, served and announced (<c>GetAPI</c>).</summary>
internal sealed class ElementApiParts
{
    private readonly NodeServices _node;
    private readonly StorageNodeOptions _options;
    private readonly EventLog _events;
    private readonly VolumeLifeMethods _life;
    private readonly SnapshotMethods _snapshots;
    private readonly CloneMethods _clones;
    private readonly IoPath _io;
    private readonly ClusterLoad _load;
    private readonly Dictionary<string, ElementHandler> _methods;
    private NodeAddresses? _addresses;

    public ElementApiParts(NodeServices node, IoPath io, SessionRegistry sessions, EventLog events, StorageNodeOptions options)
    {
        (_node, _io, _events, _options) = (node, io, events, options);
        _load = new ClusterLoad(node.Time);
        _life = new VolumeLifeMethods(node, options.DeletedVolumeRetention);
        _snapshots = new SnapshotMethods(node);
        _clones = new CloneMethods(node);
        IEnumerable<ElementHandler> all =
        [
            .. new ClusterMethods(node.Catalog, node.Capacity, _load, node.Runtimes, io, sessions, () => Addresses, node.Time).All,
            .. new NodeMethods(node.Catalog, node.Capacity, io, sessions, events, () => Addresses, node.Time).All,
            .. new AccountMethods(node.Catalog, node.Guard).All,
            .. new VolumeMethods(node).All,
            .. _life.All,
            .. new VolumeListMethods(node.Catalog).All,
            .. _clones.All,
            .. _snapshots.All,
            .. new GroupSnapshotMethods(node).All,
            .. new AccessGroupMethods(node.Catalog, node.Guard).All,
            .. new InitiatorMethods(node.Catalog, node.Guard).All,
            .. new QosMethods(node.Catalog, node.Runtimes, node.Capacity).All,
            .. new StatisticsMethods(node.Catalog, node.Runtimes, node.Store, node.Time).All,
        ];
        _methods = all.ToDictionary(method => method.Name, StringComparer.Ordinal);
        IReadOnlyList<string> names = [.. _methods.Keys.Append("GetAPI").Order(StringComparer.Ordinal)];
        _methods["GetAPI"] = ClusterMethods.GetApi(names);
    }

    public IReadOnlyDictionary<string, ElementHandler> Methods => _methods;

    public NodeAddresses Addresses => _addresses ?? throw new InvalidOperationException("The ports are not bound yet.");

    public NodeCredentials Credentials { get; private set; } = new("", "", "", "");

    public ElementRpc CreateRpc() => new(_methods, _events, _options.Logging.CreateLogger<ElementRpc>());

    public async Task<ElementServer> StartServerAsync(DataFolder folder, IPEndPoint iscsi, CancellationToken cancellation)
    {
        var identity = _node.Catalog.Current.Identity;
        var certificate = ElementCertificate.LoadOrCreate(
            Path.Combine(folder.Keys, "element.pem"), identity.Name, _options.ElementEndpoint.Address, _node.Time.GetUtcNow());
        _addresses = NodeAddresses.Of(_options.ElementEndpoint, iscsi, _options.AdvertisedFirst);
        var authentication = new BasicAuthentication(identity.AdminUsername, identity.AdminPassword, _events, _node.Time);
        var server = await ElementServer.StartAsync(
            _options.ElementEndpoint, certificate, CreateRpc(), authentication, _options.Logging, cancellation).ConfigureAwait(false);
        Credentials = new NodeCredentials(
            $"https://{new IPEndPoint(IPAddress.Parse(_addresses.Mvip), server.Endpoint.Port)}/json-rpc/{ElementVersions.Current}",
            identity.AdminUsername, identity.AdminPassword, certificate.GetCertHashString(HashAlgorithmName.SHA256));
        return server;
    }

    public Maintenance StartMaintenance(ILogger log) => new(_life, _snapshots, _clones, _node.Guard, NoteLoad, _node.Time, log);

    private void NoteLoad()
    {
        var served = _io.ReadStatistics();
        _load.Note(served.ReadOps + served.WriteOps);
    }
}
