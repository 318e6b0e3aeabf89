using System.Buffers.Binary;
using Headgate.Scsi.Copying;

namespace Headgate.Scsi.Commands;

/// <summary>VPD page 8Fh, third-party copy (SPC-4 7.8.17): which copy commands there are, and their bounds.</summary>
internal static class ThirdPartyCopyPage
{
    private const ushort SupportedCommands = 0x0001;
    private const ushort ParameterData = 0x0004;
    private const ushort SupportedDescriptors = 0x0008;
    private const ushort GeneralCopyOperations = 0x8001;

    /// <summary>The descriptors, ascending by type.</summary>
    public static byte[] Body(int blockBytes)
    {
        // EXTENDED COPY (LID1); RECEIVE COPY RESULTS: copy status, operating parameters.
        ReadOnlySpan<byte> commands = [7, 0x83, 1, 0x00, 0x84, 2, 0x00, 0x03];
        var descriptors = CopyLimits.Descriptors;
        var supported = new byte[1 + descriptors.Length];
        supported[0] = (byte)descriptors.Length;
        descriptors.CopyTo(supported.AsSpan(1));
        return
        [
            .. Descriptor(SupportedCommands, commands), .. Descriptor(ParameterData, Parameters()),
            .. Descriptor(SupportedDescriptors, supported), .. Descriptor(GeneralCopyOperations, General(blockBytes)),
        ];
    }

    private static byte[] Parameters()
    {
        var data = new byte[28];
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(4), CopyLimits.MaxTargets);
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(6), CopyLimits.MaxSegments);
        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(8), CopyLimits.MaxListBytes);
        return data;
    }

    private static byte[] General(int blockBytes)
    {
        var data = new byte[32];
        BinaryPrimitives.WriteUInt32BigEndian(data, CopyLimits.MaxConcurrent);
        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(4), CopyLimits.MaxConcurrent);
        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(8), CopyLimits.MaxSegmentBytes);
        data[12] = (byte)System.Numerics.BitOperations.Log2((uint)blockBytes);
        return data;
    }

    /// <summary>Type, length and body, filled up to a multiple of four.</summary>
    private static byte[] Descriptor(ushort type, ReadOnlySpan<byte> body)
    {
        var descriptor = new byte[4 + (body.Length + 3 & ~3)];
        BinaryPrimitives.WriteUInt16BigEndian(descriptor, type);
        BinaryPrimitives.WriteUInt16BigEndian(descriptor.AsSpan(2), (ushort)(descriptor.Length - 4));
        body.CopyTo(descriptor.AsSpan(4));
        return descriptor;
    }
}
