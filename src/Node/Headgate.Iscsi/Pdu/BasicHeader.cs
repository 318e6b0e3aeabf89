using System.Buffers;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Headgate.Iscsi.Pdu;

/// <summary>
/// The 48 bytes that start every PDU, seen in place: no copy, no allocation, and no way to outlive the receive buffer.
/// </summary>
/// <remarks>
/// <code>
///   0        1        2        3        4        5..7            8..15   16..19  20..47
///  |.I|opc6 |F|flags |        |        |AHSlen4 |DataSegmentLen |LUN    |ITT    |opcode-specific |
/// </code>
/// It checks framing only: is the PDU within our limits. What a field means is the business of the views made from it.
/// RFC 7143 section 11.2.1.
/// </remarks>
public readonly ref struct BasicHeader
{
    /// <summary>Bytes of the basic header segment.</summary>
    public const int Size = 48;

    /// <summary>Longest additional header segments: TotalAHSLength is one byte and counts words.</summary>
    public const int MaxAhsBytes = 255 * 4;

    private BasicHeader(ReadOnlySpan<byte> bytes) => Bytes = bytes;

    internal ReadOnlySpan<byte> Bytes { get; }

    public byte Opcode => (byte)(Bytes[0] & 0x3F);

    public bool IsImmediate => (Bytes[0] & 0x40) != 0;

    public bool IsFinal => (Bytes[1] & 0x80) != 0;

    public int AhsByteCount => Bytes[4] * 4;

    public int DataByteCount => Bytes[5] << 16 | Bytes[6] << 8 | Bytes[7];

    public ulong Lun => ReadUInt64BigEndian(Bytes[8..]);

    public uint InitiatorTaskTag => ReadUInt32BigEndian(Bytes[16..]);

    /// <summary>CmdSN, in all requests but Data-Out and SNACK.</summary>
    public uint CmdSn => ReadUInt32BigEndian(Bytes[24..]);

    /// <summary>ExpStatSN, in all requests.</summary>
    public uint ExpStatSn => ReadUInt32BigEndian(Bytes[28..]);

    /// <summary>A copy, for a Reject.</summary>
    public byte[] ToArray() => Bytes.ToArray();

    /// <returns>
    /// <see cref="OperationStatus.Done"/>: a whole header; <see cref="OperationStatus.NeedMoreData"/>: read again;
    /// <see cref="OperationStatus.InvalidData"/>: the data segment is longer than <paramref name="maxDataBytes"/>, what
    /// we declared: drop the connection.
    /// </returns>
    public static OperationStatus TryRead(ReadOnlySpan<byte> received, int maxDataBytes, out BasicHeader header)
    {
        header = default;
        if (received.Length < Size) return OperationStatus.NeedMoreData;
        header = new BasicHeader(received[..Size]);
        return header.DataByteCount > maxDataBytes ? OperationStatus.InvalidData : OperationStatus.Done;
    }
}
