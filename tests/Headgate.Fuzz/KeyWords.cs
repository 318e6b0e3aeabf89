using System.Text;
using Headgate.Iscsi.Chap;
using Headgate.Iscsi.Text;

namespace Headgate.Fuzz;

/// <summary>Text keys as initiators write them, and as they should not.</summary>
internal static class KeyWords
{
    public const byte Identifier = 77;
    public const string User = "fuzz";
    public const string Secret = "initiator-secret";
    public static readonly byte[] Challenge = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    private static readonly string[] Keys =
    [
        "HeaderDigest", "DataDigest", "MaxConnections", "InitialR2T", "ImmediateData", "MaxRecvDataSegmentLength",
        "MaxBurstLength", "FirstBurstLength", "DefaultTime2Wait", "DefaultTime2Retain", "MaxOutstandingR2T",
        "DataPDUInOrder", "DataSequenceInOrder", "ErrorRecoveryLevel", "TaskReporting", "iSCSIProtocolLevel", "IFMarker",
        "OFMarker", "IFMarkInt", "OFMarkInt", "SendTargets", "InitiatorName", "TargetName", "SessionType", "AuthMethod",
        "InitiatorAlias", "TargetAlias", "TargetAddress", "TargetPortalGroupTag", "CHAP_A", "CHAP_N", "CHAP_R", "CHAP_I",
        "CHAP_C", "X-com.example.key", "RDMAExtensions", "headerdigest", "",
    ];

    private static readonly string[] Values =
    [
        "Yes", "No", "None", "CRC32C", "CRC32C,None", "None,CRC32C", "CHAP", "CHAP,None", "5", "7,5", "8,7,6,5", "0", "1",
        "512", "8192", "16777215", "16777216", "65536", "0x200", "0xffffffffffffffff", "-1", "All", "", ",", "Reject",
        "NotUnderstood", "Irrelevant", "Normal", "Discovery", "RFC3720", "0b", "0bAQID", "0x", "iqn.2026-11.fuzz:disk",
        "iqn.2026-11.fuzz:initiator", "\u00e9\u4e2d",
    ];

    /// <summary>The first request of a login that may succeed.</summary>
    public static string Names(Dice dice)
    {
        var text = $"InitiatorName=iqn.2026-11.fuzz:initiator{dice.Below(3)}\0";
        text += dice.Below(6) switch { 0 => "SessionType=Discovery\0", 1 => "", _ => "TargetName=iqn.2026-11.fuzz:disk\0" };
        return text + dice.Below(5) switch { 0 => "AuthMethod=None\0", 1 => "AuthMethod=CHAP,None\0", 2 => "SessionType=Normal\0AuthMethod=CHAP\0", 3 => "AuthMethod=CHAP\0", _ => "" };
    }

    /// <summary>The answer to our challenge, right or a little wrong.</summary>
    public static string Proof(Dice dice, ChapAlgorithm? algorithm)
    {
        var hash = ChapHash.Compute(algorithm ?? ChapAlgorithm.Md5, Identifier, dice.OneIn(5) ? "wrong" : Secret, Challenge);
        var text = $"CHAP_N={User}\0CHAP_R={(dice.OneIn(3) ? "0b" + Convert.ToBase64String(hash) : BinaryValue.ToHex(hash))}\0";
        return dice.Below(4) switch
        {
            0 => text + $"CHAP_I={dice.Below(300)}\0CHAP_C={(dice.OneIn(4) ? BinaryValue.ToHex(Challenge) : "0x0102030405")}\0",
            1 => text + $"CHAP_C=0b{new string('A', dice.Below(1500))}\0CHAP_I=1\0",
            _ => text,
        };
    }

    /// <summary>Some keys with some values.</summary>
    public static byte[] Some(Dice dice, int most)
    {
        var text = new StringBuilder();
        for (var count = dice.Below(most + 1); count > 0; count--)
        {
            text.Append(dice.Of(Keys)).Append(dice.OneIn(60) ? '~' : '=');
            text.Append(dice.Below(8) switch
            {
                0 => dice.Edge(16_777_215).ToString(System.Globalization.CultureInfo.InvariantCulture),
                1 => new string('9', dice.Below(64)),
                2 => string.Join(',', dice.Of(Values), dice.Of(Values)),
                _ => dice.Of(Values),
            });
            if (!dice.OneIn(40)) text.Append('\0');
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
