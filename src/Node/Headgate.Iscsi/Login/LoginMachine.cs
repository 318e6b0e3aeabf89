using System.Buffers;
using System.Globalization;
using Headgate.Iscsi.Chap;
using Headgate.Iscsi.Pdu;
using Headgate.Iscsi.Text;

namespace Headgate.Iscsi.Login;

/// <summary>
/// Login of one connection as pure code: request in, reply out (RFC 7143 section 6.3).
/// </summary>
/// <remarks>
/// <code>
///   first request ─ CSG=0 ─▶ Security ── NSG=1 ──▶ Operational ── NSG=3 ──▶ full feature
///         │                     └────────── NSG=3 ─────────────────────────▶ full feature
///         └─────── CSG=1 ───────────────────────▶ Operational
/// </code>
/// Leaving security (or starting behind it) is where the initiator is checked against the target.
/// </remarks>
/// <param name="policy">The world around.</param>
/// <param name="challenge">Fresh random bytes for CHAP.</param>
/// <param name="challengeIdentifier">A random byte for CHAP.</param>
/// <param name="portalGroupTag">TargetPortalGroupTag of the portal.</param>
public sealed class LoginMachine(
    ILoginPolicy policy, ReadOnlyMemory<byte> challenge, byte challengeIdentifier, ushort portalGroupTag)
{
    private readonly TextAccumulator _text = new();
    private readonly HashSet<string> _answered = [];
    private Negotiator _negotiator = new(isDiscovery: false);
    private ChapExchange? _chap;
    private int? _stage;
    private bool _identified;
    private bool _authNone;
    private bool _authorized;
    private int _exchanges;

    public LoginIdentity Identity { get; } = new();

    /// <summary>Of the first request.</summary>
    public ulong Isid { get; private set; }

    /// <summary>CID of the first request.</summary>
    public ushort ConnectionId { get; private set; }

    /// <summary>TSIH of the first request: 0 for a new session, else of the one that the login goes on with.</summary>
    public ushort Tsih { get; private set; }

    /// <summary>Connection reinstatement: the login takes the place of its session's connection (RFC 7143 section 6.3.4).</summary>
    public bool IsReinstatement => Tsih != 0;

    public string? ProvenUser => _chap?.ProvenUser;

    /// <summary>The CHAP user that was named, proven or not.</summary>
    public string? ClaimedUser => _chap?.ClaimedUser;

    public ChapAlgorithm? ChapAlgorithm => _chap?.Algorithm;

    public bool IsMutualChap => _chap?.IsMutual ?? false;

    /// <summary>What is agreed so far; all of it once a reply is complete.</summary>
    public SessionParameters Parameters => _negotiator.Result();

    /// <summary>Takes one login request, its data segment whole.</summary>
    public LoginReply Handle(BasicHeader header, ReadOnlySpan<byte> data)
    {
        var request = new LoginRequest(header);
        if (CheckHeader(request) is { Status: not LoginStatus.Success } bad) return bad;
        if (!_text.TryAdd(data))
            return Refuse(LoginStatus.InitiatorError, $"its negotiation is longer than {Limits.NegotiationBytes} bytes.");
        if (request.Continues) return Reply([], request, transit: false);

        var pairs = TextPairs.Parse(_text.Bytes, out var problem);
        _text.Clear();
        return pairs is null ? Refuse(LoginStatus.InitiatorError, problem!) : Step(request, pairs);
    }

    private LoginReply CheckHeader(LoginRequest request)
    {
        if (request.VersionMin > 0)
            return Refuse(LoginStatus.UnsupportedVersion, $"it wants protocol version {request.VersionMin} or later; there is only 0.");
        if (++_exchanges > Limits.LoginExchanges)
            return Refuse(LoginStatus.InitiatorError, $"its login took more than {Limits.LoginExchanges} requests.");
        if (request.WantsTransit && request.Continues)
            return Refuse(LoginStatus.InitiatorError, "bits T and C are both set.");

        if (_stage is null) (Isid, ConnectionId, Tsih) = (request.Isid, request.ConnectionId, request.Tsih);
        else if ((Isid, ConnectionId, Tsih) != (request.Isid, request.ConnectionId, request.Tsih))
            return Refuse(LoginStatus.InvalidDuringLogin, "its ISID, TSIH or CID changed during login.");

        var (current, next) = (request.CurrentStage, request.NextStage);
        if (current is not (LoginStage.Security or LoginStage.Operational) || current != (_stage ?? current))
            return Refuse(LoginStatus.InvalidDuringLogin, $"it is in stage {current}, the target in stage {_stage}.");
        if (request.WantsTransit && (next <= current || next is not (LoginStage.Operational or LoginStage.FullFeature)))
            return Refuse(LoginStatus.InitiatorError, $"it wants to go from stage {current} to {next}.");
        _stage = current;
        return default;
    }

    private LoginReply Step(LoginRequest request, List<KeyValuePair<string, string>> pairs)
    {
        var rest = new Dictionary<string, string>();
        foreach (var (key, value) in pairs)
        {
            if (Identity.TryTake(key, value, out var wrong))
            {
                if (wrong is not null) return Refuse(LoginStatus.InitiatorError, wrong);
                continue;
            }
            // Section 6.2: a key is negotiated once; only MaxRecvDataSegmentLength may be declared again.
            var again = !rest.TryAdd(key, value) || (!_answered.Add(key) && key != "MaxRecvDataSegmentLength");
            if (again) return Refuse(LoginStatus.InitiatorError, $"it sent {key} twice.");
        }

        var output = new List<KeyValuePair<string, string>>();
        if (!_identified && Identify(request, output) is { Status: not LoginStatus.Success } unidentified) return unidentified;

        var reply = _stage == LoginStage.Security ? Security(request, rest, output) : Operational(request, rest, output);
        return reply;
    }

    private LoginReply Identify(LoginRequest request, List<KeyValuePair<string, string>> output)
    {
        var existing = IsReinstatement && Identity.InitiatorName is { } initiator ? policy.FindSession(initiator, Isid, Tsih) : null;
        if (existing is not null) Identity.Assume(existing.TargetName);
        var (status, problem) = Identity.Check();
        if (status != LoginStatus.Success) return Refuse(status, problem!);
        if (IsReinstatement && WhyNotIn(existing) is { Status: not LoginStatus.Success } refused) return refused;
        if (!Identity.IsDiscovery && policy.FindRedirection(Identity.TargetName!, isAuthorized: false) is { } elsewhere)
            return SendTo(elsewhere);

        _identified = true;
        _negotiator = new Negotiator(Identity.IsDiscovery, existing?.Parameters);
        if (!Identity.IsDiscovery)
            output.Add(new("TargetPortalGroupTag", portalGroupTag.ToString(CultureInfo.InvariantCulture)));
        return default;
    }

    /// <summary>A login goes on with a session only in the place of its connection: there is one (MaxConnections).</summary>
    private LoginReply WhyNotIn(ExistingSession? session) => session switch
    {
        null => Refuse(LoginStatus.SessionDoesNotExist, $"it names session {Tsih}, which does not exist."),
        _ when Identity.IsDiscovery || session.TargetName != Identity.TargetName =>
            Refuse(LoginStatus.CannotIncludeInSession, $"session {Tsih} is one with {session.TargetName}."),
        _ when session.ConnectionId != ConnectionId =>
            Refuse(LoginStatus.TooManyConnections, "it wants a second connection in its session; MaxConnections is 1."),
        _ => default,
    };

    private LoginReply SendTo(Redirection elsewhere)
    {
        var text = new ArrayBufferWriter<byte>();
        TextPairs.Append(text, "TargetAddress", elsewhere.Address);
        var status = elsewhere.IsPermanent ? LoginStatus.MovedPermanently : LoginStatus.MovedTemporarily;
        return Refuse(status, $"it is sent on to {elsewhere.Address}.") with { Text = text.WrittenMemory };
    }

    private LoginReply Security(
        LoginRequest request, Dictionary<string, string> keys, List<KeyValuePair<string, string>> output)
    {
        if (keys.Remove("AuthMethod", out var offered))
        {
            if (ChooseMethod(offered) is not { } method)
                return Refuse(LoginStatus.AuthenticationFailure, $"it offers AuthMethod={Shorten(offered)}, the target wants CHAP.");
            output.Add(new("AuthMethod", method));
        }

        var chapKeys = keys.Where(pair => pair.Key.StartsWith("CHAP_", StringComparison.Ordinal)).ToDictionary();
        foreach (var (key, value) in keys)
        {
            if (chapKeys.ContainsKey(key)) continue;
            if (Negotiator.Knows(key)) return Refuse(LoginStatus.InitiatorError, $"{key} does not belong to the security stage.");
            if (value is not (Negotiator.NotUnderstood or Negotiator.Irrelevant or Negotiator.Reject))
                output.Add(new(key, Negotiator.NotUnderstood));
        }

        if (_chap is { } chap)
        {
            if (chap.Answer(chapKeys, out var why) is not { } answer) return Refuse(LoginStatus.AuthenticationFailure, why + ".");
            output.AddRange(answer);
        }
        else if (chapKeys.Count > 0)
        {
            return Refuse(LoginStatus.AuthenticationFailure, "it sent CHAP keys without AuthMethod=CHAP agreed.");
        }
        if (!request.WantsTransit || (_chap is { ProvenUser: null })) return Reply(output, request, transit: false);
        return Authorize() is { Status: not LoginStatus.Success } refused ? refused : Reply(output, request, transit: true);
    }

    /// <summary>
    /// The first that will do, as section 6.2.1 asks: an initiator that would rather prove itself may, and so sees in
    /// discovery what its user may see. Null when none will do.
    /// </summary>
    private string? ChooseMethod(string offered)
    {
        foreach (var method in offered.Split(','))
        {
            if (method == "CHAP")
            {
                _chap = new ChapExchange(challenge, challengeIdentifier, user => policy.FindChapAccount(user, Identity.InitiatorName!));
                return method;
            }
            if (method != "None" || policy.RequiresChap(Identity.InitiatorName!, Identity.TargetName)) continue;
            _authNone = true;
            return method;
        }
        return null;
    }

    private LoginReply Operational(
        LoginRequest request, Dictionary<string, string> keys, List<KeyValuePair<string, string>> output)
    {
        if (Authorize() is { Status: not LoginStatus.Success } refused) return refused;
        if (keys.ContainsKey("SendTargets")) return Refuse(LoginStatus.InitiatorError, "SendTargets does not belong into a login.");
        // Whether FirstBurstLength matters, and how much it may be, depends on the other keys, wherever they stand.
        foreach (var (key, value) in keys.OrderBy(pair => pair.Key == "FirstBurstLength"))
            if (_negotiator.Answer(key, value) is { } answer) output.Add(new(key, answer));
        if (_negotiator.Declare() is { } ours) output.Add(new("MaxRecvDataSegmentLength", ours));
        return Reply(output, request, request.WantsTransit);
    }

    private LoginReply Authorize()
    {
        if (_authorized) return default;
        var proven = ProvenUser is not null;
        if (!proven && !_authNone && policy.RequiresChap(Identity.InitiatorName!, Identity.TargetName))
            return Refuse(LoginStatus.AuthenticationFailure, "it skipped authentication, and the target wants CHAP.");
        if (!Identity.IsDiscovery)
        {
            var status = policy.Authorize(Identity.InitiatorName!, ProvenUser, Identity.TargetName!);
            if (status != LoginStatus.Success) return Refuse(status, Reason(status));
            if (policy.FindRedirection(Identity.TargetName!, isAuthorized: true) is { } elsewhere) return SendTo(elsewhere);
        }
        _authorized = true;
        return default;
    }

    private static string Reason(LoginStatus status) => status switch
    {
        LoginStatus.NotFound => "there is no such target.",
        LoginStatus.AuthorizationFailure => "the target is not for this initiator.",
        _ => "the target cannot be served now.",
    };

    private LoginReply Reply(List<KeyValuePair<string, string>> pairs, LoginRequest request, bool transit)
    {
        var text = new ArrayBufferWriter<byte>();
        foreach (var (key, value) in pairs) TextPairs.Append(text, key, value);
        var stage = _stage!.Value;
        if (transit) _stage = request.NextStage;
        return new LoginReply(LoginStatus.Success, stage, transit ? request.NextStage : 0, transit, text.WrittenMemory, null);
    }

    private LoginReply Refuse(LoginStatus status, string problem) => new(status, _stage ?? 0, 0, false, default, problem);

    // What strangers send goes into events: keep it short.
    private static string Shorten(string value) => value.Length <= 40 ? value : value[..40] + "…";
}
