namespace Headgate.Iscsi.Pdu;

/// <summary>Serial number arithmetic of RFC 1982 with 32 bits, as CmdSN and StatSN want it (RFC 7143 section 4.2.2.1).</summary>
public static class SerialNumber
{
    /// <summary>Whether <paramref name="a"/> comes before <paramref name="b"/>.</summary>
    public static bool Before(uint a, uint b) => (int)(a - b) < 0;

    /// <summary>Whether <paramref name="value"/> is within first..last, both included; an empty window is last = first - 1.</summary>
    public static bool Within(uint value, uint first, uint last) => !Before(value, first) && !Before(last, value);

    /// <summary>The later of the two.</summary>
    public static uint Later(uint a, uint b) => Before(a, b) ? b : a;
}
