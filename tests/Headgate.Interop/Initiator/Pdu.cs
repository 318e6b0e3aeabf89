using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Headgate.Interop.Initiator;

/// <summary>An iSCSI PDU of the test's own initiator: 48 bytes of header (RFC 7143 section 11.2.1) and a data segment. No digests.</summary>
internal sealed class Pdu
{
    public const int HeaderBytes = 48;

    public byte[] Header { get; } = new byte[HeaderBytes];

    public byte[] Data { get; set; } = [];

    public int Opcode => Header[0] & 0x3f;

    public uint Word(int offset) => BinaryPrimitives.ReadUInt32BigEndian(Header.AsSpan(offset));

    public void SetWord(int offset, uint value) => BinaryPrimitives.WriteUInt32BigEndian(Header.AsSpan(offset), value);

    public Dictionary<string, string> Keys =>
        Encoding.UTF8.GetString(Data).Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);

    public static byte[] Text(params ReadOnlySpan<string> pairs)
    {
        var text = new StringBuilder();
        foreach (var pair in pairs) text.Append(pair).Append('\0');
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    public async Task SendAsync(NetworkStream stream, CancellationToken stop)
    {
        var padded = (Data.Length + 3) & ~3;
        var bytes = new byte[HeaderBytes + padded];
        BinaryPrimitives.WriteUInt32BigEndian(Header.AsSpan(4), (uint)Data.Length); // TotalAHSLength (byte 4) stays 0
        Header.CopyTo(bytes, 0);
        Data.CopyTo(bytes, HeaderBytes);
        await stream.WriteAsync(bytes, stop);
    }

    public static async Task<Pdu> ReceiveAsync(NetworkStream stream, CancellationToken stop)
    {
        var pdu = new Pdu();
        await stream.ReadExactlyAsync(pdu.Header, stop);
        var ahs = pdu.Header[4] * 4;
        var length = (int)(pdu.Word(4) & 0xffffff);
        var rest = new byte[ahs + ((length + 3) & ~3)];
        await stream.ReadExactlyAsync(rest, stop);
        pdu.Data = rest[ahs..(ahs + length)];
        return pdu;
    }
}
