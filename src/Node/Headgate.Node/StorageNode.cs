using System.Net;

namespace Headgate.Node;

/// <summary>A running storage node: iSCSI target, Element API, volumes.</summary>
public sealed class StorageNode : IAsyncDisposable
{
    private StorageNode(IPEndPoint iscsi, IPEndPoint element, string portal, NodeCredentials credentials) =>
        (IscsiEndpoint, ElementEndpoint, IscsiPortal, Credentials) = (iscsi, element, portal, credentials);

    /// <summary>Where the iSCSI target listens, with the real port.</summary>
    public IPEndPoint IscsiEndpoint { get; }

    /// <summary>Where the Element API listens, with the real port.</summary>
    public IPEndPoint ElementEndpoint { get; }

    /// <summary>The portal <c>host:port</c> that initiators are told.</summary>
    public string IscsiPortal { get; }

    /// <summary>How an Element client logs in.</summary>
    public NodeCredentials Credentials { get; }

    /// <summary>Starts a node; it serves when this returns.</summary>
    /// <exception cref="StorageNodeException">It cannot start, and why.</exception>
    public static Task<StorageNode> StartAsync(StorageNodeOptions options, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException(options?.ToString());

    /// <summary>The node now.</summary>
    public NodeStatus GetStatus() => throw new NotSupportedException(IscsiPortal);

    /// <summary>Stops taking logins and calls, lets I/O under way finish, flushes, closes.</summary>
    public Task StopAsync(CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? Task.FromCanceled(cancellationToken) : throw new NotSupportedException(IscsiPortal);

    /// <summary>Stops when it still runs.</summary>
    public async ValueTask DisposeAsync() => await StopAsync().ConfigureAwait(false);
}
