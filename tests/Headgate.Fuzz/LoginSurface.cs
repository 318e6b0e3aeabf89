using System.Buffers.Binary;
using System.Text;
using Headgate.Iscsi;
using Headgate.Iscsi.Chap;
using Headgate.Iscsi.Login;
using Headgate.Iscsi.Pdu;
using Headgate.Iscsi.Text;

namespace Headgate.Fuzz;

/// <summary>Login dialogues and text requests of the full feature phase, against the code that decides them, without a network.</summary>
/// <remarks>
/// An input: kind (1 byte: bit 7 begins anew, bit 0 is a text request), longest part of a text answer (2), then a login
/// header (48) and its text; or the C bit (1) and the text of a text request.
/// </remarks>
internal sealed class LoginSurface : Surface, ILoginPolicy
{
    private const int HeadBytes = 3;
    private const int TextBytesMax = 9000;
    private const byte Anew = 0x80;
    private const byte TextRequest = 0x01;

    private static readonly SessionParameters Agreed = new() { MaxBurstBytes = 4096, FirstBurstBytes = 4096 };
    private LoginMachine _machine = null!;
    private TextResponder _text = null!;
    private bool _isOver;
    private bool _requiresChap;
    private int _stage;

    public override string Name => "login";

    public override void Run(Epoch epoch)
    {
        Restart(0);
        while (epoch.Next(() => Make(epoch)) is { } input)
        {
            if (input.Length < HeadBytes + 1) continue;
            if ((input[0] & TextRequest) != 0) epoch.Observe(input, AskText(input));
            else if (input.Length >= HeadBytes + BasicHeader.Size) epoch.Observe(input, LogIn(input));
        }
    }

    public bool RequiresChap(string initiatorName, string? targetName) => _requiresChap;

    public ChapAccount? FindChapAccount(string username, string initiatorName) =>
        username == KeyWords.User ? new ChapAccount(KeyWords.User, KeyWords.Secret, "target-secret") : null;

    public LoginStatus Authorize(string initiatorName, string? chapUser, string targetName) =>
        targetName.EndsWith("disk", StringComparison.Ordinal) ? LoginStatus.Success : LoginStatus.NotFound;

    public ExistingSession? FindSession(string initiatorName, ulong isid, ushort tsih) =>
        tsih == 5 ? new ExistingSession(0, "iqn.2026-11.fuzz:disk", Agreed) : null;

    public Redirection? FindRedirection(string targetName, bool isAuthorized) =>
        targetName.EndsWith("moved", StringComparison.Ordinal) ? new Redirection("[::1]:3260", isAuthorized) : null;

    private void Restart(byte kind)
    {
        _requiresChap = (kind & 2) != 0;
        _machine = new LoginMachine(this, KeyWords.Challenge, KeyWords.Identifier, portalGroupTag: 1);
        _text = new TextResponder(Targets, (kind & 4) != 0);
        (_isOver, _stage) = (false, 0);
    }

    private static IEnumerable<DiscoveredTarget> Targets()
    {
        string[] addresses = ["127.0.0.1:3260,1", "[::1]:3260,1"];
        for (var i = 0; i < 60; i++) yield return new DiscoveredTarget($"iqn.2026-11.fuzz:{i}", addresses);
    }

    private ulong LogIn(byte[] input)
    {
        if ((input[0] & Anew) != 0 || _isOver) Restart(input[0]);
        var header = input.AsSpan(HeadBytes, BasicHeader.Size);
        header[0] = Opcode.Login | 0x40;
        if (BasicHeader.TryRead(header, int.MaxValue, out var view) != System.Buffers.OperationStatus.Done) return 0;
        var reply = _machine.Handle(view, input.AsSpan(HeadBytes + BasicHeader.Size));
        _isOver = reply.Status != LoginStatus.Success || reply.IsComplete;
        if (reply.Transit) _stage = reply.NextStage;

        if (reply.Text.Length > Limits.LoginDataBytes) throw new FindingException($"a login answer of {reply.Text.Length} bytes");
        if (TextPairs.Parse(reply.Text.Span, out var problem) is not { } pairs) throw new FindingException($"an answer that is none: {problem}");
        if ((reply.Status != LoginStatus.Success) != (reply.Problem is not null)) throw new FindingException($"status {reply.Status} with the reason '{reply.Problem}'");
        if (reply.IsComplete) Check(_machine.Parameters);
        var hash = Signature.Of((uint)reply.Status, (uint)reply.CurrentStage, (uint)reply.NextStage, reply.Transit ? 1u : 0);
        foreach (var (key, value) in pairs)
        {
            // Challenges, names and the value of a number do not make an answer new.
            var kind = value.Length > 14 ? "long" : char.IsAsciiDigit(value.FirstOrDefault()) ? "number" : value;
            hash ^= Signature.Of(Sum(key), Sum(kind));
        }
        return hash;
    }

