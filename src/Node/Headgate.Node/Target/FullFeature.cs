using Headgate.Iscsi;
using Headgate.Iscsi.Pdu;
using Headgate.Iscsi.Text;

namespace Headgate.Node.Target;

/// <summary>What discovery and normal sessions have in common: numbering, NOP, text, logout, Reject.</summary>
internal abstract class FullFeature(Connection connection, SessionParameters parameters, ushort connectionId) : IPduHandler
{
    private readonly CommandNumbers _numbers = connection.Numbers;
    private TextResponder? _text;
    private uint _textTaskTag;
    private Admission _admission;

    /// <summary>The one text exchange under way; any value but Tags.None.</summary>
    private const uint TextTag = 1;

    /// <summary>Pings of ours; their answer needs no matching, any PDU shows that the peer lives.</summary>
    private const uint PingTag = 2;

    /// <summary>Longest part of a text answer, however long a segment the initiator takes (up to 16 MiB): the longest of our own.</summary>
    private const int TextPartBytesMax = Limits.MaxRecvDataSegmentBytes;

    private enum Admission
    {
        Taken,
        Ignored,
        Broken,
    }

    public Connection Connection { get; } = connection;

    public SessionParameters Parameters { get; } = parameters;

    /// <summary>Longest data segment that the initiator takes now.</summary>
    public int InitiatorMaxRecvBytes { get; private set; } = parameters.InitiatorMaxRecvBytes;

    public int MaxDataBytes => Math.Max(Parameters.TargetMaxRecvBytes, Limits.LoginDataBytes);

    protected ReplyPump Pump => Connection.Pump;

    public CommandNumbers Numbers => _numbers;

    /// <summary>CID of its only connection.</summary>
    public ushort ConnectionId { get; } = connectionId;

    /// <summary>Set once the session is to end whatever else comes.</summary>
    protected bool IsClosing { get; set; }

    public Memory<byte> Place(BasicHeader header, ReadOnlySpan<byte> additionalHeaders)
    {
        _admission = HasCmdSn(header.Opcode) ? Admit(header) : Admission.Taken;
        return _admission == Admission.Taken ? PlaceData(header, additionalHeaders) : default;
    }

    public bool Handle(BasicHeader header, ReadOnlySpan<byte> data, bool isDataIntact)
    {
        if (_admission == Admission.Broken) Reject(header, RejectReason.ProtocolError);
        if (_admission != Admission.Taken || IsClosing) return _admission == Admission.Ignored && !IsClosing;
        if (!isDataIntact) Reject(header, RejectReason.DataDigestError); // RFC 7143 section 7.8; the task fails below
        switch (header.Opcode)
        {
            case Opcode.ScsiCommand or Opcode.DataOut or Opcode.TaskManagement:
                return HandleScsi(header, isDataIntact);
            case Opcode.NopOut or Opcode.Text or Opcode.Logout when !isDataIntact:
                return true;
            case Opcode.NopOut:
                return HandleNopOut(header, data);
            case Opcode.Text:
                return HandleText(header, data);
            case Opcode.Logout:
                return HandleLogout(header);
            case Opcode.Snack: // error recovery level 0 keeps nothing to send again
                Reject(header, RejectReason.SnackReject);
                return true;
            case Opcode.Login:
                Reject(header, RejectReason.ProtocolError);
                return false;
            default:
                Reject(header, RejectReason.CommandNotSupported);
                return true;
        }
    }

    public abstract void OnClosed();

    /// <summary>Whether no Data-Out has come for so long although some is due. Any thread, one at a time.</summary>
    public virtual bool IsDataOutLate(TimeSpan deadline) => false;

    /// <summary>A NOP-In that the initiator has to answer (section 11.19).</summary>
    public void Ping()
    {
        var ping = Pump.Rent(usesStatSn: false);
        ResponseHeader.WriteNopIn(ping.Header, lun: 0, Tags.None, PingTag, dataBytes: 0, default);
        Pump.Post(ping);
    }

    protected abstract IEnumerable<DiscoveredTarget> VisibleTargets();

    /// <summary>Where the data of a SCSI command or Data-Out goes; called in the order of commands.</summary>
    protected abstract Memory<byte> PlaceData(BasicHeader header, ReadOnlySpan<byte> additionalHeaders);

