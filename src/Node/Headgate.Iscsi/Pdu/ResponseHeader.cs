using System.Diagnostics;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Headgate.Iscsi.Pdu;

/// <summary>The three numbers that every target PDU carries, RFC 7143 sections 4.2.2.1 and 4.2.2.2.</summary>
public readonly record struct SequenceNumbers(uint StatSn, uint ExpCmdSn, uint MaxCmdSn);

/// <summary>Residual count of a command, RFC 7143 section 11.4.5.</summary>
public readonly record struct Residual(uint Count, bool IsOverflow)
{
    public static Residual None => default;

    /// <summary>What is left over when the command moves <paramref name="actual"/> bytes and the initiator expected <paramref name="expected"/>.</summary>
    public static Residual Of(long expected, long actual) => actual == expected
        ? None
        : new((uint)Math.Min(uint.MaxValue, Math.Abs(actual - expected)), actual > expected);

    /// <summary>Bits O (0x04) and U (0x02) of byte 1.</summary>
    public byte Flags => Count == 0 ? (byte)0 : IsOverflow ? (byte)0x04 : (byte)0x02;
}

/// <summary>
/// Writes the 48 bytes of target PDUs. Each method clears the header first and leaves the data segment to the caller,
/// who says only how long it is.
/// </summary>
public static class ResponseHeader
{
    private const byte Final = 0x80;

    /// <summary>Puts the numbers of the moment of sending into a header written earlier.</summary>
    public static void Stamp(Span<byte> header, SequenceNumbers numbers)
    {
        WriteUInt32BigEndian(header[24..], numbers.StatSn);
        WriteUInt32BigEndian(header[28..], numbers.ExpCmdSn);
        WriteUInt32BigEndian(header[32..], numbers.MaxCmdSn);
    }

    /// <summary>Section 11.4. <paramref name="status"/> is the SAM status; <paramref name="expDataSn"/> counts the Data-In and R2T sent.</summary>
    public static void WriteScsiResponse(
        Span<byte> header, uint taskTag, byte status, Residual residual, uint expDataSn, int dataBytes, SequenceNumbers numbers)
    {
        Start(header, Opcode.ScsiResponse, (byte)(Final | residual.Flags), dataBytes, taskTag, numbers);
        header[3] = status;
        WriteUInt32BigEndian(header[36..], expDataSn);
        WriteUInt32BigEndian(header[44..], residual.Count);
    }

    /// <summary>
    /// Section 11.7. With <paramref name="status"/> it closes the command (S bit) and uses up a StatSN; without, the
    /// StatSN field is reserved and stays 0.
    /// </summary>
    public static void WriteDataIn(
        Span<byte> header, ulong lun, uint taskTag, uint dataSn, uint offset, int dataBytes, bool endsSequence,
        (byte Status, Residual Residual)? status, SequenceNumbers numbers)
    {
        var flags = endsSequence ? Final : (byte)0;
        if (status is { } end) flags |= (byte)(0x01 | end.Residual.Flags);
        Start(header, Opcode.DataIn, flags, dataBytes, taskTag, status is null ? numbers with { StatSn = 0 } : numbers);
        WriteUInt64BigEndian(header[8..], lun);
        WriteUInt32BigEndian(header[20..], Tags.None);
        WriteUInt32BigEndian(header[36..], dataSn);
        WriteUInt32BigEndian(header[40..], offset);
        if (status is not { } closing) return;
        header[3] = closing.Status;
        WriteUInt32BigEndian(header[44..], closing.Residual.Count);
    }

    /// <summary>Section 11.8.</summary>
    public static void WriteReadyToTransfer(
        Span<byte> header, ulong lun, uint taskTag, uint transferTag, uint r2tSn, uint offset, uint wantedBytes,
        SequenceNumbers numbers)
    {
        Start(header, Opcode.ReadyToTransfer, Final, 0, taskTag, numbers);
        WriteUInt64BigEndian(header[8..], lun);
        WriteUInt32BigEndian(header[20..], transferTag);
        WriteUInt32BigEndian(header[36..], r2tSn);
        WriteUInt32BigEndian(header[40..], offset);
        WriteUInt32BigEndian(header[44..], wantedBytes);
    }

