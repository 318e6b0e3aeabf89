using System.Text;

namespace Headgate.Scsi.Commands;

/// <summary>VPD page 83h (SPC-4 7.8.5): names of the logical unit, of its target port and of the target.</summary>
internal static class DeviceIdentification
{
    /// <summary>The one target port (its relative identifier and its target port group).</summary>
    public const ushort TargetPort = 1;

    private const byte BinaryCode = 1;
    private const byte AsciiCode = 2;
    private const byte Utf8Code = 3;
    private const byte OfLogicalUnit = 0x00;
    private const byte OfTargetPort = 0x10;
    private const byte OfTarget = 0x20;
    private const byte ProtocolIscsi = 0x50;
    private const byte ProtocolValid = 0x80;

    public static byte[] Designators(LogicalUnitIdentity identity)
    {
        var list = new List<byte>(256);
        Add(list, BinaryCode, OfLogicalUnit, type: 3, identity.Naa);
        Add(list, BinaryCode, OfLogicalUnit, type: 2, identity.Eui64);
        Add(list, AsciiCode, OfLogicalUnit, type: 1, T10Vendor(identity));
        Add(list, BinaryCode, OfTargetPort, type: 4, [0, 0, 0, (byte)TargetPort]);
        Add(list, BinaryCode, OfTargetPort, type: 5, [0, 0, 0, (byte)TargetPort]);
        Add(list, Utf8Code, OfTargetPort, type: 8, Name($"{identity.TargetName},t,0x{TargetPort:x4}"));
        Add(list, Utf8Code, OfTarget, type: 8, Name(identity.TargetName));
        return [.. list];
    }

    private static void Add(List<byte> list, byte codeSet, byte association, byte type, ReadOnlySpan<byte> designator)
    {
        var ofLogicalUnit = association == OfLogicalUnit;
        list.Add((byte)((ofLogicalUnit ? 0 : ProtocolIscsi) | codeSet));
        list.Add((byte)((ofLogicalUnit ? 0 : ProtocolValid) | association | type));
        list.Add(0);
        list.Add((byte)designator.Length);
        list.AddRange(designator);
    }

    private static byte[] T10Vendor(LogicalUnitIdentity identity)
    {
        var designator = new byte[8 + identity.SerialNumber.Length];
        Inquiry.WriteAscii(designator.AsSpan(0, 8), identity.VendorId);
        Inquiry.WriteAscii(designator.AsSpan(8), identity.SerialNumber);
        return designator;
    }

    /// <summary>UTF-8, ended by a zero and filled with zeros to a multiple of four (SPC-4 7.8.5.11). At most 236 bytes of name.</summary>
    private static byte[] Name(string name)
    {
        var length = Encoding.UTF8.GetByteCount(name);
        var bytes = new byte[(length + 4) & ~3];
        Encoding.UTF8.GetBytes(name, bytes);
        return bytes;
    }
}
