namespace Headgate.Iscsi;

/// <summary>Bounds of the protocol, ours and the RFC's, each with its reason.</summary>
public static class Limits
{
    /// <summary>Data segment of a login PDU before anything is declared: the default, RFC 7143 section 13.12.</summary>
    public const int LoginDataBytes = 8192;

    /// <summary>
    /// What we declare as MaxRecvDataSegmentLength: the size at which one header per data segment is far below 0.1 % of
    /// the work, and what Linux declares as well.
    /// </summary>
    public const int MaxRecvDataSegmentBytes = 256 * 1024;

    /// <summary>MaxBurstLength and the most that we let be solicited at once: one MiB covers what Linux sends in one command.</summary>
    public const int MaxBurstBytes = 1024 * 1024;

    /// <summary>FirstBurstLength: unsolicited data may fill one data segment, more waits for R2T.</summary>
    public const int FirstBurstBytes = 256 * 1024;

    /// <summary>
    /// Key=value pairs of one negotiation, all its PDUs of the C bit together. RFC 7143 section 6.2 asks for 8192 at
    /// least; CHAP with the largest binary values needs half of that.
    /// </summary>
    public const int NegotiationBytes = 16 * 1024;

    /// <summary>Pairs in one negotiation: section 13 has 28 keys, some of them only for CHAP.</summary>
    public const int NegotiationPairs = 64;

    /// <summary>Key names, section 6.1.</summary>
    public const int KeyNameChars = 63;

    /// <summary>Binary values such as CHAP_C, section 6.1 and 12.1.3: at most 1024 bytes.</summary>
    public const int BinaryValueBytes = 1024;

    /// <summary>
    /// Request and response pairs in one login. The longest lawful one (CHAP, mutual, both stages) has 6; 32 leaves room
    /// for initiators that send key by key.
    /// </summary>
    public const int LoginExchanges = 32;
}
