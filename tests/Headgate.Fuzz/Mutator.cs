using System.Buffers.Binary;

namespace Headgate.Fuzz;

/// <summary>Spoils bytes: bits, bytes, fields, lengths, splices, truncation.</summary>
internal static class Mutator
{
    /// <summary>A spoilt copy, at most <paramref name="maxBytes"/> long; <paramref name="other"/> is what splices take from.</summary>
    public static byte[] Spoil(Dice dice, ReadOnlySpan<byte> input, ReadOnlySpan<byte> other, int maxBytes)
    {
        var bytes = input.ToArray();
        for (var rounds = 1 + dice.Below(3); rounds > 0; rounds--) bytes = Once(dice, bytes, other);
        return bytes.Length <= maxBytes ? bytes : bytes[..maxBytes];
    }

    /// <summary>Spoils without changing the length.</summary>
    public static void SpoilInPlace(Dice dice, Span<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        var at = dice.Below(bytes.Length);
        switch (dice.Below(6))
        {
            case 0:
                bytes[at] ^= (byte)(1 << dice.Below(8));
                break;
            case 1:
                bytes[at] = dice.Byte();
                break;
            case 2:
                bytes[at] = dice.Of<byte>(0, 1, 0x7F, 0x80, 0xFF);
                break;
            case 3 when bytes.Length - at >= 2:
                BinaryPrimitives.WriteUInt16BigEndian(bytes[at..], (ushort)dice.Edge(0x1000));
                break;
            case 4 when bytes.Length - at >= 4:
                BinaryPrimitives.WriteUInt32BigEndian(bytes[at..], dice.Edge(0x1000));
                break;
            default:
                bytes[at] += (byte)(dice.OneIn(2) ? 1 : 0xFF);
                break;
        }
    }

    private static byte[] Once(Dice dice, byte[] bytes, ReadOnlySpan<byte> other)
    {
        if (bytes.Length == 0) return [dice.Byte()];
        var at = dice.Below(bytes.Length + 1);
        var end = at + dice.Below(bytes.Length - at + 1);
        switch (dice.Below(10))
        {
            case 0: // cut the end off
                return bytes[..at];
            case 1: // take a piece out
                return [.. bytes.AsSpan(0, at), .. bytes.AsSpan(end)];
            case 2: // say a piece twice
                return [.. bytes.AsSpan(0, end), .. bytes.AsSpan(at)];
            case 3 when !other.IsEmpty: // another's piece in the middle
                var from = dice.Below(other.Length);
                var piece = other.Slice(from, 1 + dice.Below(other.Length - from));
                return [.. bytes.AsSpan(0, at), .. piece, .. bytes.AsSpan(end)];
            case 4:
                return [.. bytes.AsSpan(0, at), dice.Byte(), .. bytes.AsSpan(at)];
            default:
                SpoilInPlace(dice, bytes);
                return bytes;
        }
    }
}
