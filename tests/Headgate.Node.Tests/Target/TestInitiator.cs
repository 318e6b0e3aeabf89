using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Headgate.Iscsi.Pdu;
using Headgate.Iscsi.Text;

namespace Headgate.Node.Tests.Target;

/// <summary>A PDU as it came from the target.</summary>
public sealed record ReceivedPdu(byte[] Header, byte[] Data)
{
    public byte Opcode => (byte)(Header[0] & 0x3F);

    public byte Flags => Header[1];

    public uint At(int offset) => BinaryPrimitives.ReadUInt32BigEndian(Header.AsSpan(offset));

    public int LoginStatus => Header[36] << 8 | Header[37];

    public Dictionary<string, string> Keys => TextPairs.Parse(Data, out _)!.ToDictionary();
}

/// <summary>An initiator that sends what the test says, right or wrong, byte by byte if need be.</summary>
public sealed class TestInitiator : IDisposable
{
    private readonly Socket _socket;
    private List<byte>? _together;

    public TestInitiator(int port)
        : this(new IPEndPoint(IPAddress.Loopback, port))
    {
    }

    public TestInitiator(IPEndPoint portal)
    {
        _socket = new Socket(portal.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = (int)Patience.Long.TotalMilliseconds };
        _socket.Connect(portal);
    }

    public string Name { get; init; } = "iqn.2026-11.test:initiator";

    public byte Isid { get; init; } = 1;

    /// <summary>TSIH of the login: of the session to go on with.</summary>
    public ushort Tsih { get; init; }

    public ushort ConnectionId { get; init; }

    public uint CmdSn { get; set; } = 1;

    public uint ExpStatSn { get; private set; }

    public bool HeaderDigest { get; set; }

    public bool DataDigest { get; set; }

    /// <summary>Waits for each byte to be sent alone: every split of the header at the target.</summary>
    public bool ByteByByte { get; set; }

    public void Dispose() => _socket.Dispose();

    /// <summary>Logs in without the security stage and returns the last response.</summary>
    public ReceivedPdu Login(string? target, string keys = "")
    {
        var names = $"InitiatorName={Name}\0" + (target is null ? "SessionType=Discovery\0" : $"TargetName={target}\0");
        var reply = LoginStep(1, 3, names + keys);
        if (reply.LoginStatus != 0) return reply;
        (HeaderDigest, DataDigest) = (keys.Contains("HeaderDigest=CRC32C", StringComparison.Ordinal), keys.Contains("DataDigest=CRC32C", StringComparison.Ordinal));
        return reply;
    }