    /// <summary>Section 11.6.</summary>
    public static void WriteTaskManagementResponse(
        Span<byte> header, uint taskTag, TaskManagementOutcome outcome, SequenceNumbers numbers)
    {
        Start(header, Opcode.TaskManagementResponse, Final, 0, taskTag, numbers);
        header[2] = (byte)outcome;
    }

    /// <summary>Section 11.13.</summary>
    public static void WriteLoginResponse(
        Span<byte> header, uint taskTag, bool transit, int currentStage, int nextStage, ulong isid, ushort tsih,
        ushort status, int dataBytes, SequenceNumbers numbers)
    {
        var flags = (byte)((transit ? Final | nextStage : 0) | currentStage << 2);
        Start(header, Opcode.LoginResponse, flags, dataBytes, taskTag, numbers);
        WriteUInt64BigEndian(header[8..], isid << 16 | tsih);
        WriteUInt16BigEndian(header[36..], status);
    }

    /// <summary>Section 11.11.</summary>
    public static void WriteTextResponse(
        Span<byte> header, uint taskTag, bool isFinal, bool continues, uint transferTag, int dataBytes, SequenceNumbers numbers)
    {
        var flags = (byte)((isFinal ? Final : 0) | (continues ? 0x40 : 0));
        Start(header, Opcode.TextResponse, flags, dataBytes, taskTag, numbers);
        WriteUInt32BigEndian(header[20..], transferTag);
    }

    /// <summary>Section 11.15.</summary>
    public static void WriteLogoutResponse(Span<byte> header, uint taskTag, LogoutResponse response, SequenceNumbers numbers)
    {
        Start(header, Opcode.LogoutResponse, Final, 0, taskTag, numbers);
        header[2] = (byte)response;
    }

    /// <summary>Section 11.19; a ping of ours has no task tag but a transfer tag, an answer the other way round.</summary>
    public static void WriteNopIn(
        Span<byte> header, ulong lun, uint taskTag, uint transferTag, int dataBytes, SequenceNumbers numbers)
    {
        Start(header, Opcode.NopIn, Final, dataBytes, taskTag, numbers);
        WriteUInt64BigEndian(header[8..], lun);
        WriteUInt32BigEndian(header[20..], transferTag);
    }

    /// <summary>Section 11.17; the data segment is the header of the PDU that is rejected.</summary>
    public static void WriteReject(Span<byte> header, RejectReason reason, SequenceNumbers numbers)
    {
        Start(header, Opcode.Reject, Final, BasicHeader.Size, Tags.None, numbers);
        header[2] = (byte)reason;
    }

    /// <summary>Section 11.9.</summary>
    public static void WriteAsyncMessage(
        Span<byte> header, AsyncEvent what, ushort parameter1, ushort parameter2, ushort parameter3, SequenceNumbers numbers)
    {
        Start(header, Opcode.AsyncMessage, Final, 0, Tags.None, numbers);
        header[36] = (byte)what;
        WriteUInt16BigEndian(header[38..], parameter1);
        WriteUInt16BigEndian(header[40..], parameter2);
        WriteUInt16BigEndian(header[42..], parameter3);
    }

    private static void Start(Span<byte> header, byte opcode, byte flags, int dataBytes, uint taskTag, SequenceNumbers numbers)
    {
        Debug.Assert(dataBytes is >= 0 and < 1 << 24, "DataSegmentLength has 24 bits");
        header[..BasicHeader.Size].Clear();
        header[0] = opcode;
        header[1] = flags;
        header[5] = (byte)(dataBytes >> 16);
        header[6] = (byte)(dataBytes >> 8);
        header[7] = (byte)dataBytes;
        WriteUInt32BigEndian(header[16..], taskTag);
        Stamp(header, numbers);
    }
}
