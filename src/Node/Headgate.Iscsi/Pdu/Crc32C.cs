using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Headgate.Iscsi.Pdu;

/// <summary>
/// The CRC32C of header and data digests, RFC 7143 section 13.1. <see cref="BitOperations.Crc32C(uint, ulong)"/> is one
/// instruction on x64 (SSE4.2) and arm64, some 8 bytes per 3 cycles.
/// </summary>
public struct Crc32C
{
    /// <summary>Bytes of a digest on the wire.</summary>
    public const int Size = 4;

    private uint _state;

    /// <summary>One that has seen nothing.</summary>
    public Crc32C() => _state = uint.MaxValue;

    /// <summary>The digest of all that was appended; goes on the wire the least significant byte first.</summary>
    public readonly uint Value => ~_state;

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = new Crc32C();
        crc.Append(bytes);
        return crc.Value;
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        var state = _state;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
            state = BitOperations.Crc32C(state, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        foreach (var b in bytes[(words.Length * sizeof(ulong))..])
            state = BitOperations.Crc32C(state, b);
        _state = state;
    }

    /// <summary>Puts <see cref="Value"/> on the wire.</summary>
    public readonly void Write(Span<byte> digest) => BinaryPrimitives.WriteUInt32LittleEndian(digest, Value);

    /// <summary>Whether the four bytes from the wire are the digest of what was appended.</summary>
    public readonly bool Matches(ReadOnlySpan<byte> digest) => BinaryPrimitives.ReadUInt32LittleEndian(digest) == Value;
}