    public ReceivedPdu LoginStep(int stage, int? next, string keys)
    {
        var header = NewHeader(0x43, (byte)(stage << 2 | (next is { } to ? 0x80 | to : 0)));
        header[8] = 0x80;
        header[13] = Isid;
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(14), Tsih);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(20), ConnectionId);
        Send(header, Encoding.UTF8.GetBytes(keys));
        return Receive()!;
    }

    /// <summary>A header with task tag and numbers in place.</summary>
    public byte[] NewHeader(byte firstByte, byte flags, uint taskTag = 7)
    {
        var header = new byte[BasicHeader.Size];
        (header[0], header[1]) = (firstByte, flags);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(16), taskTag);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(24), CmdSn);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(28), ExpStatSn);
        return header;
    }

    /// <summary>Sends a SCSI command in its turn; READ(10) and WRITE(10) have helpers below.</summary>
    public void Command(byte flags, byte[] cdb, int expected, uint taskTag = 7, byte[]? immediate = null)
    {
        var header = NewHeader(0x01, flags, taskTag);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(20), expected);
        cdb.CopyTo(header, 32);
        Send(header, immediate ?? []);
        CmdSn++;
    }

    public void Read10(uint lba, ushort blocks, int? expected = null, uint taskTag = 7) =>
        Command(0xC0, Rw(0x28, lba, blocks), expected ?? blocks * 512, taskTag);

    public void Write10(uint lba, ushort blocks, byte[] immediate, bool isFinal = true, int? expected = null, uint taskTag = 7) =>
        Command((byte)(isFinal ? 0xA0 : 0x20), Rw(0x2A, lba, blocks), expected ?? blocks * 512, taskTag, immediate);

    public void DataOut(uint taskTag, uint transferTag, uint dataSn, uint offset, byte[] data, bool isFinal)
    {
        var header = NewHeader(0x05, (byte)(isFinal ? 0x80 : 0), taskTag);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(20), transferTag);
        header.AsSpan(24, 4).Clear();
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(36), dataSn);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(40), offset);
        Send(header, data);
    }

    /// <summary>TEST UNIT READY until the unit attention of the new session is gone.</summary>
    public void ClearAttention()
    {
        for (var status = 2; status != 0;)
        {
            Command(0x80, new byte[6], 0);
            status = Receive()!.Header[3];
        }
    }

    /// <summary>All data of a read and its status.</summary>
    public (byte[] Data, ReceivedPdu Last, int Pdus) ReceiveRead()
    {
        var data = new List<byte>();
        for (var pdus = 1; ; pdus++)
        {
            var pdu = Receive()!;
            if (pdu.Opcode == Opcode.ScsiResponse) return ([.. data], pdu, pdus);
            Assert.Equal(Opcode.DataIn, pdu.Opcode);
            Assert.Equal((uint)data.Count, pdu.At(40));
            Assert.Equal((uint)(pdus - 1), pdu.At(36));
            data.AddRange(pdu.Data);
            if ((pdu.Flags & 1) != 0) return ([.. data], pdu, pdus);
        }
    }

    public void Send(byte[] header, byte[] data)
    {
        (header[5], header[6], header[7]) = ((byte)(data.Length >> 16), (byte)(data.Length >> 8), (byte)data.Length);
        var pdu = new List<byte>(header);
        if (HeaderDigest) pdu.AddRange(Digest(header));
        byte[] padded = [.. data, .. new byte[-data.Length & 3]];
        pdu.AddRange(padded);
        if (DataDigest && data.Length > 0) pdu.AddRange(Digest(padded));
        SendRaw([.. pdu]);
    }

    /// <summary>What <paramref name="sends"/> sends goes out in one piece.</summary>
    public void SendTogether(Action sends)
    {
        _together = [];
        sends();
        byte[] all = [.. _together];
        _together = null;
        SendRaw(all);
    }

    public void SendRaw(byte[] bytes)
    {
        if (_together is { } together)
        {
            together.AddRange(bytes);
            return;
        }
        var step = ByteByByte ? 1 : bytes.Length;
        for (var at = 0; at < bytes.Length; at += step) _socket.Send(bytes, at, step, SocketFlags.None);
    }

    /// <summary>A text request with its answer, the parts of a long one put together.</summary>
    public (byte[] Text, int Parts) Ask(string text)
    {
        var request = NewHeader(0x44, 0x80, 6);
        request.AsSpan(20, 4).Fill(0xFF);
        Send(request, Encoding.UTF8.GetBytes(text));
        var gathered = new List<byte>();
        for (var parts = 1; ; parts++)
        {
            var answer = Receive()!;
            Assert.Equal(Opcode.TextResponse, answer.Opcode);
            gathered.AddRange(answer.Data);
            if ((answer.Flags & 0x80) != 0) return ([.. gathered], parts);
            Assert.Equal(0x40, answer.Flags);
            answer.Header.AsSpan(20, 4).CopyTo(request.AsSpan(20));
            Send(request, []);
        }
    }

    /// <summary>The next PDU, digests checked; null when the target closed.</summary>
    public ReceivedPdu? Receive()
    {
        var header = new byte[BasicHeader.Size];
        if (!Fill(header)) return null;
        if (HeaderDigest) CheckDigest(header);
        var data = new byte[header[5] << 16 | header[6] << 8 | header[7]];
        var padded = new byte[(data.Length + 3) & ~3];
        Assert.True(Fill(padded));
        if (DataDigest && data.Length > 0) CheckDigest(padded);
        padded.AsSpan(0, data.Length).CopyTo(data);
        var pdu = new ReceivedPdu(header, data);
        var carriesStatus = pdu.Opcode is not (Opcode.ReadyToTransfer or Opcode.DataIn) || (pdu.Opcode == Opcode.DataIn && (pdu.Flags & 1) != 0);
        if (carriesStatus) ExpStatSn = pdu.At(24) + 1;
        return pdu;
    }

    private static byte[] Rw(byte opcode, uint lba, ushort blocks) =>
        [opcode, 0, (byte)(lba >> 24), (byte)(lba >> 16), (byte)(lba >> 8), (byte)lba, 0, (byte)(blocks >> 8), (byte)blocks, 0];

    private static byte[] Digest(byte[] bytes)
    {
        var digest = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(digest, Crc32C.Of(bytes));
        return digest;
    }

    private void CheckDigest(byte[] bytes)
    {
        var digest = new byte[4];
        Assert.True(Fill(digest));
        Assert.Equal(Digest(bytes), digest);
    }

    private bool Fill(byte[] bytes)
    {
        for (var got = 0; got < bytes.Length;)
        {
            int count;
            try
            {
                count = _socket.Receive(bytes, got, bytes.Length - got, SocketFlags.None);
            }
            catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
            {
                return false;
            }
            if (count == 0) return false;
            got += count;
        }
        return true;
    }
}
