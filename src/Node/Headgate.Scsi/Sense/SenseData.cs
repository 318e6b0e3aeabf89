using System.Buffers.Binary;

namespace Headgate.Scsi.Sense;

/// <summary>Where the fault is (SPC-4 4.5.2.4.2).</summary>
/// <param name="InCdb">C/D: in the CDB, not in the parameter list.</param>
/// <param name="Byte">First byte of the field.</param>
/// <param name="Bit">Leftmost bit of the field; negative when the whole byte is meant.</param>
internal readonly record struct FieldPointer(bool InCdb, ushort Byte, int Bit);

/// <summary>Sense data before it is laid out in one of its two formats (SPC-4 4.5).</summary>
internal readonly record struct SenseData(SenseKey Key, AdditionalSense Code)
{
    private const int FixedLength = 18;
    private const int DescriptorHeaderLength = 8;
    private const int InformationDescriptorLength = 12;
    private const int FieldDescriptorLength = 8;

    /// <summary>An LBA or an offset, as the command defines it.</summary>
    public ulong? Information { get; init; }

    public FieldPointer? Field { get; init; }

    /// <summary>PROGRESS INDICATION of NOT READY, in 65536ths; in the place of the field pointer.</summary>
    public ushort? Progress { get; init; }

    private bool HasKeySpecific => Field is not null || Progress is not null;

    public static SenseData IllegalRequest(AdditionalSense code) => new(SenseKey.IllegalRequest, code);

    /// <summary>INVALID FIELD IN CDB with the field pointer that tells it from "not implemented".</summary>
    public static SenseData InvalidFieldInCdb(int at, int bit = -1) =>
        IllegalRequest(AdditionalSense.InvalidFieldInCdb) with { Field = new FieldPointer(true, (ushort)at, bit) };

    public static SenseData InvalidFieldInParameterList(int at, int bit = -1) =>
        IllegalRequest(AdditionalSense.InvalidFieldInParameterList) with { Field = new FieldPointer(false, (ushort)at, bit) };

    /// <summary>Lays it out.</summary>
    /// <param name="descriptorFormat">D_SENSE, or DESC of REQUEST SENSE.</param>
    public byte[] Encode(bool descriptorFormat) => descriptorFormat ? EncodeDescriptors() : EncodeFixed();

    private byte[] EncodeFixed()
    {
        var sense = new byte[FixedLength];
        sense[0] = 0x70;
        sense[2] = (byte)Key;
        // SPC-4 4.5.3: INFORMATION that needs more than 32 bits leaves VALID at zero.
        if (Information is <= uint.MaxValue)
        {
            sense[0] |= 0x80;
            BinaryPrimitives.WriteUInt32BigEndian(sense.AsSpan(3), (uint)Information.Value);
        }

        sense[7] = FixedLength - 8;
        BinaryPrimitives.WriteUInt16BigEndian(sense.AsSpan(12), Code.Code);
        WriteKeySpecific(sense.AsSpan(15));
        return sense;
    }

    private byte[] EncodeDescriptors()
    {
        var length = DescriptorHeaderLength + (Information is null ? 0 : InformationDescriptorLength)
            + (HasKeySpecific ? FieldDescriptorLength : 0);
        var sense = new byte[length];
        sense[0] = 0x72;
        sense[1] = (byte)Key;
        BinaryPrimitives.WriteUInt16BigEndian(sense.AsSpan(2), Code.Code);
        sense[7] = (byte)(length - DescriptorHeaderLength);
        var next = sense.AsSpan(DescriptorHeaderLength);
        if (Information is { } information)
        {
            next[1] = InformationDescriptorLength - 2;
            next[2] = 0x80;
            BinaryPrimitives.WriteUInt64BigEndian(next[4..], information);
            next = next[InformationDescriptorLength..];
        }

        if (HasKeySpecific)
        {
            next[0] = 0x02;
            next[1] = FieldDescriptorLength - 2;
            WriteKeySpecific(next[4..]);
        }

        return sense;
    }

    private void WriteKeySpecific(Span<byte> keySpecific)
    {
        if (Progress is { } progress)
        {
            keySpecific[0] = 0x80;
            BinaryPrimitives.WriteUInt16BigEndian(keySpecific[1..], progress);
            return;
        }

        if (Field is not { } field)
            return;
        keySpecific[0] = (byte)(0x80 | (field.InCdb ? 0x40 : 0) | (field.Bit >= 0 ? 0x08 | field.Bit : 0));
        BinaryPrimitives.WriteUInt16BigEndian(keySpecific[1..], field.Byte);
    }
}
