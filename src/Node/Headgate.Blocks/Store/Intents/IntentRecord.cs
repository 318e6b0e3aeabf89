using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Headgate.Blocks;

/// <summary>
/// One atomic write as it stands in a journal: a page of header, then the data. The header's digest covers the header
/// and the data, so that a record of which any sector is missing or of another time is no record.
/// </summary>
/// <param name="Sequence">Of this journal, upwards.</param>
/// <param name="Offset">Where in the image, in bytes.</param>
/// <param name="Length">Bytes.</param>
internal readonly record struct IntentRecord(long Sequence, long Offset, int Length)
{
    public const int HeaderBytes = FileIo.AlignmentMax;

    private const ulong Magic = 0x314e544e49474448; // "HDGINTN1"
    private const int SequenceAt = 8, OffsetAt = 16, LengthAt = 24, DigestAt = 32;

    /// <summary>Lays the record out in front of its data: <paramref name="into"/> has the header's page and then room for all of it.</summary>
    public void Encode(ReadOnlySpan<byte> data, Span<byte> into)
    {
        var header = into[..HeaderBytes];
        header.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(header, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(header[SequenceAt..], Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(header[OffsetAt..], Offset);
        BinaryPrimitives.WriteInt32LittleEndian(header[LengthAt..], Length);
        data.CopyTo(into[HeaderBytes..]);
        Digest(into[..(HeaderBytes + Length)], header[DigestAt..]);
    }

    /// <summary>Reads a slot; false when it holds no whole record.</summary>
    public static bool TryDecode(Span<byte> slot, out IntentRecord record)
    {
        record = new IntentRecord(
            BinaryPrimitives.ReadInt64LittleEndian(slot[SequenceAt..]), BinaryPrimitives.ReadInt64LittleEndian(slot[OffsetAt..]),
            BinaryPrimitives.ReadInt32LittleEndian(slot[LengthAt..]));
        if (BinaryPrimitives.ReadUInt64LittleEndian(slot) != Magic) return false;
        if (record is not { Sequence: > 0, Offset: >= 0, Length: > 0 } || record.Length > slot.Length - HeaderBytes) return false;

        Span<byte> found = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> made = stackalloc byte[SHA256.HashSizeInBytes];
        slot.Slice(DigestAt, found.Length).CopyTo(found);
        slot.Slice(DigestAt, found.Length).Clear();
        Digest(slot[..(HeaderBytes + record.Length)], made);
        return found.SequenceEqual(made);
    }

    // With the digest's own place cleared.
    private static void Digest(ReadOnlySpan<byte> slot, Span<byte> into) => SHA256.HashData(slot, into);
}
