using System.Net;
using System.Reflection;
using Headgate.Blocks;
using Headgate.Node.Catalog;
using Headgate.Node.ElementApi;
using Headgate.Node.Io;
using Headgate.Node.Target;

namespace Headgate.Node;

/// <summary>A running storage node: iSCSI target, Element API, volumes.</summary>
public sealed class StorageNode : IAsyncDisposable
{
    /// <summary>How long calls and logins under way get when the node stops.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(5);

    private readonly NodeParts _parts;
    private readonly Maintenance _maintenance;
    private readonly Lock _lock = new();
    private Task? _stopping;

    internal StorageNode(NodeParts parts, Maintenance maintenance, NodeCredentials credentials, NodeAddresses addresses) =>
        (_parts, _maintenance, Credentials, IscsiPortal) = (parts, maintenance, credentials, addresses.Svip);

    /// <summary>Where the iSCSI target listens, with the real port.</summary>
    public IPEndPoint IscsiEndpoint => _parts.Target.Portals[0];

    /// <summary>Where the Element API listens, with the real port.</summary>
    public IPEndPoint ElementEndpoint => _parts.Server.Endpoint;

    /// <summary>The portal <c>host:port</c> that initiators are told.</summary>
    public string IscsiPortal { get; }

    /// <summary>How an Element client logs in.</summary>
    public NodeCredentials Credentials { get; }

    /// <summary>Its identity as an Element cluster; the same for the life of its data folder.</summary>
    public Guid ClusterUuid => _parts.Catalog.Current.Identity.Uuid;

    internal NodeParts Parts => _parts;

    /// <summary>Starts a node; it serves when this returns.</summary>
    /// <exception cref="StorageNodeException">It cannot start, and why.</exception>
    public static Task<StorageNode> StartAsync(StorageNodeOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return NodeStart.RunAsync(options, cancellationToken);
    }

    /// <summary>The node now.</summary>
    public NodeStatus GetStatus()
    {
        var state = _parts.Catalog.Current;
        return new NodeStatus(
            state.Identity.Name, Version, IscsiPortal, Credentials.ElementEndpoint,
            state.Volumes.Values.Count(volume => volume.Status is VolumeStatus.Active), _parts.Sessions.List().Count,
            _parts.Capacity.Bytes, _parts.Capacity.UsedBytes, _parts.Capacity.Iops, state.PromisedIops,
            _parts.Runtimes.All.Sum(runtime => runtime.Queue.ReadStatistics().NormalizedIops), _parts.Io.Options.IsScheduled ? "pread/pwrite threads" : "pread/pwrite threads, QOS OFF");
    }

    /// <summary>
    /// Measures the medium anew, for some seconds beside what clients do; the result is kept, raised as an event, and what
    /// admission goes by, unless a capacity is set.
    /// </summary>
    /// <exception cref="IOException">The medium cannot be measured.</exception>
    public Task<CalibrationResult> MeasureCapacityAsync() => Task.Run(() => _parts.Measurement.Again(_parts.Capacity));

    /// <summary>One round of what the node does every few seconds, now.</summary>
    internal Task RunMaintenanceAsync() => _maintenance.RunOnceAsync(CancellationToken.None);

    /// <summary>Stops taking logins and calls, lets I/O under way finish, flushes, closes. Twice is fine.</summary>
    public Task StopAsync(CancellationToken cancellationToken = default)
    {
        lock (_lock) return _stopping ??= StopOnceAsync(cancellationToken);
    }

    /// <summary>Stops when it still runs.</summary>
    public async ValueTask DisposeAsync() => await StopAsync().ConfigureAwait(false);

    private static string Version =>
        typeof(StorageNode).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    private async Task StopOnceAsync(CancellationToken cancellationToken)
    {
        using var drain = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        drain.CancelAfter(DrainTime);
        await _parts.Server.StopAsync(drain.Token).ConfigureAwait(false);
        await _maintenance.DisposeAsync().ConfigureAwait(false);
        await _parts.Target.StopAsync(drain.Token).ConfigureAwait(false);
        await _parts.DisposeAsync().ConfigureAwait(false);
    }
}

/// <summary>What a node is made of, in the order in which it is taken apart from the end.</summary>
internal sealed class NodeParts : IAsyncDisposable
{
    public required DataFolder Folder { get; init; }
    public required NodeCatalog Catalog { get; init; }
    public required VolumeStore Store { get; init; }
    public required IoPath Io { get; init; }
    public required OverloadEvents Overload { get; init; }
    public required VolumeRuntimes Runtimes { get; init; }
    public required NodeCapacity Capacity { get; init; }
    public required CapacityMeasurement Measurement { get; init; }
    public required SessionRegistry Sessions { get; init; }
    public required IscsiTarget Target { get; init; }
    public required ElementServer Server { get; init; }

    public async ValueTask DisposeAsync()
    {
        await Target.DisposeAsync().ConfigureAwait(false);
        await Server.DisposeAsync().ConfigureAwait(false);
        Overload.Dispose();
        Io.Stop();
        foreach (var runtime in Runtimes.All) runtime.Device.Flush();
        Store.Dispose();
        Catalog.Dispose();
        Folder.Dispose();
    }
}
