using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Headgate.Initiator;

/// <summary>The login of a normal session, with CHAP or without: security stage, operational stage, full feature phase (RFC 7143 section 6).</summary>
internal sealed class LoginDialog(Stream stream, LunAddress lun, ushort session)
{
    /// <summary>Longest data segment that this initiator takes, and longest burst that it offers, in bytes.</summary>
    public const int OfferedBytes = 262144;

    private const uint FirstCommand = 1;
    private const int FirstBurstDefault = 65536;   // RFC 7143 section 13.14
    private const int SegmentDefault = 8192;       // RFC 7143 section 13.12
    private const int ChallengeBytes = 16;         // as long as what MD5 makes of it
    private const byte Moved = 1;                  // status class of a redirection, RFC 7143 section 11.13.5

    /// <summary>What the next response's StatSN should be.</summary>
    public uint ExpectedStatus { get; private set; }

    /// <summary>Highest CmdSN that the target takes.</summary>
    public uint MaxCommand { get; private set; } = FirstCommand;

    /// <summary>Longest data segment that the target takes.</summary>
    public int SegmentBytesMax { get; private set; } = SegmentDefault;

    /// <summary>Bytes of a write that may go along with its command.</summary>
    public int ImmediateBytesMax { get; private set; }

    /// <summary>The digests that were agreed on.</summary>
    public Digests Digests { get; private set; }

    /// <summary>CmdSN of the first command after login.</summary>
    public static uint NextCommand => FirstCommand;

    /// <summary>Null when the session is in full feature phase; otherwise the refusal.</summary>
    public async Task<LoginResult?> RunAsync(CancellationToken stop)
    {
        if (await (lun.Username is null ? EnterAsync(stop) : ProveAsync(stop)).ConfigureAwait(false) is { } refused) return refused;

        var agreed = new Dictionary<string, string>();
        var done = await StepAsync(1, 3, transit: true, Pdu.Text(
            $"HeaderDigest={(lun.WantsDigests ? "CRC32C,None" : "None")}", $"DataDigest={(lun.WantsDigests ? "CRC32C,None" : "None")}", "ImmediateData=Yes", "InitialR2T=Yes", $"MaxRecvDataSegmentLength={OfferedBytes}",
            $"FirstBurstLength={FirstBurstDefault}", $"MaxBurstLength={OfferedBytes}", "MaxConnections=1", "ErrorRecoveryLevel=0"), stop).ConfigureAwait(false);
        Collect(done);
        while (Refusal(done) is null && (done.Header[1] & 0x83) != 0x83) // the target may want to say more before it moves on
        {
            done = await StepAsync(1, 3, transit: true, [], stop).ConfigureAwait(false);
            Collect(done);
        }
        Digests = new Digests(agreed.GetValueOrDefault("HeaderDigest") == "CRC32C", agreed.GetValueOrDefault("DataDigest") == "CRC32C");
        SegmentBytesMax = Number("MaxRecvDataSegmentLength", SegmentDefault);
        ImmediateBytesMax = agreed.GetValueOrDefault("ImmediateData") == "No" ? 0 : Math.Min(SegmentBytesMax, Number("FirstBurstLength", FirstBurstDefault));
        return Refusal(done);

        void Collect(Pdu reply)
        {
            foreach (var (key, value) in reply.Keys) agreed[key] = value;
        }

        int Number(string key, int absent) => agreed.TryGetValue(key, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : absent;
    }

    private byte[] Who(string methods) => Pdu.Text($"InitiatorName={lun.Initiator}", $"TargetName={lun.Target}", "SessionType=Normal", $"AuthMethod={methods}");

    /// <summary>Without proof, where the target asks for none.</summary>
    private async Task<LoginResult?> EnterAsync(CancellationToken stop) =>
        Refusal(await StepAsync(0, 1, transit: true, Who("None"), stop).ConfigureAwait(false));

    /// <summary>With CHAP and nothing less; the target proves itself too where its secret is known (RFC 7143 section 12.1.3).</summary>
    private async Task<LoginResult?> ProveAsync(CancellationToken stop)
    {
        var first = await StepAsync(0, 0, transit: false, Who("CHAP"), stop).ConfigureAwait(false);
        if (Refusal(first) is { } refused) return refused;
        var offer = await StepAsync(0, 0, transit: false, Pdu.Text("CHAP_A=5"), stop).ConfigureAwait(false);
        if (Refusal(offer) is { } refusedOffer) return refusedOffer;
        var keys = offer.Keys;
        List<string> answer = [$"CHAP_N={lun.Username}", $"CHAP_R={Response(keys["CHAP_I"], lun.Secret!, Bytes(keys["CHAP_C"]))}"];
        var (identifier, challenge) = ("1", RandomNumberGenerator.GetBytes(ChallengeBytes));
        if (lun.TargetSecret is not null) answer.AddRange([$"CHAP_I={identifier}", $"CHAP_C=0x{Convert.ToHexStringLower(challenge)}"]);
        var done = await StepAsync(0, 1, transit: true, Pdu.Text([.. answer]), stop).ConfigureAwait(false);
        if (Refusal(done) is { } refusedSecret) return refusedSecret;
        if (lun.TargetSecret is { } expected && !Proves(done, Response(identifier, expected, challenge)))
            throw new InvalidDataException($"{lun.Target} did not prove that it is the one whose secret is known here.");
        return null;
    }

    private static bool Proves(Pdu reply, string expected) => reply.Keys.TryGetValue("CHAP_R", out var given)
        && CryptographicOperations.FixedTimeEquals(Bytes(given), Bytes(expected));

    private async Task<Pdu> StepAsync(int stage, int next, bool transit, byte[] keys, CancellationToken stop)
    {
        var request = new Pdu { Data = keys };
        request.Header[0] = 0x43;
        request.Header[1] = (byte)((transit ? 0x80 | next : 0) | (stage << 2));
        request.Header[8] = 0x80; // ISID of the random form, qualifier in its last two bytes
        BinaryPrimitives.WriteUInt16BigEndian(request.Header.AsSpan(12), session);
        request.SetWord(24, FirstCommand);
        request.SetWord(28, ExpectedStatus);
        await request.SendAsync(stream, stop).ConfigureAwait(false);
        var reply = await Pdu.ReceiveAsync(stream, stop).ConfigureAwait(false);
        if (reply.Opcode != Pdu.LoginResponse) throw new InvalidDataException($"opcode {reply.Opcode:x} in answer to a login");
        ExpectedStatus = reply.Word(24) + 1;
        MaxCommand = reply.Word(32);
        return reply;
    }

    private static LoginResult? Refusal(Pdu reply) => reply.Header[36] switch
    {
        0 => null,
        Moved => new LoginResult(reply.Header[36], reply.Header[37], null) { MovedTo = reply.Keys.GetValueOrDefault("TargetAddress")?.Split(',')[0] },
        _ => new LoginResult(reply.Header[36], reply.Header[37], null),
    };

    /// <summary>RFC 1994: MD5 over identifier, secret, challenge.</summary>
    private static string Response(string identifier, string secret, byte[] challenge)
    {
        byte[] message = [byte.Parse(identifier, CultureInfo.InvariantCulture), .. Encoding.UTF8.GetBytes(secret), .. challenge];
#pragma warning disable CA5351 // CHAP is MD5 (RFC 7143 section 12.1.3)
        return "0x" + Convert.ToHexStringLower(MD5.HashData(message));
#pragma warning restore CA5351
    }

    private static byte[] Bytes(string binary) =>
        binary.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? Convert.FromHexString(binary[2..]) : Convert.FromBase64String(binary[2..]);
}
