using System.Buffers.Binary;

namespace Headgate.Fuzz;

/// <summary>Parameter lists of EXTENDED COPY (LID1), SPC-4 section 6.4: target descriptors E4h, segment descriptors 02h and 0Ah.</summary>
internal static class CopyLists
{
    private const int HeaderBytes = 16;
    private const int TargetBytes = 32;

    /// <summary>A list that is mostly right; <paramref name="designator"/> (16 bytes, NAA) is that of a unit that there is.</summary>
    public static byte[] Make(Dice dice, byte[] designator, uint blocks)
    {
        var targets = dice.OneIn(20) ? dice.Below(12) : 1 + dice.Below(2);
        var segments = dice.OneIn(20) ? dice.Below(80) : 1 + dice.Below(3);
        var list = new List<byte>(new byte[HeaderBytes]);
        for (var i = 0; i < targets; i++) list.AddRange(Target(dice, designator));
        for (var i = 0; i < segments; i++) list.AddRange(Segment(dice, blocks));
        var bytes = list.ToArray();
        bytes[0] = dice.Byte();
        bytes[1] = dice.Of<byte>(0, 0x10, 0x18, 0x08, 0x20);
        if ((bytes[1] & 0x18) == 0x18 && !dice.OneIn(4)) bytes[0] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)(dice.OneIn(30) ? dice.Edge(512) : (uint)(targets * TargetBytes)));
        var segmentBytes = (uint)(bytes.Length - HeaderBytes - (targets * TargetBytes));
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(8), dice.OneIn(30) ? dice.Edge(512) : segmentBytes);
        if (dice.OneIn(40)) bytes[15] = dice.Byte();
        if (dice.OneIn(6)) Mutator.SpoilInPlace(dice, bytes);
        return dice.OneIn(20) ? bytes[..dice.Below(bytes.Length)] : bytes;
    }

    private static byte[] Target(Dice dice, byte[] designator)
    {
        var bytes = new byte[TargetBytes];
        (bytes[0], bytes[4], bytes[5], bytes[7]) = (0xE4, 1, 3, (byte)designator.Length);
        designator.CopyTo(bytes, 8);
        bytes[30] = 2; // 512 bytes in a block
        if (dice.OneIn(12)) Mutator.SpoilInPlace(dice, bytes);
        return bytes;
    }

    private static byte[] Segment(Dice dice, uint blocks)
    {
        var hasOffset = dice.OneIn(2);
        var bytes = new byte[hasOffset ? 32 : 28];
        (bytes[0], bytes[3]) = (hasOffset ? (byte)0x0A : (byte)0x02, (byte)(bytes.Length - 4));
        bytes[1] = dice.Of<byte>(0, 2, 1, 3);
        (bytes[5], bytes[7]) = ((byte)dice.Below(2), (byte)dice.Below(2));
        if (hasOffset) BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(8), dice.Edge(8192));
        else BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(10), (ushort)dice.Edge(32));
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(12), dice.OneIn(30) ? dice.Next() : dice.Edge(blocks));
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(20), dice.OneIn(30) ? dice.Next() : dice.Edge(blocks));
        if (hasOffset) BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(28), dice.OneIn(2) ? 0 : (uint)dice.Next());
        if (dice.OneIn(15)) Mutator.SpoilInPlace(dice, bytes);
        return bytes;
    }
}
