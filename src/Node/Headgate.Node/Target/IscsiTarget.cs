using System.Net;
using System.Net.Sockets;
using Headgate.Node.Io;
using Microsoft.Extensions.Logging;

namespace Headgate.Node.Target;

/// <summary>The iSCSI target of a node: portals, connections, sessions (RFC 7143, error recovery level 0).</summary>
public sealed partial class IscsiTarget : IAsyncDisposable
{
    /// <summary>Connections that the kernel keeps until they are accepted: a rack of hosts that reconnect at once.</summary>
    private const int ListenBacklog = 512;

    /// <summary>How often deadlines are looked at; they are in seconds.</summary>
    private static readonly TimeSpan TickPeriod = TimeSpan.FromSeconds(1);

    /// <summary>After a failed accept, so that a lack of descriptors does not spin a processor.</summary>
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    /// <summary>How long <see cref="StopAsync"/> waits for what is under way at the medium.</summary>
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(5);

    private readonly TargetContext _context;
    private readonly ILogger _logger;
    private readonly TurnAway _turnAway;
    private readonly List<Socket> _listeners = [];
    private readonly Lock _gate = new();
    private readonly ManualResetEventSlim _pause = new();
    private ITimer? _timer;
    private Task? _stopped;
    private volatile bool _stopping;

    /// <summary>Makes a target; <see cref="Start"/> opens its portals.</summary>
    public IscsiTarget(
        IscsiTargetOptions options, ITargetDirectory directory, IoPath io, SessionRegistry sessions, INodeEvents events,
        TimeProvider clock, ILogger<IscsiTarget> logger)
    {
        _logger = logger;
        _context = new TargetContext(options, directory, io, sessions, new LoginEvents(events, clock), clock, logger);
        _turnAway = new TurnAway(clock);
    }

    /// <summary>The addresses in use, with the ports really bound. Empty before <see cref="Start"/>.</summary>
    public IReadOnlyList<IPEndPoint> Portals => _listeners.Count == 0 ? [] : _context.Portals.Bound;

    /// <summary>The port of the first portal.</summary>
    public int Port => Portals[0].Port;

    /// <summary>Connections now, in login or logged in.</summary>
    public int ConnectionCount => _context.Connections.KnownCount;

    /// <summary>Binds and listens; when it returns, initiators can connect.</summary>
    /// <exception cref="SocketException">An address cannot be bound.</exception>
    public void Start()
    {
        try
        {
            foreach (var portal in _context.Options.Portals) _listeners.Add(Listen(portal));
        }
        catch
        {
            CloseListeners();
            throw;
        }
        _context.Portals.Bound = [.. _listeners.Select(listener => (IPEndPoint)listener.LocalEndPoint!)];
        foreach (var listener in _listeners)
            new Thread(() => AcceptAll(listener)) { IsBackground = true, Name = "iscsi-accept" }.Start();
        _timer = _context.Clock.CreateTimer(_ => Tick(), null, TickPeriod, TickPeriod);
        foreach (var portal in Portals) LogListening(portal);
    }

    /// <summary>Stops listening, asks initiators to log out, and ends what is left after the grace. Twice is fine.</summary>
    public Task StopAsync(CancellationToken stop = default)
    {
        lock (_gate) return _stopped ??= StopOnceAsync(stop);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync().ConfigureAwait(false);

    private async Task StopOnceAsync(CancellationToken stop)
    {
        _stopping = true;
        _pause.Set();
        CloseListeners();
        if (_timer is not null) await _timer.DisposeAsync().ConfigureAwait(false);

        // Only our own: another target may share the registry.
        var sessions = _context.Sessions.Sessions.Where(session => _context.Connections.Contains(session.Connection)).ToList();
        foreach (var session in sessions) session.Cut(CutReason.NodeStopping);
        await WaitForAsync(Task.WhenAll(sessions.Select(session => session.Ended)), _context.Options.LogoutGrace, stop).ConfigureAwait(false);

        foreach (var connection in _context.Connections.All) connection.Abort("the node stops");
        await WaitForAsync(Task.WhenAll(sessions.Select(session => session.Ended)), DrainTimeout, stop).ConfigureAwait(false);
    }

    private static async Task WaitForAsync(Task work, TimeSpan atMost, CancellationToken stop)
    {
        try
        {
            await work.WaitAsync(atMost, stop).ConfigureAwait(false);
        }
        catch (Exception late) when (late is TimeoutException or OperationCanceledException)
        {
            // The caller goes on; what is left ends with the process.
        }
    }

    private Socket Listen(IPEndPoint portal)
    {
        var listener = new Socket(portal.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // [::] takes IPv4 as well, as it does in other servers, unless an IPv4 portal wants that port.
            if (portal.AddressFamily == AddressFamily.InterNetworkV6)
            {
                listener.DualMode = portal.Address.Equals(IPAddress.IPv6Any) && !_context.Options.Portals.Any(
                    other => other.AddressFamily == AddressFamily.InterNetwork && other.Port == portal.Port);
            }
            // No ReuseAddress: .NET means SO_REUSEPORT by it, and a second target would share the port unnoticed. Ports in
            // TIME_WAIT can be bound all the same, .NET sets SO_REUSEADDR itself.
            listener.Bind(portal);
            listener.Listen(ListenBacklog);
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    private void CloseListeners()
    {
        foreach (var listener in _listeners) listener.Dispose();
    }

    private void AcceptAll(Socket listener)
    {
        while (!_stopping)
        {
            try
            {
                Admit(listener.Accept());
            }
#pragma warning disable CA1031 // nothing that one connection does, and no lack of memory, may end the thread that accepts all
            catch (Exception failure)
#pragma warning restore CA1031
            {
                // The listener is closed, or one connection broke before it was accepted, or descriptors ran out.
                if (_stopping) return;
                LogAcceptFailed(failure);
                _pause.Wait(AcceptPause);
            }
        }
    }

    private void Admit(Socket socket)
    {
        if (_stopping || TransportOf(socket) is not { } transport)
        {
            socket.Dispose();
            return;
        }
        var (table, address) = (_context.Connections, transport.Remote.Address);
        if (!table.TryTakePlace(address))
        {
            LogTooMany(transport.Remote, table.Count, table.StrangerCount);
            _turnAway.Take(socket);
            return;
        }
        Connection? connection = null;
        try
        {
            connection = new Connection(transport, _context, ended => table.GiveBack(ended, address, ended.IsStranger));
            table.Add(connection); // known before it runs, so that its end finds it
            connection.Start();
        }
#pragma warning disable CA1031 // no thread to be had (OutOfMemoryException)
        catch (Exception failure)
#pragma warning restore CA1031
        {
            table.GiveBack(connection, address, isStranger: true);
            LogAcceptFailed(failure);
            socket.Dispose();
        }
    }

    /// <summary>Null when it was reset between accept and the first look at it.</summary>
    private TcpTransport? TransportOf(Socket socket)
    {
        try
        {
            return new TcpTransport(socket, _context.Options.SendTimeout);
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private void Tick()
    {
        foreach (var connection in _context.Connections.All) connection.Tick();
    }
}
