using System.Buffers.Binary;

namespace Headgate.Scsi.Commands;

/// <summary>Vital product data pages (SPC-4 7.8, SBC-3), but for page 83h.</summary>
internal static class VpdPages
{
    private const int HeaderBytes = 4;
    private const int BlockPageBytes = 64;

    private static ReadOnlySpan<byte> Supported => [0x00, 0x80, 0x83, 0x8F, 0xB0, 0xB1, 0xB2];

    /// <summary>A page with its header, or null when there is no such page.</summary>
    public static byte[]? Build(byte page, LogicalUnit unit, UnitState state) => page switch
    {
        0x00 => Page(page, Supported),
        0x80 => Page(page, Inquiry.Ascii(unit.Identity.SerialNumber)),
        0x83 => Page(page, DeviceIdentification.Designators(unit.Identity)),
        0x8F => Page(page, ThirdPartyCopyPage.Body(unit.Geometry.LogicalBlockBytes)),
        0xB0 => BlockLimits(unit.Geometry),
        0xB1 => BlockDeviceCharacteristics(unit.Geometry),
        0xB2 => LogicalBlockProvisioning(unit.Geometry),
        _ => null,
    };

    private static byte[] Page(byte code, ReadOnlySpan<byte> body)
    {
        var page = new byte[HeaderBytes + body.Length];
        page[1] = code;
        BinaryPrimitives.WriteUInt16BigEndian(page.AsSpan(2), (ushort)body.Length);
        body.CopyTo(page.AsSpan(HeaderBytes));
        return page;
    }

    private static byte[] BlockLimits(LogicalUnitGeometry geometry)
    {
        var blockBytes = geometry.LogicalBlockBytes;
        var page = new byte[BlockPageBytes];
        page[1] = 0xB0;
        page[3] = BlockPageBytes - HeaderBytes;
        page[5] = ScsiLimits.MaxCompareAndWriteBlocks;
        BinaryPrimitives.WriteUInt16BigEndian(page.AsSpan(6), (ushort)(geometry.PhysicalBlockBytes / blockBytes));
        BinaryPrimitives.WriteInt32BigEndian(page.AsSpan(8), ScsiLimits.MaxTransferBytes / blockBytes);
        if (geometry.OffersUnmap)
            WriteUnmapLimits(page, geometry);
        BinaryPrimitives.WriteInt64BigEndian(page.AsSpan(36), ScsiLimits.MaxWriteSameBytes / blockBytes);
        if (geometry.AtomicWriteBytes > 0)
            WriteAtomicLimits(page, geometry);
        return page;
    }

    private static void WriteUnmapLimits(Span<byte> page, LogicalUnitGeometry geometry)
    {
        BinaryPrimitives.WriteUInt32BigEndian(page[20..], ScsiLimits.MaxUnmapBlocks);
        BinaryPrimitives.WriteInt32BigEndian(page[24..], ScsiLimits.MaxUnmapDescriptors);
        var granularity = Math.Max(ScsiLimits.UnmapGranularityBytes, geometry.PhysicalBlockBytes) / geometry.LogicalBlockBytes;
        BinaryPrimitives.WriteInt32BigEndian(page[28..], granularity);
        BinaryPrimitives.WriteUInt32BigEndian(page[32..], 0x8000_0000); // UGAVALID, alignment 0
    }

    /// <summary>No atomic boundaries within a command: both of their fields stay zero.</summary>
    private static void WriteAtomicLimits(Span<byte> page, LogicalUnitGeometry geometry)
    {
        BinaryPrimitives.WriteInt32BigEndian(page[44..], geometry.AtomicWriteBytes / geometry.LogicalBlockBytes);
        BinaryPrimitives.WriteInt32BigEndian(page[48..], WriteAtomic.GranularityBytes / geometry.LogicalBlockBytes);
        BinaryPrimitives.WriteInt32BigEndian(page[52..], WriteAtomic.GranularityBytes / geometry.LogicalBlockBytes);
    }

    private static byte[] BlockDeviceCharacteristics(LogicalUnitGeometry geometry)
    {
        var page = new byte[BlockPageBytes];
        page[1] = 0xB1;
        page[3] = BlockPageBytes - HeaderBytes;
        page[5] = 1; // MEDIUM ROTATION RATE 0001h: does not rotate
        if (geometry.OffersUnmap)
            page[7] = 0x50; // WABEREQ and WACEREQ 01b: after an erase, reads succeed
        return page;
    }

    private static byte[] LogicalBlockProvisioning(LogicalUnitGeometry geometry)
    {
        if (!geometry.OffersUnmap)
            return Page(0xB2, [0, 0, 0, 0]);
        const byte unmap = 0x80, writeSame16 = 0x40, writeSame10 = 0x20, readsZeros = 0x04, thin = 0x02;
        return Page(0xB2, [0, unmap | writeSame16 | writeSame10 | readsZeros, thin, 0]);
    }
}
