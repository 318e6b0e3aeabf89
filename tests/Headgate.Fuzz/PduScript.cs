using System.Buffers.Binary;
using System.Text;
using Headgate.Iscsi.Pdu;

namespace Headgate.Fuzz;

/// <summary>
/// Makes the PDUs of one connection: an initiator that knows what is right, and does it most of the time, since a target
/// is reached deepest by what is nearly right.
/// </summary>
/// <remarks>
/// An input: flags (1 byte: bit 0 spoils the header digest, bit 1 the data digest), header, then data without padding
/// and digests, which depend on what was agreed on.
/// </remarks>
internal sealed class PduScript(Epoch epoch, ReplyReader replies)
{
    private const int DataBytesMax = 20_000;

    private readonly Dice _dice = epoch.Dice;
    private uint _cmdSn = 1;
    private uint _taskTag;
    private int _loginSteps;
    private uint _dataSn;

    public byte[] Make()
    {
        if (!replies.IsLoggedIn) return Login();
        var kept = epoch.Corpus.Pick(_dice);
        if (kept.Length > BasicHeader.Size && _dice.OneIn(4)) return Again(kept);
        if (_dice.OneIn(2) && replies.TakeR2t(_dice) is { } r2t) return DataOut(r2t);
        return _dice.Below(100) switch
        {
            < 55 => Command(),
            < 63 => NopOut(),
            < 73 => Management(),
            < 83 => Text(),
            < 93 => DataOut(new OpenR2t(_taskTag - (uint)_dice.Below(3), _dice.OneIn(2) ? Tags.None : _dice.Edge(0x10000), _dice.Edge(8192), _dice.Edge(8192))),
            < 95 => Logout(),
            < 96 => Finish(Header(Opcode.Snack, 0x80, immediate: false), []),
            _ => Finish(Header((byte)_dice.Below(64), _dice.Byte(), _dice.OneIn(2)), Noise(_dice.Below(64))),
        };
    }

    /// <summary>As it goes over the wire.</summary>
    public byte[] Encode(byte[] input)
    {
        var (withHeaderDigest, withDataDigest) = replies.Digests;
        var header = input.AsSpan(1, Math.Min(BasicHeader.Size, input.Length - 1));
        var data = input.AsSpan(1 + header.Length);
        var wire = new List<byte>(input.Length + 16);
        wire.AddRange(header);
        var ahsBytes = header.Length < BasicHeader.Size ? 0 : Math.Min(header[4] * 4, data.Length);
        wire.AddRange(data[..ahsBytes]);
        if (withHeaderDigest) wire.AddRange(Digest([.. header, .. data[..ahsBytes]], (input[0] & 1) != 0));
        byte[] padded = [.. data[ahsBytes..], .. new byte[-(data.Length - ahsBytes) & 3]];
        wire.AddRange(padded);
        if (withDataDigest && padded.Length > 0) wire.AddRange(Digest(padded, (input[0] & 2) != 0));
        return [.. wire];
    }

    /// <summary>Counts what the target counts, when it takes the PDU.</summary>
    public void NoteSent(byte[] input)
    {
        if (input.Length <= BasicHeader.Size) return;
        var opcode = input[1] & 0x3F;
        var counts = (input[1] & 0x40) == 0 && opcode is not (Opcode.DataOut or Opcode.Snack or Opcode.Login);
        if (counts && BinaryPrimitives.ReadUInt32BigEndian(input.AsSpan(25)) == _cmdSn) _cmdSn++;
    }

    private static byte[] Digest(byte[] bytes, bool spoil)
    {
        var digest = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(digest, Crc32C.Of(bytes) + (spoil ? 1u : 0));
        return digest;
    }

