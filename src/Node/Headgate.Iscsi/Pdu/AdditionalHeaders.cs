using static System.Buffers.Binary.BinaryPrimitives;

namespace Headgate.Iscsi.Pdu;

/// <summary>The additional header segments of a SCSI Command, RFC 7143 section 11.2.2.</summary>
public readonly ref struct AdditionalHeaders
{
    private const byte ExtendedCdbType = 1;
    private const byte BidirectionalReadLengthType = 2;

    /// <summary>CDB bytes beyond the first 16; empty when there are none.</summary>
    public ReadOnlySpan<byte> ExtendedCdb { get; private init; }

    /// <summary>Bytes that a bidirectional command expects to read; null when not given.</summary>
    public uint? BidirectionalReadByteCount { get; private init; }

    /// <summary>False when the segments do not fit into <paramref name="bytes"/>: a format error.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out AdditionalHeaders headers)
    {
        headers = default;
        while (!bytes.IsEmpty)
        {
            if (bytes.Length < 4) return false;
            // AHSLength counts what follows the type byte; the whole is padded to a word.
            int length = ReadUInt16BigEndian(bytes);
            var padded = (3 + length + 3) & ~3;
            if (length == 0 || padded > bytes.Length) return false;

            switch (bytes[2])
            {
                case ExtendedCdbType:
                    headers = headers with { ExtendedCdb = bytes[4..(3 + length)] };
                    break;
                case BidirectionalReadLengthType when length == 5:
                    headers = headers with { BidirectionalReadByteCount = ReadUInt32BigEndian(bytes[4..]) };
                    break;
                case BidirectionalReadLengthType:
                    return false;
            }
            bytes = bytes[padded..];
        }
        return true;
    }
}
