using System.Buffers.Binary;

namespace Headgate.Scsi.Dispatch;

/// <summary>First block and count as the four sizes of medium command lay them out (SPC-4 4.3).</summary>
internal static class Cdb
{
    public static ushort U16(ReadOnlySpan<byte> cdb, int at) => BinaryPrimitives.ReadUInt16BigEndian(cdb[at..]);

    public static uint U32(ReadOnlySpan<byte> cdb, int at) => BinaryPrimitives.ReadUInt32BigEndian(cdb[at..]);

    public static ulong U64(ReadOnlySpan<byte> cdb, int at) => BinaryPrimitives.ReadUInt64BigEndian(cdb[at..]);

    /// <summary>Where the blocks of a medium command start, and how many there are.</summary>
    public static (ulong Lba, uint Blocks) Extent(ReadOnlySpan<byte> cdb) => (cdb[0] >> 5) switch
    {
        0 => (U32(cdb, 0) & 0x1F_FFFF, cdb[4] == 0 ? 256u : cdb[4]),
        1 or 2 => (U32(cdb, 2), U16(cdb, 7)),
        5 => (U32(cdb, 2), U32(cdb, 6)),
        _ => (U64(cdb, 2), U32(cdb, 10)),
    };

    /// <summary>Byte of the first transfer-length field, for field pointers.</summary>
    public static int LengthField(ReadOnlySpan<byte> cdb) => (cdb[0] >> 5) switch { 0 => 4, 1 or 2 => 7, 5 => 6, _ => 10 };
}