    private void Check(SessionParameters agreed)
    {
        if (_requiresChap && _machine.ProvenUser is null) throw new FindingException("full feature phase without the CHAP that is a must");
        var isLawful = agreed.FirstBurstBytes <= agreed.MaxBurstBytes && agreed.MaxBurstBytes is >= 512 and <= Limits.MaxBurstBytes
            && agreed.InitiatorMaxRecvBytes is >= 512 and < 1 << 24 && agreed.MaxOutstandingR2T is >= 1 and <= 4;
        if (!isLawful) throw new FindingException($"agreed on {agreed}");
    }

    private ulong AskText(byte[] input)
    {
        if ((input[0] & Anew) != 0) Restart(input[0]);
        var verdict = _text.Handle((input[3] & 1) != 0, input.AsSpan(4));
        var most = 512 + BinaryPrimitives.ReadUInt16BigEndian(input.AsSpan(1)) % 8192;
        var part = verdict == TextVerdict.Respond ? _text.TakePart(most) : [];
        if (part.Length > most || _text.KeptBytes > most + 16 * 1024) throw new FindingException($"a part of {part.Length} bytes, {_text.KeptBytes} kept, of {most}");
        return Signature.Of(99, (uint)verdict, _text.HasMore ? 1u : 0, (uint)(32 - uint.LeadingZeroCount((uint)part.Length)), _text.DeclaredMaxRecvBytes is null ? 0u : 1u);
    }

    private static uint Sum(string text)
    {
        var hash = 2166136261u;
        foreach (var c in text) hash = (hash ^ c) * 16777619;
        return hash;
    }

    private byte[] Make(Epoch epoch)
    {
        var dice = epoch.Dice;
        var kept = epoch.Corpus.Pick(dice);
        if (!kept.IsEmpty && dice.OneIn(3)) return Mutator.Spoil(dice, kept, epoch.Corpus.Pick(dice), TextBytesMax);
        var kind = (byte)(dice.Below(8) & ~TextRequest);
        if (dice.OneIn(4)) return [(byte)(kind | TextRequest | (dice.OneIn(8) ? Anew : 0)), dice.Byte(), dice.Byte(), (byte)(dice.OneIn(8) ? 1 : 0), .. TextOf(dice)];

        var isFirst = _isOver || dice.OneIn(12);
        var header = new byte[BasicHeader.Size];
        var stage = isFirst ? dice.Below(2) : _stage;
        if (dice.OneIn(50)) stage = dice.Below(4);
        var next = dice.Below(4) switch { 0 => -1, 1 => dice.Below(4), _ => stage == 0 && dice.OneIn(2) ? 1 : 3 };
        header[1] = (byte)(stage << 2 | (next < 0 ? 0 : 0x80 | next) | (dice.OneIn(20) ? 0x40 : 0));
        if (dice.OneIn(60)) header[15] = dice.Of<byte>(5, 1);
        if (dice.OneIn(100)) header[dice.Below(header.Length)] = dice.Byte();
        return [(byte)(kind | (isFirst ? Anew : 0)), 0, 0, .. header, .. LoginText(dice, isFirst)];
    }

    private byte[] LoginText(Dice dice, bool isFirst)
    {
        var text = isFirst ? Encoding.UTF8.GetBytes(KeyWords.Names(dice)) : dice.Below(5) switch
        {
            0 => Encoding.UTF8.GetBytes($"CHAP_A={dice.Of("5", "6", "7", "8", "9,5", "", "05")}\0"),
            1 => Encoding.UTF8.GetBytes(KeyWords.Proof(dice, _machine.ChapAlgorithm)),
            2 => [],
            _ => KeyWords.Some(dice, 6),
        };
        if (isFirst && dice.OneIn(3)) text = [.. text, .. KeyWords.Some(dice, 4)];
        return dice.OneIn(10) ? Mutator.Spoil(dice, text, KeyWords.Some(dice, 3), TextBytesMax) : text;
    }

    private static byte[] TextOf(Dice dice) => dice.Below(4) switch
    {
        0 => [],
        1 => Encoding.UTF8.GetBytes($"SendTargets={dice.Of("All", "", "iqn.2026-11.fuzz:7", "Alle")}\0"),
        2 => Mutator.Spoil(dice, "SendTargets=All\0"u8, KeyWords.Some(dice, 2), TextBytesMax),
        _ => KeyWords.Some(dice, 4),
    };
}
