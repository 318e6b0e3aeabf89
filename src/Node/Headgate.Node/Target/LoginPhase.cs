using System.Security.Cryptography;
using Headgate.Iscsi;
using Headgate.Iscsi.Login;
using Headgate.Iscsi.Pdu;

namespace Headgate.Node.Target;

/// <summary>A connection until it is logged in: <see cref="LoginMachine"/> decides, this sends, and makes the session.</summary>
internal sealed class LoginPhase : IPduHandler
{
    /// <summary>The longest hash of CHAP has 32 bytes; a challenge as long loses nothing of it.</summary>
    private const int ChallengeBytes = 32;

    private readonly TargetContext _context;
    private readonly Connection _connection;
    private readonly LoginPolicy _policy;
    private readonly LoginMachine _machine;
    private bool _started;

    public LoginPhase(TargetContext context, Connection connection)
    {
        (_context, _connection) = (context, connection);
        _policy = new LoginPolicy(context, connection);
        var random = RandomNumberGenerator.GetBytes(ChallengeBytes + 1);
        _machine = new LoginMachine(_policy, random.AsMemory(1), random[0], PortalMap.GroupTag);
    }

    public int MaxDataBytes => Limits.LoginDataBytes;

    public Memory<byte> Place(BasicHeader header, ReadOnlySpan<byte> additionalHeaders) => default;

    public bool Handle(BasicHeader header, ReadOnlySpan<byte> data, bool isDataIntact)
    {
        if (header.Opcode != Opcode.Login) return false;
        if (!_started) _connection.Numbers.Start(header.CmdSn);
        _started = true;

        var reply = _machine.Handle(header, data);
        var request = new LoginRequest(header);
        if (reply.Status != LoginStatus.Success) return Refuse(header, request, reply);
        if (!reply.IsComplete)
        {
            Send(header, request, reply, tsih: 0, whenFormed: null);
            return true;
        }
        return _machine.Identity.IsDiscovery ? EnterDiscovery(header, request, reply) : EnterSession(header, request, reply);
    }

    public void OnClosed()
    {
    }

    private bool EnterDiscovery(BasicHeader header, LoginRequest request, LoginReply reply)
    {
        var (name, user) = (_machine.Identity.InitiatorName!, _machine.ProvenUser);
        // A discovery session has no ISID rule to keep and no nexus: any TSIH but 0 will do (RFC 7143 section 11.13.3).
        var session = new DiscoverySession(_context, _connection, _machine.Parameters, _machine.ConnectionId, name, user);
        Send(header, request, reply, tsih: 1, BeginFullFeature(session));
        return true;
    }

    private bool EnterSession(BasicHeader header, LoginRequest request, LoginReply reply)
    {
        var volume = _policy.Volume!;
        var session = new Session(_context, _connection, volume, _machine);
        if (_machine.IsReinstatement && !_context.Sessions.TryTakeOver(session, _machine.Tsih))
            return Refuse(header, request, LoginStatus.SessionDoesNotExist, "the session that it names has just ended.");
        if (!_machine.IsReinstatement && !_context.Sessions.TryAdmit(session))
            return Refuse(header, request, LoginStatus.ServiceUnavailable, "the session that it would take the place of has not ended yet.");

        var status = OpenSession(session, volume);
        if (status != LoginStatus.Success)
        {
            session.OnClosed();
            return Refuse(header, request, status, "its access ended while it logged in, or the session could not be opened.");
        }
        Send(header, request, reply, session.Tsih, BeginFullFeature(session));
        return true;
    }

    private LoginStatus OpenSession(Session session, VolumeRuntime volume)
    {
        try
        {
            // Access may have gone between the first check and the session's entry in the registry: whoever took it away
            // has either found the session there, or is found by this second look.
            var status = _policy.Authorize(_machine.Identity.InitiatorName!, _machine.ProvenUser, volume.TargetName);
            if (status == LoginStatus.Success && _policy.Volume != volume) return LoginStatus.ServiceUnavailable;
            if (status == LoginStatus.Success) session.Open();
            return status;
        }
#pragma warning disable CA1031 // a bug must not leave a session behind that has no connection to end it
        catch (Exception bug)
#pragma warning restore CA1031
        {
            _connection.LogLoginThrew(bug);
            return LoginStatus.TargetError;
        }
    }

    /// <summary>Digests begin with the first PDU of the full feature phase (section 13.1), in both directions.</summary>
    private Action BeginFullFeature(FullFeature handler)
    {
        var parameters = _machine.Parameters;
        _connection.Enter(handler, parameters);
        var writer = _connection.Pump.Writer;
        return () => (writer.HeaderDigest, writer.DataDigest) = (parameters.HeaderDigest, parameters.DataDigest);
    }

    private bool Refuse(BasicHeader header, LoginRequest request, LoginStatus status, string problem) =>
        Refuse(header, request, new LoginReply(status, request.CurrentStage, 0, false, default, problem));

    private bool Refuse(BasicHeader header, LoginRequest request, LoginReply refusal)
    {
        var identity = _machine.Identity;
        _context.Events.Refused(
            refusal.Status, identity.InitiatorName, identity.TargetName, _connection.Remote, _machine.ClaimedUser, refusal.Problem!);
        _connection.LogLoginRefused(identity.InitiatorName, identity.TargetName, refusal.Status, refusal.Problem!);
        Send(header, request, refusal with { CurrentStage = request.CurrentStage }, request.Tsih, whenFormed: null);
        return false;
    }

    private void Send(BasicHeader header, LoginRequest request, LoginReply reply, ushort tsih, Action? whenFormed)
    {
        // StatSN is not valid in a refusal (section 11.13.4), but harmless.
        var response = _connection.Pump.Rent(usesStatSn: true);
        ResponseHeader.WriteLoginResponse(
            response.Header, header.InitiatorTaskTag, reply.Transit, reply.CurrentStage, reply.NextStage, request.Isid,
            tsih, (ushort)reply.Status, reply.Text.Length, default);
        (response.Data, response.WhenFormed) = (reply.Text, whenFormed);
        _connection.Pump.Stage(response);
    }
}
