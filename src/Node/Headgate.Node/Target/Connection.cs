using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Headgate.Iscsi.Pdu;
using Headgate.Iscsi.Text;
using Microsoft.Extensions.Logging;

namespace Headgate.Node.Target;

/// <summary>
/// One connection and its thread: blocking receive, PDUs parsed in place, all whole ones handled, then the replies sent
/// at once. The socket never sees an asynchronous call. What the PDUs mean is its handler's business.
/// </summary>
internal sealed partial class Connection
{
    /// <summary>A send that gets nowhere for so long means a dead peer; only the connection's own threads wait for it.</summary>
    private const int SendTimeoutMillis = 30_000;

    private readonly Socket _socket;
    private readonly TargetContext _context;
    private readonly Action<Connection> _onEnded;
    private readonly ReceiveBuffer _received;
    private readonly ILogger _logger;
    private readonly long _accepted;
    private IPduHandler _handler;
    private FullFeature? _fullFeature;
    private bool _headerDigest;
    private bool _dataDigest;
    private long _lastReceived;
    private bool _pinged;
    private string? _abortReason;

    public Connection(Socket socket, TargetContext context, Action<Connection> onEnded)
    {
        (_socket, _context, _onEnded, _logger) = (socket, context, onEnded, context.Logger);
        socket.NoDelay = true;
        socket.SendTimeout = SendTimeoutMillis;
        Remote = Plain(socket.RemoteEndPoint!);
        Local = Plain(socket.LocalEndPoint!);
        Pump = new ReplyPump(socket, Numbers, broken => Abort(broken.Message));
        _received = new ReceiveBuffer(socket, Pump.Flush, NoteReceived);
        _accepted = _lastReceived = context.Clock.GetTimestamp();
        _handler = new LoginPhase(context, this);
    }

    public IPEndPoint Remote { get; }

    public IPEndPoint Local { get; }

    /// <summary>Address and tag that discovery tells: <c>HOST:PORT,1</c>.</summary>
    public string AdvertisedAddress => $"{_context.Options.AdvertisedAddress ?? Local.ToString()},{TargetContext.PortalGroupTag}";

    public CommandNumbers Numbers { get; } = new();

    public ReplyPump Pump { get; }

    /// <summary>Time stamp of the last bytes from the peer.</summary>
    public long LastReceived => Volatile.Read(ref _lastReceived);

    public bool IsInLogin => _fullFeature is null;

    /// <summary>Starts the thread. Parsing needs little stack, and logical units plan commands without recursion.</summary>
    public void Start() =>
        new Thread(Run, maxStackSize: 512 * 1024) { IsBackground = true, Name = "iscsi-conn" }.Start();

    /// <summary>Login is over: the next PDU belongs to <paramref name="handler"/>.</summary>
    public void Enter(FullFeature handler, SessionParameters parameters)
    {
        _handler = handler;
        (_headerDigest, _dataDigest) = (parameters.HeaderDigest, parameters.DataDigest);
        Volatile.Write(ref _fullFeature, handler);
    }

    /// <summary>Ends the connection. Any thread, any time, more than once; does not wait.</summary>
    public void Abort(string reason)
    {
        Interlocked.CompareExchange(ref _abortReason, reason, null);
        try
        {
            _socket.Shutdown(SocketShutdown.Both); // wakes the thread; it closes the socket itself
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // It has ended by itself in the meantime.
        }
    }

    /// <summary>Looks after deadlines, once a second: login, silence, the answer to a ping.</summary>
    public void Tick()
    {
        var options = _context.Options;
        if (Volatile.Read(ref _fullFeature) is not { } session)
        {
            if (_context.Clock.GetElapsedTime(_accepted) >= options.LoginDeadline) Abort("login took too long");
            return;
        }
        if (options.PingAfter <= TimeSpan.Zero) return;
        var silence = _context.Clock.GetElapsedTime(LastReceived);
        if (silence < options.PingAfter) _pinged = false;
        else if (silence >= options.PingAfter + options.PingTimeout) Abort("the peer does not answer");
        else if (!_pinged)
        {
            _pinged = true;
            session.Ping();
        }
    }

