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
    private readonly ITransport _transport;
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
    private volatile bool _isAway;
    private bool _hasHeader;
    private long _pduBegan = NoPdu;
    private string? _abortReason;

    /// <summary>No PDU has begun and not ended. A time stamp is not below 0.</summary>
    private const long NoPdu = -1;

    public Connection(ITransport transport, TargetContext context, Action<Connection> onEnded)
    {
        (_transport, _context, _onEnded, _logger) = (transport, context, onEnded, context.Logger);
        Pump = new ReplyPump(transport, Numbers, broken => Abort(broken.Message));
        _received = new ReceiveBuffer(transport, BeforeWait, NoteReceived);
        _accepted = _lastReceived = context.Clock.GetTimestamp();
        _handler = new LoginPhase(context, this);
    }

    public IPEndPoint Remote => _transport.Remote;

    public IPEndPoint Local => _transport.Local;

    /// <summary>Addresses and tags that discovery tells: <c>HOST:PORT,1</c>.</summary>
    public IReadOnlyList<string> AdvertisedAddresses => _context.Portals.ToldAt(Local);

    public CommandNumbers Numbers { get; } = new();

    public ReplyPump Pump { get; }

    /// <summary>Time stamp of the last bytes from the peer.</summary>
    public long LastReceived => Volatile.Read(ref _lastReceived);

    /// <summary>Whether all that has come was looked at. On the connection's thread.</summary>
    public bool IsDrained => _received.Available.IsEmpty;

    /// <summary>Whether more has come meanwhile. On the connection's thread.</summary>
    public bool HasMore => _transport.HasBytes;

    /// <summary>Its thread goes to the medium: until <see cref="NoteBack"/> it receives nothing, and no peer is called silent for that.</summary>
    public void NoteAway() => _isAway = true;

    /// <summary>Its thread receives again; what came meanwhile is on its way.</summary>
    public void NoteBack()
    {
        NoteReceived();
        _isAway = false;
    }

    /// <summary>In login, or in a discovery session, which anybody gets.</summary>
    public bool IsStranger => Volatile.Read(ref _fullFeature) is not Session;

    /// <summary>Starts the thread. Parsing needs little stack, and logical units plan commands without recursion.</summary>
    public void Start() =>
        new Thread(Run, maxStackSize: 512 * 1024) { IsBackground = true, Name = "iscsi-conn" }.Start();

    /// <summary>Login is over: the next PDU belongs to <paramref name="handler"/>.</summary>
    public void Enter(FullFeature handler, SessionParameters parameters)
    {
        _handler = handler;
        (_headerDigest, _dataDigest) = (parameters.HeaderDigest, parameters.DataDigest);
        if (handler is Session) _context.Connections.Trust(Remote.Address);
        Volatile.Write(ref _fullFeature, handler);
    }

    /// <summary>Ends the connection. Any thread, any time, more than once; does not wait.</summary>
    public void Abort(string reason)
    {
        Interlocked.CompareExchange(ref _abortReason, reason, null);
        _transport.Shutdown(); // wakes the thread; it closes the socket itself
    }

    /// <summary>Looks after deadlines, once a second.</summary>
    public void Tick()
    {
        if (LateFor(_context.Options) is { } late) Abort(late);
        else if (Volatile.Read(ref _fullFeature) is { } session) Ping(session, _context.Options);
    }

    /// <summary>The deadline that has passed, or null.</summary>
    private string? LateFor(IscsiTargetOptions options)
    {
        var session = Volatile.Read(ref _fullFeature);
        var age = _context.Clock.GetElapsedTime(_accepted);
        if (session is null) return age >= options.LoginDeadline ? "login took too long" : null;
        if (session is DiscoverySession && age >= options.DiscoveryDeadline) return "discovery took too long";
        var began = Volatile.Read(ref _pduBegan);
        if (began != NoPdu && _context.Clock.GetElapsedTime(began) >= options.PduDeadline) return "a PDU took too long to come";
        return session.IsDataOutLate(options.DataOutDeadline) ? "data that is due does not come" : null;
    }

    private void Ping(FullFeature session, IscsiTargetOptions options)
    {
        if (options.PingAfter <= TimeSpan.Zero || _isAway) return;
        var silence = _context.Clock.GetElapsedTime(LastReceived);
        if (silence < options.PingAfter) _pinged = false;
        else if (silence >= options.PingAfter + options.PingTimeout) Abort("the peer does not answer");
        else if (!_pinged)
        {
            _pinged = true;
            session.Ping();
        }
    }

    /// <summary>The connection from its first byte to its end, on the calling thread.</summary>
    public void Run()
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
        _transport.Dispose();
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
            EndPdu();
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
        _hasHeader = true;
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

    private void BeforeWait()
    {
        Pump.Flush();
        var isWithinPdu = _hasHeader || !_received.Available.IsEmpty;
        if (isWithinPdu && _pduBegan == NoPdu) Volatile.Write(ref _pduBegan, LastReceived);
    }

    private void EndPdu()
    {
        _hasHeader = false;
        if (_pduBegan != NoPdu) Volatile.Write(ref _pduBegan, NoPdu);
    }

    private void NoteReceived() => Volatile.Write(ref _lastReceived, _context.Clock.GetTimestamp());
}
