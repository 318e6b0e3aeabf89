namespace Headgate.Node.Target;

/// <summary>
/// Sense data for what goes wrong in the transport, where no logical unit is asked (fixed format, SPC-4 section 4.5.3;
/// codes of RFC 7143 section 11.4.7.2).
/// </summary>
internal static class SenseData
{
    public const byte CheckCondition = 0x02;
    public const byte TaskSetFull = 0x28;

    /// <summary>ABORTED COMMAND, UNEXPECTED UNSOLICITED DATA.</summary>
    public static readonly byte[] UnexpectedUnsolicitedData = Fixed(0x0B, 0x0C, 0x0C);

    /// <summary>ABORTED COMMAND, PROTOCOL SERVICE CRC ERROR: a data digest was wrong.</summary>
    public static readonly byte[] DataDigest = Fixed(0x0B, 0x47, 0x05);

    /// <summary>ABORTED COMMAND, DATA PHASE ERROR: Data-Out out of order or of the wrong length.</summary>
    public static readonly byte[] DataPhase = Fixed(0x0B, 0x4B, 0x00);

    /// <summary>ILLEGAL REQUEST, INVALID FIELD IN COMMAND INFORMATION UNIT: directions or lengths that do not fit the CDB.</summary>
    public static readonly byte[] InvalidInformationUnit = Fixed(0x05, 0x0E, 0x03);

    /// <summary>ILLEGAL REQUEST, INVALID FIELD IN CDB: a transfer above what a command may move.</summary>
    public static readonly byte[] InvalidField = Fixed(0x05, 0x24, 0x00);

    /// <summary>HARDWARE ERROR, INTERNAL TARGET FAILURE: a bug of ours; the command fails, the session lives.</summary>
    public static readonly byte[] InternalFailure = Fixed(0x04, 0x44, 0x00);

    private static byte[] Fixed(byte key, byte code, byte qualifier) =>
        [0x70, 0, key, 0, 0, 0, 0, 10, 0, 0, 0, 0, code, qualifier, 0, 0, 0, 0];
}
