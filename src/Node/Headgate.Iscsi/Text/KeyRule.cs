namespace Headgate.Iscsi.Text;

/// <summary>How the result comes about from what both sides say, RFC 7143 section 6.2.</summary>
internal enum KeyFunction
{
    /// <summary>The first of the offered values that we support.</summary>
    FirstSupported,

    /// <summary>Yes when both say Yes.</summary>
    And,

    /// <summary>Yes when one says Yes.</summary>
    Or,

    /// <summary>The smaller number.</summary>
    Minimum,

    /// <summary>The larger number.</summary>
    Maximum,

    /// <summary>Each side tells the other; there is no answer.</summary>
    Declared,

    /// <summary>Reject, whatever the value.</summary>
    Refused,
}

/// <summary>
/// One row of RFC 7143 section 13. <paramref name="Ours"/> is our side as text: a number, Yes or No, or the values of a
/// list. <paramref name="Default"/> holds when nobody speaks. <paramref name="InDiscovery"/> is false for keys that are
/// Irrelevant in discovery sessions. <paramref name="OfConnection"/> is true for keys that each connection of a session
/// settles for itself; the others are "leading only".
/// </summary>
internal sealed record KeyRule(
    string Name, KeyFunction Function, string Ours, string Default, int Min = 0, int Max = 0, bool InDiscovery = false,
    bool OfConnection = false)
{
    private const int MaxLength = (1 << 24) - 1; // 24-bit length fields

    /// <summary>All operational keys, by name. Names are case sensitive (section 6.1).</summary>
    public static IReadOnlyDictionary<string, KeyRule> All { get; } = new[]
    {
        new KeyRule("HeaderDigest", KeyFunction.FirstSupported, "CRC32C,None", "None", InDiscovery: true, OfConnection: true),
        new KeyRule("DataDigest", KeyFunction.FirstSupported, "CRC32C,None", "None", InDiscovery: true, OfConnection: true),
        new KeyRule("MaxConnections", KeyFunction.Minimum, "1", "1", 1, 65535),
        new KeyRule("InitialR2T", KeyFunction.Or, "No", "Yes"),
        new KeyRule("ImmediateData", KeyFunction.And, "Yes", "Yes"),
        new KeyRule("MaxRecvDataSegmentLength", KeyFunction.Declared, $"{Limits.MaxRecvDataSegmentBytes}", "8192", 512, MaxLength, true, true),
        new KeyRule("MaxBurstLength", KeyFunction.Minimum, $"{Limits.MaxBurstBytes}", "262144", 512, MaxLength),
        new KeyRule("FirstBurstLength", KeyFunction.Minimum, $"{Limits.FirstBurstBytes}", "65536", 512, MaxLength),
        new KeyRule("DefaultTime2Wait", KeyFunction.Maximum, "2", "2", 0, 3600, true),
        // Error recovery level 0 keeps no state of a lost connection, so there is nothing to retain.
        new KeyRule("DefaultTime2Retain", KeyFunction.Minimum, "0", "20", 0, 3600, true),
        // Four bursts in the air hide a round trip at 10 Gbit/s and 3 ms.
        new KeyRule("MaxOutstandingR2T", KeyFunction.Minimum, "4", "1", 1, 65535),
        new KeyRule("DataPDUInOrder", KeyFunction.Or, "Yes", "Yes"),
        new KeyRule("DataSequenceInOrder", KeyFunction.Or, "Yes", "Yes"),
        new KeyRule("ErrorRecoveryLevel", KeyFunction.Minimum, "0", "0", 0, 2, true),
        new KeyRule("TaskReporting", KeyFunction.FirstSupported, "RFC3720", "RFC3720"),
        new KeyRule("iSCSIProtocolLevel", KeyFunction.Minimum, "1", "1", 0, 31, true),
        // Markers are gone since RFC 7143 (section 13.25), but initiators from RFC 3720's days ask, and take No.
        new KeyRule("IFMarker", KeyFunction.And, "No", "No", InDiscovery: true, OfConnection: true),
        new KeyRule("OFMarker", KeyFunction.And, "No", "No", InDiscovery: true, OfConnection: true),
        new KeyRule("IFMarkInt", KeyFunction.Refused, "", "", InDiscovery: true, OfConnection: true),
        new KeyRule("OFMarkInt", KeyFunction.Refused, "", "", InDiscovery: true, OfConnection: true),
    }.ToDictionary(rule => rule.Name);
}
