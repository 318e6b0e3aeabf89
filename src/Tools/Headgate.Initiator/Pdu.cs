using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Headgate.Initiator;

/// <summary>Which parts of a PDU carry a CRC32C (RFC 7143 section 11.2.3); none during login.</summary>
internal readonly record struct Digests(bool Header, bool Data);

/// <summary>An iSCSI PDU: 48 bytes of header (RFC 7143 section 11.2.1) and a data segment, with digests where they were agreed on.</summary>
internal sealed class Pdu
{
    public const int HeaderBytes = 48;
    public const int DigestBytes = 4;

    public const byte NopIn = 0x20;
    public const byte ScsiResponse = 0x21;
    public const byte LoginResponse = 0x23;
    public const byte DataIn = 0x25;
    public const byte ReadyToTransfer = 0x31;
    public const byte AsyncMessage = 0x32;

    /// <summary>The tag that stands for none (RFC 7143 section 11.2.1.8).</summary>
    public const uint NoTag = 0xffffffff;

    public byte[] Header { get; } = new byte[HeaderBytes];

    public ReadOnlyMemory<byte> Data { get; set; }

    public int Opcode => Header[0] & 0x3f;

    public bool HasStatus => (Header[1] & 1) != 0;

    public int DataBytes => (int)(Word(4) & 0xffffff);

    public int AhsBytes => Header[4] * 4;

    public uint Word(int offset) => BinaryPrimitives.ReadUInt32BigEndian(Header.AsSpan(offset));

    public void SetWord(int offset, uint value) => BinaryPrimitives.WriteUInt32BigEndian(Header.AsSpan(offset), value);

    public Dictionary<string, string> Keys => Encoding.UTF8.GetString(Data.Span)
        .Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[^1]);

    public static byte[] Text(params ReadOnlySpan<string> pairs)
    {
        var text = new StringBuilder();
        foreach (var pair in pairs) text.Append(pair).Append('\0');
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Sends it in one write; a data segment is padded to four bytes.</summary>
    public async Task SendAsync(Stream stream, CancellationToken stop, Digests digests = default)
    {
        var dataAt = HeaderBytes + (digests.Header ? DigestBytes : 0);
        var dataEnd = dataAt + Padded(Data.Length);
        var bytes = new byte[dataEnd + (digests.Data && Data.Length > 0 ? DigestBytes : 0)];
        BinaryPrimitives.WriteUInt32BigEndian(Header.AsSpan(4), (uint)Data.Length); // TotalAHSLength (byte 4) stays 0
        Header.CopyTo(bytes, 0);
        Data.CopyTo(bytes.AsMemory(dataAt));
        if (digests.Header) Digest(bytes.AsSpan(0, HeaderBytes), bytes.AsSpan(HeaderBytes));
        if (bytes.Length > dataEnd) Digest(bytes.AsSpan(dataAt..dataEnd), bytes.AsSpan(dataEnd));
        await stream.WriteAsync(bytes, stop).ConfigureAwait(false);
    }

    /// <summary>Throws when <paramref name="digest"/> is not that of <paramref name="first"/> and <paramref name="second"/> together.</summary>
    /// <exception cref="InvalidDataException">It is another's: with error recovery level 0 the session ends (RFC 7143 section 7.8).</exception>
    public static void Verify(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second = default)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(digest) != ~Crc32C(Crc32C(uint.MaxValue, first), second))
            throw new InvalidDataException("A CRC32C digest of the target's is wrong: what came was damaged on its way.");
    }

    /// <summary>RFC 7143 section 13.1: sent with the coefficient of the highest power first, which is little-endian here (appendix A.4's examples).</summary>
    private static void Digest(ReadOnlySpan<byte> of, Span<byte> into) => BinaryPrimitives.WriteUInt32LittleEndian(into, ~Crc32C(uint.MaxValue, of));

    private static uint Crc32C(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var one in bytes) crc = BitOperations.Crc32C(crc, one);
        return crc;
    }

    /// <summary>Receives one whole.</summary>
    public static async Task<Pdu> ReceiveAsync(Stream stream, CancellationToken stop)
    {
        var pdu = new Pdu();
        await stream.ReadExactlyAsync(pdu.Header, stop).ConfigureAwait(false);
        var rest = new byte[pdu.AhsBytes + Padded(pdu.DataBytes)];
        await stream.ReadExactlyAsync(rest, stop).ConfigureAwait(false);
        pdu.Data = rest.AsMemory(pdu.AhsBytes, pdu.DataBytes);
        return pdu;
    }

    public static int Padded(int bytes) => (bytes + 3) & ~3;
}
