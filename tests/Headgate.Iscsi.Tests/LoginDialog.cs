using System.Buffers;
using System.Buffers.Binary;
using Headgate.Iscsi.Chap;
using Headgate.Iscsi.Login;
using Headgate.Iscsi.Pdu;
using Headgate.Iscsi.Text;

namespace Headgate.Iscsi.Tests;

/// <summary>An initiator's side of a login with the machine, without a network.</summary>
internal sealed class LoginDialog : ILoginPolicy
{
    public static readonly byte[] Challenge = [.. Enumerable.Range(100, 32).Select(i => (byte)i)];
    public const byte Identifier = 77;

    public LoginDialog() => Machine = new LoginMachine(this, Challenge, Identifier, portalGroupTag: 1);

    public LoginMachine Machine { get; }

    public bool ChapRequired { get; set; }

    public LoginStatus Verdict { get; set; } = LoginStatus.Success;

    public ChapAccount? Account { get; set; } = new("user", "initiator-secret", "target-secret");

    public string? AuthorizedAs { get; private set; }

    public bool RequiresChap(string initiatorName, string? targetName) => ChapRequired;

    public ChapAccount? FindChapAccount(string username, string initiatorName) =>
        Account?.Username == username ? Account : null;

    public LoginStatus Authorize(string initiatorName, string? chapUser, string targetName)
    {
        AuthorizedAs = chapUser;
        return Verdict;
    }

    public ExistingSession? FindSession(string initiatorName, ulong isid, ushort tsih) =>
        tsih == 5 ? new ExistingSession(ConnectionId: 1, "iqn.2026-11.a:disk", Agreed) : null;

    public Redirection? FindRedirection(string targetName, bool isAuthorized) => isAuthorized ? TargetRedirection : PortalRedirection;

    /// <summary>What session 5 has agreed on.</summary>
    public SessionParameters Agreed { get; } = new() { MaxBurstBytes = 4096, InitialR2T = false };

    public Redirection? PortalRedirection { get; set; }

    public Redirection? TargetRedirection { get; set; }

    /// <summary>Sends one request; <paramref name="edit"/> may spoil its header.</summary>
    public LoginReply Send(int stage, int? next, string text, bool continues = false, Action<byte[]>? edit = null)
    {
        var header = new byte[BasicHeader.Size];
        header[0] = 0x43;
        header[1] = (byte)((next is null ? 0 : 0x80 | next.Value) | (continues ? 0x40 : 0) | stage << 2);
        BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(8), 0x8000_1234_5678UL << 16);
        edit?.Invoke(header);
        Assert.Equal(OperationStatus.Done, BasicHeader.TryRead(header, 8192, out var view));
        return Machine.Handle(view, System.Text.Encoding.UTF8.GetBytes(text));
    }

    public static Dictionary<string, string> Keys(LoginReply reply) =>
        TextPairs.Parse(reply.Text.Span, out _)!.ToDictionary();

    public const string Names = "InitiatorName=iqn.2026-11.a:init\0TargetName=iqn.2026-11.a:disk\0";

    /// <summary>Up to the challenge; the keys of the answer.</summary>
    public Dictionary<string, string> BeginChap(string algorithms = "5")
    {
        Assert.Equal("CHAP", Keys(Send(0, null, Names + "AuthMethod=CHAP\0"))["AuthMethod"]);
        return Keys(Send(0, null, $"CHAP_A={algorithms}\0"));
    }

    public static string Proof(string secret, ChapAlgorithm algorithm = ChapAlgorithm.Md5) =>
        BinaryValue.ToHex(ChapHash.Compute(algorithm, Identifier, secret, Challenge));
}
