using System.Buffers.Binary;

namespace Headgate.Scsi.Commands;

/// <summary>Vital product data pages (SPC-4 7.8, SBC-3), but for page 83h.</summary>
internal static class VpdPages
{
    private const int HeaderBytes = 4;
    private const int BlockPageBytes = 64;

    private static ReadOnlySpan<byte> Supported => [0x00, 0x80, 0x83, 0xB0, 0xB1, 0xB2];

    /// <summary>A page with its header, or null when there is no such page.</summary>
    public static byte[]? Build(byte page, LogicalUnit unit, UnitState state) => page switch
    {
        0x00 => Page(page, Supported),
        0x80 => Page(page, Inquiry.Ascii(unit.Identity.SerialNumber)),
        0x83 => Page(page, DeviceIdentification.Designators(unit.Identity)),
        0xB0 => BlockLimits(unit.Geometry),
        0xB1 => BlockDeviceCharacteristics(),
        0xB2 => LogicalBlockProvisioning(),
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
        BinaryPrimitives.WriteUInt32BigEndian(page.AsSpan(20), ScsiLimits.MaxUnmapBlocks);
        BinaryPrimitives.WriteInt32BigEndian(page.AsSpan(24), ScsiLimits.MaxUnmapDescriptors);
        var granularity = Math.Max(ScsiLimits.UnmapGranularityBytes, geometry.PhysicalBlockBytes) / blockBytes;
        BinaryPrimitives.WriteInt32BigEndian(page.AsSpan(28), granularity);
        BinaryPrimitives.WriteUInt32BigEndian(page.AsSpan(32), 0x8000_0000); // UGAVALID, alignment 0
        BinaryPrimitives.WriteInt64BigEndian(page.AsSpan(36), ScsiLimits.MaxWriteSameBytes / blockBytes);
        return page;
    }

    private static byte[] BlockDeviceCharacteristics()
    {
        var page = new byte[BlockPageBytes];
        page[1] = 0xB1;
        page[3] = BlockPageBytes - HeaderBytes;
        page[5] = 1; // MEDIUM ROTATION RATE 0001h: does not rotate
        return page;
    }

    private static byte[] LogicalBlockProvisioning()
    {
        const byte unmap = 0x80, writeSame16 = 0x40, writeSame10 = 0x20, readsZeros = 0x04, thin = 0x02;
        return Page(0xB2, [0, unmap | writeSame16 | writeSame10 | readsZeros, thin, 0]);
    }
}