    /// <summary>SCSI Command, Data-Out and Task Management. False ends the connection.</summary>
    protected abstract bool HandleScsi(BasicHeader header, bool isDataIntact);

    protected void Reject(BasicHeader header, RejectReason reason)
    {
        var reject = Pump.Rent(usesStatSn: true);
        ResponseHeader.WriteReject(reject.Header, reason, default);
        reject.Data = header.ToArray();
        Pump.Stage(reject);
        Connection.LogRejected(header.Opcode, reason);
    }

    private static bool HasCmdSn(byte opcode) => opcode is not (Opcode.DataOut or Opcode.Snack or Opcode.Login);

    private Admission Admit(BasicHeader header)
    {
        if (header.IsImmediate) return Admission.Taken;
        // Outside the window: ignored in silence (section 4.2.2.1), the connection lives.
        if (!_numbers.IsInWindow(header.CmdSn)) return Admission.Ignored;
        // A gap within it cannot be filled any more: there is one connection, in order, and no recovery at level 0.
        if (header.CmdSn != _numbers.ExpCmdSn) return Admission.Broken;
        if (header.Opcode != Opcode.ScsiCommand) _numbers.Accept(); // a SCSI command first takes its place
        return Admission.Taken;
    }

    private bool HandleNopOut(BasicHeader header, ReadOnlySpan<byte> data)
    {
        if (header.InitiatorTaskTag == Tags.None) return true; // answers a ping of ours, or wants no answer
        var echo = data[..Math.Min(data.Length, InitiatorMaxRecvBytes)].ToArray();
        var answer = Pump.Rent(usesStatSn: true);
        ResponseHeader.WriteNopIn(answer.Header, header.Lun, header.InitiatorTaskTag, Tags.None, echo.Length, default);
        answer.Data = echo;
        Pump.Stage(answer);
        return true;
    }

    private bool HandleText(BasicHeader header, ReadOnlySpan<byte> data)
    {
        var request = new TextRequest(header);
        if (request.TargetTransferTag == Tags.None)
            (_text, _textTaskTag) = (new TextResponder(VisibleTargets, this is DiscoverySession), header.InitiatorTaskTag);
        // An exchange keeps its task tag, and none that goes on with the C bit is final (section 11.10.2).
        var inTurn = _text is not null && request.TargetTransferTag is Tags.None or TextTag
            && header.InitiatorTaskTag == _textTaskTag && _textTaskTag != Tags.None && !(request.IsFinal && request.Continues);
        if (!inTurn || _text!.Handle(request.Continues, data) == TextVerdict.Reject)
        {
            _text = null;
            Reject(header, RejectReason.ProtocolError);
            return true;
        }
        InitiatorMaxRecvBytes = _text.DeclaredMaxRecvBytes ?? InitiatorMaxRecvBytes;
        var part = _text.TakePart(Math.Min(InitiatorMaxRecvBytes, TextPartBytesMax)).ToArray();
        var goesOn = _text.HasMore;
        var isFinal = request.IsFinal && !goesOn && !request.Continues;
        var answer = Pump.Rent(usesStatSn: true);
        ResponseHeader.WriteTextResponse(
            answer.Header, header.InitiatorTaskTag, isFinal, goesOn, isFinal ? Tags.None : TextTag, part.Length, default);
        answer.Data = part;
        Pump.Stage(answer);
        if (isFinal) _text = null;
        return true;
    }

    private bool HandleLogout(BasicHeader header)
    {
        var request = new LogoutRequest(header);
        if (request.Reason > LogoutReason.RemoveConnectionForRecovery)
        {
            Reject(header, RejectReason.InvalidPduField);
            return true;
        }
        var response = request.Reason switch
        {
            LogoutReason.CloseSession => LogoutResponse.Closed,
            LogoutReason.RemoveConnectionForRecovery => LogoutResponse.RecoveryNotSupported,
            _ => request.ConnectionId == ConnectionId ? LogoutResponse.Closed : LogoutResponse.ConnectionNotFound,
        };
        var answer = Pump.Rent(usesStatSn: true);
        ResponseHeader.WriteLogoutResponse(answer.Header, header.InitiatorTaskTag, response, default);
        Pump.Stage(answer);
        return response != LogoutResponse.Closed;
    }
}
