using System.Buffers.Binary;
using Headgate.Iscsi.Pdu;
using Headgate.Iscsi.Text;

namespace Headgate.Fuzz;

/// <summary>Data that the target asked for and has not got yet.</summary>
internal sealed record OpenR2t(uint TaskTag, uint TransferTag, uint Offset, uint ByteCount);

/// <summary>
/// Reads what the target sends, and holds it to the standard whatever it was sent before: lawful opcodes and lengths,
/// StatSN without gaps, MaxCmdSN that never goes back, digests that are right. Any thread.
/// </summary>
internal sealed class ReplyReader
{
    /// <summary>Longest data segment that an initiator of ours may have declared, or that was changed to by chance.</summary>
    private const int DataBytesMax = (1 << 24) - 1;

    private const int OpenR2tsMax = 64;

    private readonly Lock _gate = new();
    private readonly List<OpenR2t> _r2ts = [];
    private byte[] _bytes = new byte[64 * 1024];
    private int _count;
    private uint? _statSn;
    private bool _headerDigest;
    private bool _dataDigest;
    private ulong _signature;

    public bool IsLoggedIn { get; private set; }

    public uint ExpStatSn => _statSn ?? 0;

    public uint MaxCmdSn { get; private set; }

    /// <summary>Set by the first thing that must not be; the thread that sent it is not ours to throw on.</summary>
    public string? Problem { get; private set; }

    /// <summary>Digests that both directions carry now.</summary>
    public (bool Header, bool Data) Digests => IsLoggedIn ? (_headerDigest, _dataDigest) : default;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (_count + bytes.Length > _bytes.Length) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _count + bytes.Length));
            bytes.CopyTo(_bytes.AsSpan(_count));
            _count += bytes.Length;
            var at = 0;
            while (Problem is null && TryTake(_bytes.AsSpan(at, _count - at), out var length)) at += length;
            _bytes.AsSpan(at, _count - at).CopyTo(_bytes);
            _count -= at;
        }
    }

    /// <summary>What came since the last call, as a number.</summary>
    public ulong TakeSignature()
    {
        lock (_gate)
        {
            var signature = _signature;
            _signature = 0;
            return signature;
        }
    }

    public OpenR2t? TakeR2t(Dice dice)
    {
        lock (_gate)
        {
            if (_r2ts.Count == 0) return null;
            var at = dice.OneIn(4) ? dice.Below(_r2ts.Count) : 0;
            var r2t = _r2ts[at];
            _r2ts.RemoveAt(at);
            return r2t;
        }
    }

    private bool TryTake(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 0;
        if (bytes.Length < BasicHeader.Size) return false;
        var (withHeaderDigest, withDataDigest) = Digests;
        var dataBytes = bytes[5] << 16 | bytes[6] << 8 | bytes[7];
        if (dataBytes > DataBytesMax || bytes[4] != 0) return Fail($"a length of {dataBytes} and {bytes[4]} words more");
        var padded = (dataBytes + 3) & ~3;
        var dataAt = BasicHeader.Size + (withHeaderDigest ? 4 : 0);
        length = dataAt + padded + (withDataDigest && dataBytes > 0 ? 4 : 0);
        if (bytes.Length < length) return false;
        if (withHeaderDigest && !IsDigest(bytes[..BasicHeader.Size], bytes[BasicHeader.Size..])) return Fail("a wrong header digest");
        if (withDataDigest && dataBytes > 0 && !IsDigest(bytes.Slice(dataAt, padded), bytes[(dataAt + padded)..])) return Fail("a wrong data digest");
        return Take(bytes[..BasicHeader.Size], bytes.Slice(dataAt, dataBytes));
    }

    private static bool IsDigest(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> digest) => BinaryPrimitives.ReadUInt32LittleEndian(digest) == Crc32C.Of(bytes);

    private bool Take(ReadOnlySpan<byte> header, ReadOnlySpan<byte> data)
    {
        var opcode = header[0];
        if (opcode is not ((>= Opcode.NopIn and <= Opcode.LogoutResponse) or Opcode.ReadyToTransfer or Opcode.AsyncMessage or Opcode.Reject))
            return Fail($"opcode {opcode:X2}");
        var taskTag = BinaryPrimitives.ReadUInt32BigEndian(header[16..]);
        var statSn = BinaryPrimitives.ReadUInt32BigEndian(header[24..]);
        var maxCmdSn = BinaryPrimitives.ReadUInt32BigEndian(header[32..]);
        var usesStatSn = opcode switch
        {
            Opcode.ReadyToTransfer => false,
            Opcode.DataIn => (header[1] & 1) != 0,
            Opcode.NopIn => taskTag != Tags.None,
            _ => true,
        };
        if (usesStatSn && _statSn is { } due && due != statSn) return Fail($"StatSN {statSn} where {due} is due, in {opcode:X2}");
        if (usesStatSn) _statSn = statSn + 1;
        if (IsLoggedIn && SerialNumber.Before(maxCmdSn, MaxCmdSn)) return Fail($"MaxCmdSN back from {MaxCmdSn} to {maxCmdSn}");
        MaxCmdSn = maxCmdSn;

        if (opcode == Opcode.LoginResponse && (header[1] & 0x83) == 0x83 && header[36] == 0) EndLogin();
        if (opcode == Opcode.LoginResponse) NoteKeys(data);
        if (opcode == Opcode.ReadyToTransfer) NoteR2t(header, taskTag);
        var code = opcode switch
        {
            Opcode.LoginResponse => (uint)(header[36] << 8 | header[37]),
            Opcode.ScsiResponse or Opcode.DataIn => header[3],
            _ => header[2],
        };
        var sense = opcode == Opcode.ScsiResponse && data.Length > 15 ? (uint)(data[4] << 16 | data[14] << 8 | data[15]) : 0;
        _signature ^= Signature.Of(opcode, code, header[1], sense);
        return true;
    }

    // What was agreed counts from the next PDU on.
    private void EndLogin() => IsLoggedIn = true;

    private void NoteKeys(ReadOnlySpan<byte> data)
    {
        foreach (var (key, value) in TextPairs.Parse(data, out _) ?? [])
        {
            if (key == "HeaderDigest") _headerDigest = value == "CRC32C";
            else if (key == "DataDigest") _dataDigest = value == "CRC32C";
        }
    }

    private void NoteR2t(ReadOnlySpan<byte> header, uint taskTag)
    {
        if (_r2ts.Count == OpenR2tsMax) _r2ts.RemoveAt(0);
        _r2ts.Add(new OpenR2t(
            taskTag, BinaryPrimitives.ReadUInt32BigEndian(header[20..]), BinaryPrimitives.ReadUInt32BigEndian(header[40..]),
            BinaryPrimitives.ReadUInt32BigEndian(header[44..])));
    }

    private bool Fail(string problem)
    {
        Problem ??= problem;
        return false;
    }
}
