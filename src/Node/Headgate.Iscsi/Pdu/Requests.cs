using static System.Buffers.Binary.BinaryPrimitives;

namespace Headgate.Iscsi.Pdu;

/// <summary>What stands in a request beyond the common fields; each view is made from a header of its opcode only.</summary>
internal static class RequestOf
{
    public static ReadOnlySpan<byte> Opcode(byte wanted, BasicHeader header)
    {
        if (header.Opcode != wanted) ThrowWrongOpcode(wanted, header.Opcode);
        return header.Bytes;
    }

    // Kept out of line so that the constructors stay small enough to inline.
    private static void ThrowWrongOpcode(byte wanted, byte actual) =>
        throw new ArgumentException($"The header has opcode 0x{actual:X2}, not 0x{wanted:X2}.");
}

/// <summary>RFC 7143 section 11.3.</summary>
public readonly ref struct ScsiCommandRequest(BasicHeader header)
{
    /// <summary>Bytes of the CDB in the basic header; longer ones go on in an additional header segment.</summary>
    public const int CdbBytes = 16;

    private readonly ReadOnlySpan<byte> _bytes = RequestOf.Opcode(Opcode.ScsiCommand, header);

    /// <summary>No unsolicited Data-Out follows.</summary>
    public bool IsFinal => (_bytes[1] & 0x80) != 0;

    public bool Reads => (_bytes[1] & 0x40) != 0;

    public bool Writes => (_bytes[1] & 0x20) != 0;

    public uint ExpectedByteCount => ReadUInt32BigEndian(_bytes[20..]);

    public ReadOnlySpan<byte> Cdb => _bytes.Slice(32, CdbBytes);
}

/// <summary>RFC 7143 section 11.7.</summary>
public readonly ref struct DataOutRequest(BasicHeader header)
{
    private readonly ReadOnlySpan<byte> _bytes = RequestOf.Opcode(Opcode.DataOut, header);

    public uint TargetTransferTag => ReadUInt32BigEndian(_bytes[20..]);

    public uint DataSn => ReadUInt32BigEndian(_bytes[36..]);

    public uint BufferOffset => ReadUInt32BigEndian(_bytes[40..]);
}

/// <summary>RFC 7143 section 11.5.1, and those of RFC 7144 that we know to refuse.</summary>
public enum TaskManagementFunction : byte
{
    AbortTask = 1,
    AbortTaskSet = 2,
    ClearAca = 3,
    ClearTaskSet = 4,
    LogicalUnitReset = 5,
    TargetWarmReset = 6,
    TargetColdReset = 7,
    TaskReassign = 8,
}

/// <summary>RFC 7143 section 11.5.</summary>
public readonly ref struct TaskManagementRequest(BasicHeader header)
{
    private readonly ReadOnlySpan<byte> _bytes = RequestOf.Opcode(Opcode.TaskManagement, header);

    public TaskManagementFunction Function => (TaskManagementFunction)(_bytes[1] & 0x7F);

    public uint ReferencedTaskTag => ReadUInt32BigEndian(_bytes[20..]);

    /// <summary>RefCmdSN, of ABORT TASK only.</summary>
    public uint ReferencedCmdSn => ReadUInt32BigEndian(_bytes[32..]);
}

/// <summary>RFC 7143 section 11.12.</summary>
public readonly ref struct LoginRequest(BasicHeader header)
{
    private readonly ReadOnlySpan<byte> _bytes = RequestOf.Opcode(Opcode.Login, header);

    public bool WantsTransit => (_bytes[1] & 0x80) != 0;

    public bool Continues => (_bytes[1] & 0x40) != 0;

    public int CurrentStage => _bytes[1] >> 2 & 3;

    public int NextStage => _bytes[1] & 3;

    public byte VersionMin => _bytes[3];

    /// <summary>The 6 bytes of the ISID as a number.</summary>
    public ulong Isid => ReadUInt64BigEndian(_bytes[8..]) >> 16;

    public ushort Tsih => ReadUInt16BigEndian(_bytes[14..]);

    public ushort ConnectionId => ReadUInt16BigEndian(_bytes[20..]);
}

/// <summary>RFC 7143 section 11.10.</summary>
public readonly ref struct TextRequest(BasicHeader header)
{
    private readonly ReadOnlySpan<byte> _bytes = RequestOf.Opcode(Opcode.Text, header);

    public bool IsFinal => (_bytes[1] & 0x80) != 0;

    public bool Continues => (_bytes[1] & 0x40) != 0;

    public uint TargetTransferTag => ReadUInt32BigEndian(_bytes[20..]);
}

/// <summary>RFC 7143 section 11.14.1.</summary>
public enum LogoutReason : byte
{
    CloseSession = 0,
    CloseConnection = 1,
    RemoveConnectionForRecovery = 2,
}

/// <summary>RFC 7143 section 11.14.</summary>
public readonly ref struct LogoutRequest(BasicHeader header)
{
    private readonly ReadOnlySpan<byte> _bytes = RequestOf.Opcode(Opcode.Logout, header);

    public LogoutReason Reason => (LogoutReason)(_bytes[1] & 0x7F);

    public ushort ConnectionId => ReadUInt16BigEndian(_bytes[20..]);
}
