using System.Buffers.Binary;

namespace Headgate.Scsi.Modes;

/// <summary>Mode parameter headers and block descriptors (SPC-4 7.5.5, SBC-3 on block descriptors).</summary>
internal static class ModeHeader
{
    public const int SixBytes = 4;
    public const int TenBytes = 8;
    public const int ShortDescriptorBytes = 8;
    public const int LongDescriptorBytes = 16;

    private const byte DpoFua = 0x10;
    private const byte WriteProtect = 0x80;

    /// <summary>DEVICE-SPECIFIC PARAMETER of a direct access block device.</summary>
    public static byte DeviceSpecific(UnitState state) => (byte)(DpoFua | (state.AnyWriteProtection ? WriteProtect : 0));

    public static byte[] ShortDescriptor(ulong blocks, int blockBytes)
    {
        var descriptor = new byte[ShortDescriptorBytes];
        BinaryPrimitives.WriteUInt32BigEndian(descriptor, (uint)Math.Min(blocks, uint.MaxValue));
        BinaryPrimitives.WriteInt32BigEndian(descriptor.AsSpan(4), blockBytes);
        return descriptor;
    }

    public static byte[] LongDescriptor(ulong blocks, int blockBytes)
    {
        var descriptor = new byte[LongDescriptorBytes];
        BinaryPrimitives.WriteUInt64BigEndian(descriptor, blocks);
        BinaryPrimitives.WriteInt32BigEndian(descriptor.AsSpan(12), blockBytes);
        return descriptor;
    }
}