    private byte[] Header(byte opcode, byte flags, bool immediate)
    {
        // A window that is closed stays so while its commands wait for data: what is immediate goes all the same.
        var isClosed = SerialNumber.Before(replies.MaxCmdSn, _cmdSn);
        var header = new byte[BasicHeader.Size];
        header[0] = (byte)(opcode | (immediate || isClosed ? 0x40 : 0));
        header[1] = flags;
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(16), ++_taskTag & 0xFF);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(20), Tags.None);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(24), _dice.OneIn(400) ? _cmdSn + (uint)_dice.Below(300) - 10 : _cmdSn);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(28), replies.ExpStatSn);
        return header;
    }

    private byte[] Finish(byte[] header, ReadOnlySpan<byte> data)
    {
        if (_dice.OneIn(8)) Mutator.SpoilInPlace(_dice, header.AsSpan(_dice.OneIn(30) ? 0 : 8));
        var length = _dice.OneIn(600) ? (int)_dice.Edge(8192) & 0xFFFFFF : data.Length;
        (header[5], header[6], header[7]) = ((byte)(length >> 16), (byte)(length >> 8), (byte)length);
        return [_dice.OneIn(300) ? _dice.Byte() : (byte)0, .. header, .. data];
    }

    private byte[] Again(ReadOnlySpan<byte> kept)
    {
        var header = kept.Slice(1, BasicHeader.Size).ToArray();
        if (header[4] != 0 || (header[0] & 0x3F) == Opcode.Login) return Command();
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(24), _cmdSn);
        if (SerialNumber.Before(replies.MaxCmdSn, _cmdSn)) header[0] |= 0x40;
        var data = kept[(1 + BasicHeader.Size)..];
        return Finish(header, _dice.OneIn(3) ? Mutator.Spoil(_dice, data, epoch.Corpus.Pick(_dice), DataBytesMax) : data);
    }

    private byte[] Login()
    {
        _loginSteps++;
        var header = Header(Opcode.Login, 0, immediate: true);
        (header[8], header[13]) = (0x80, (byte)_dice.Below(3));
        var isFirst = _loginSteps == 1;
        var isDirect = isFirst && !_dice.OneIn(4);
        header[1] = isDirect ? (byte)0x87 : isFirst ? (byte)0x81 : (byte)0x87;
        var keys = isFirst
            ? $"InitiatorName=iqn.2026-11.fuzz:i{_dice.Below(3)}\0{(_dice.OneIn(8) ? "SessionType=Discovery\0" : "TargetName=iqn.2026-11.fuzz:disk\0")}"
            : "";
        if (isDirect || !isFirst)
        {
            keys += _dice.Of("", "HeaderDigest=CRC32C\0", "DataDigest=CRC32C\0", "HeaderDigest=CRC32C\0DataDigest=CRC32C\0");
            keys += _dice.Of("", "InitialR2T=No\0", "InitialR2T=Yes\0ImmediateData=No\0", "MaxBurstLength=1024\0FirstBurstLength=512\0InitialR2T=No\0MaxOutstandingR2T=4\0");
            keys += _dice.Of("", "MaxRecvDataSegmentLength=512\0", "MaxRecvDataSegmentLength=262144\0");
        }
        else
        {
            keys += "AuthMethod=None\0";
        }
        var data = Encoding.UTF8.GetBytes(keys);
        if (_dice.OneIn(20)) data = [.. data, .. KeyWords.Some(_dice, 8)];
        if (_dice.OneIn(40)) data = Mutator.Spoil(_dice, data, KeyWords.Some(_dice, 4), 8192);
        (header[5], header[6], header[7]) = (0, (byte)(data.Length >> 8), (byte)data.Length);
        if (_dice.OneIn(40)) Mutator.SpoilInPlace(_dice, header);
        return [0, .. header, .. data];
    }

    private byte[] Command()
    {
        var blocks = _dice.OneIn(10) ? (int)_dice.Edge(64) : _dice.Below(12);
        var writes = _dice.OneIn(2);
        var lba = (byte)_dice.Below(200);
        byte[] cdb = _dice.Below(12) switch
        {
            < 7 => [writes ? (byte)0x2A : (byte)0x28, 0, 0, 0, 0, lba, 0, (byte)(blocks >> 8), (byte)blocks, 0],
            7 => [_dice.Of<byte>(0x2E, 0x2F, 0x35, 0x41), 0, 0, 0, 0, lba, 0, 0, (byte)blocks, 0],
            8 => [0x42, 0, 0, 0, 0, 0, 0, 0, 24, 0],
            9 => [0x89, 0, 0, 0, 0, 0, 0, 0, 0, lba, 0, 0, 0, 1, 0, 0],
            10 => [0x12, 0, 0, 0, 255, 0],
            _ => [_dice.Byte(), (byte)_dice.Below(32), .. Noise(14)],
        };
        writes = cdb[0] is 0x2A or 0x2E or 0x41 or 0x42 or 0x89 || (cdb[0] is not (0x28 or 0x2F or 0x35 or 0x12) && writes);
        var expected = _dice.OneIn(8) ? _dice.Edge(64 * 1024) : cdb[0] switch { 0x42 => 24, 0x89 => 1024, 0x41 => 512, 0x12 => 255, 0x2F or 0x35 => 0, _ => (uint)blocks * 512 };
        var isFinal = !writes || !_dice.OneIn(3);
        var header = Header(Opcode.ScsiCommand, (byte)((isFinal ? 0x80 : 0) | (writes ? 0x20 : 0x40) | _dice.Below(5)), immediate: _dice.OneIn(20));
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(20), expected);
        cdb.AsSpan(0, Math.Min(16, cdb.Length)).CopyTo(header.AsSpan(32));
        _dataSn = 0;
        var immediate = writes && _dice.OneIn(2) ? Noise((int)Math.Min(expected, _dice.OneIn(4) ? (uint)_dice.Below(DataBytesMax) : DataBytesMax)) : [];
        return Finish(header, immediate);
    }

    private byte[] DataOut(OpenR2t r2t)
    {
        var count = (int)Math.Min(r2t.ByteCount, _dice.OneIn(6) ? (uint)_dice.Below(DataBytesMax) : DataBytesMax);
        var header = Header(Opcode.DataOut, (byte)(count == r2t.ByteCount || _dice.OneIn(6) ? 0x80 : 0), immediate: false);
        header[0] = Opcode.DataOut;
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(16), r2t.TaskTag);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(20), r2t.TransferTag);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(36), _dice.OneIn(20) ? _dataSn++ : 0);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(40), r2t.Offset);
        return Finish(header, Noise(count));
    }

    private byte[] NopOut()
    {
        var header = Header(Opcode.NopOut, 0x80, _dice.OneIn(2));
        if (_dice.OneIn(4)) header.AsSpan(16, 4).Fill(0xFF);
        return Finish(header, Noise(_dice.Below(200)));
    }

    private byte[] Management()
    {
        var function = _dice.OneIn(2) ? 2 : _dice.OneIn(40) ? 7 : _dice.Of(1, 1, 3, 4, 5, 6, 8, 9);
        var header = Header(Opcode.TaskManagement, (byte)(0x80 | function), immediate: !_dice.OneIn(3));
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(20), (_taskTag - 1 - (uint)_dice.Below(4)) & 0xFF);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(32), _cmdSn - (uint)_dice.Below(3));
        return Finish(header, []);
    }

    private byte[] Text()
    {
        var header = Header(Opcode.Text, _dice.OneIn(6) ? (byte)0x40 : (byte)0x80, _dice.OneIn(2));
        if (_dice.OneIn(3)) BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(20), 1);
        return Finish(header, _dice.Below(3) switch { 0 => [], 1 => "SendTargets=All\0"u8, _ => KeyWords.Some(_dice, 4) });
    }

    private byte[] Logout() => Finish(Header(Opcode.Logout, (byte)(0x80 | _dice.Below(4)), _dice.OneIn(2)), []);

    private byte[] Noise(int count)
    {
        var bytes = new byte[Math.Clamp(count, 0, DataBytesMax)];
        bytes.AsSpan(0, Math.Min(24, bytes.Length)).Fill(_dice.OneIn(2) ? (byte)0 : _dice.Byte());
        if (bytes.Length > 8) (bytes[1], bytes[3], bytes[7]) = (22, 16, _dice.Byte());
        return bytes;
    }
}