    private void Run()
    {
        try
        {
            ReceivePdus();
        }
        catch (SocketException gone)
        {
            Interlocked.CompareExchange(ref _abortReason, gone.Message, null);
        }
#pragma warning disable CA1031 // whatever a peer can provoke ends its own connection, never the process
        catch (Exception bug)
#pragma warning restore CA1031
        {
            LogConnectionThrew(bug, Remote);
        }
        End();
    }

    private void End()
    {
        TryStep(Pump.Flush); // a last word, if the kernel takes it
        Abort("closed");
        TryStep(Pump.Close);
        TryStep(_handler.OnClosed); // whatever came before, else its session stays in the registry for ever
        _socket.Dispose();
        LogConnectionEnded(Remote, _abortReason ?? "closed");
        _onEnded(this);
    }

    private void TryStep(Action step)
    {
        try
        {
            step();
        }
#pragma warning disable CA1031 // as in Run
        catch (Exception bug)
#pragma warning restore CA1031
        {
            LogConnectionThrew(bug, Remote);
        }
    }

    private void ReceivePdus()
    {
        Span<byte> head = stackalloc byte[BasicHeader.Size + BasicHeader.MaxAhsBytes];
        while (TryReadHead(head, out var header))
        {
            // The header is a copy by now: reading data may move what is in the buffer.
            var data = _handler.Place(header, head.Slice(BasicHeader.Size, header.AhsByteCount));
            PooledBuffer scratch = default;
            if (data.IsEmpty && header.DataByteCount > 0)
            {
                scratch = _context.Buffers.Rent(header.DataByteCount);
                data = scratch.Memory[..header.DataByteCount];
            }
            var goesOn = TryReadData(data.Span, out var isIntact) && _handler.Handle(header, data.Span, isIntact);
            if (scratch.Length > 0) _context.Buffers.Return(scratch);
            if (!goesOn) return;
            Pump.WaitForRoom();
        }
    }

    private bool TryReadHead(Span<byte> head, out BasicHeader header)
    {
        header = default;
        if (!_received.Ensure(BasicHeader.Size)) return false;
        if (BasicHeader.TryRead(_received.Available, _handler.MaxDataBytes, out var seen) != OperationStatus.Done)
        {
            LogTooLong(Remote, seen.Opcode, seen.DataByteCount, _handler.MaxDataBytes);
            return false;
        }
        var bytes = BasicHeader.Size + seen.AhsByteCount;
        var digestBytes = _headerDigest ? Crc32C.Size : 0;
        if (!_received.Ensure(bytes + digestBytes)) return false;

        _received.Available[..bytes].CopyTo(head);
        // A wrong header digest means that we cannot trust even the length: RFC 7143 section 7.7, the connection ends.
        if (_headerDigest && !IsDigestOf(head[..bytes], [], _received.Available.Slice(bytes, digestBytes)))
        {
            LogHeaderDigest(Remote);
            return false;
        }
        _received.Skip(bytes + digestBytes);
        return BasicHeader.TryRead(head, int.MaxValue, out header) == OperationStatus.Done;
    }

    private bool TryReadData(Span<byte> data, out bool isIntact)
    {
        isIntact = true;
        if (data.IsEmpty) return true;
        if (!_received.CopyTo(data)) return false;
        var padding = -data.Length & 3;
        var trailerBytes = padding + (_dataDigest ? Crc32C.Size : 0);
        if (!_received.Ensure(trailerBytes)) return false;
        var trailer = _received.Available[..trailerBytes];
        isIntact = !_dataDigest || IsDigestOf(data, trailer[..padding], trailer[padding..]);
        _received.Skip(trailerBytes);
        return true;
    }

    private static bool IsDigestOf(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> padding, ReadOnlySpan<byte> digest)
    {
        var crc = new Crc32C();
        crc.Append(bytes);
        crc.Append(padding);
        return crc.Matches(digest);
    }

    private void NoteReceived() => Volatile.Write(ref _lastReceived, _context.Clock.GetTimestamp());

    private static IPEndPoint Plain(EndPoint endPoint)
    {
        var ip = (IPEndPoint)endPoint;
        return ip.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(ip.Address.MapToIPv4(), ip.Port) : ip;
    }
}
