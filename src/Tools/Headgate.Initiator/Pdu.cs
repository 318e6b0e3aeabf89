using System.Buffers.Binary;
using System.Text;

namespace Headgate.Initiator;

/// <summary>An iSCSI PDU: 48 bytes of header (RFC 7143 section 11.2.1) and a data segment. No digests.</summary>
internal sealed class Pdu
{
    public const int HeaderBytes = 48;

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
    public async Task SendAsync(Stream stream, CancellationToken stop)
    {
        var bytes = new byte[HeaderBytes + Padded(Data.Length)];
        BinaryPrimitives.WriteUInt32BigEndian(Header.AsSpan(4), (uint)Data.Length); // TotalAHSLength (byte 4) stays 0
        Header.CopyTo(bytes, 0);
        Data.CopyTo(bytes.AsMemory(HeaderBytes));
        await stream.WriteAsync(bytes, stop).ConfigureAwait(false);
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
