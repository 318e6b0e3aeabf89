using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Headgate.Interop.Harness;

namespace Headgate.Interop.Initiator;

/// <summary>How a login ended: status class and detail of RFC 7143 section 11.13.5; (0, 0) with a session.</summary>
internal sealed record LoginResult(byte Class, byte Detail, MiniInitiator? Session);

/// <summary>
/// A minimal initiator of our own, independent of the code under test: one connection, one command at a time, 4 KiB blocks of I/O.
/// What it was told is durable is what a test may hold the target to.
/// </summary>
internal sealed class MiniInitiator : IAsyncDisposable
{
    public const int IoBytes = 4096;

    private const uint NoTag = 0xffffffff;
    private const byte CheckCondition = 2;
    private const byte UnitAttention = 6;

    private readonly TcpClient _client;
    private readonly NetworkStream _stream;
    private readonly Lun _lun;
    private uint _commandNumber = 1;
    private uint _expectedStatus;
    private uint _tag;
    private int _blockBytes;

    private MiniInitiator(TcpClient client, Lun lun) => (_client, _stream, _lun) = (client, client.GetStream(), lun);

    /// <summary>Logs in with CHAP; a refusal is a result and not an exception.</summary>
    public static async Task<LoginResult> LoginAsync(Lun lun, ushort session, CancellationToken stop)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPEndPoint.Parse(lun.Portal), stop);
        var initiator = new MiniInitiator(client, lun);
        var refused = await initiator.LoginStepsAsync(session, stop);
        if (refused is null)
        {
            await initiator.ReadCapacityAsync(stop);
            return new LoginResult(0, 0, initiator);
        }
        client.Dispose();
        return refused;
    }

    public async Task<byte[]> ReadAsync(long io, CancellationToken stop) =>
        await CommandAsync(0x88, io, IoBytes, fua: false, toDevice: null, stop);

    public async Task WriteAsync(long io, byte[] data, bool fua, CancellationToken stop) =>
        await CommandAsync(0x8a, io, IoBytes, fua, data, stop);

    /// <summary>SYNCHRONIZE CACHE (10) of everything.</summary>
    public async Task SynchronizeAsync(CancellationToken stop)
    {
        var cdb = new byte[16];
        cdb[0] = 0x35;
        await ExecuteAsync(cdb, 0, null, stop);
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<LoginResult?> LoginStepsAsync(ushort session, CancellationToken stop)
    {
        var first = await LoginStepAsync(session, 0, 0, transit: false, Pdu.Text(
            $"InitiatorName={_lun.Initiator}", $"TargetName={_lun.Iqn}", "SessionType=Normal", "AuthMethod=CHAP,None"), stop);
        if (Refusal(first) is { } refused) return refused;

        var offer = await LoginStepAsync(session, 0, 0, transit: false, Pdu.Text("CHAP_A=5"), stop);
        if (Refusal(offer) is { } refusedOffer) return refusedOffer;
        var keys = offer.Keys;
        var answer = await LoginStepAsync(session, 0, 1, transit: true, Pdu.Text(
            $"CHAP_N={_lun.Username}", $"CHAP_R={Response(keys["CHAP_I"], keys["CHAP_C"])}"), stop);
        if (Refusal(answer) is { } refusedSecret) return refusedSecret;

        var done = await LoginStepAsync(session, 1, 3, transit: true, Pdu.Text(
            "HeaderDigest=None", "DataDigest=None", "ImmediateData=Yes", "InitialR2T=Yes", "MaxRecvDataSegmentLength=65536",
            "FirstBurstLength=65536", "MaxBurstLength=262144", "MaxConnections=1", "ErrorRecoveryLevel=0"), stop);
        while (Refusal(done) is null && (done.Header[1] & 0x83) != 0x83) // the target may want to say more before it moves on
            done = await LoginStepAsync(session, 1, 3, transit: true, [], stop);
        return Refusal(done);
    }

    private async Task<Pdu> LoginStepAsync(ushort session, int stage, int next, bool transit, byte[] keys, CancellationToken stop)
    {
        var request = new Pdu { Data = keys };
        request.Header[0] = 0x43;
        request.Header[1] = (byte)((transit ? 0x80 | next : 0) | (stage << 2));
        request.Header[8] = 0x80; // ISID of the random form, qualifier in its last two bytes
        BinaryPrimitives.WriteUInt16BigEndian(request.Header.AsSpan(12), session);
        request.SetWord(24, _commandNumber);
        request.SetWord(28, _expectedStatus);
        await request.SendAsync(_stream, stop);
        var reply = await Pdu.ReceiveAsync(_stream, stop);
        if (reply.Opcode != 0x23) throw new InvalidDataException($"opcode {reply.Opcode:x} in answer to a login");
        _expectedStatus = reply.Word(24) + 1;
        return reply;
    }

    private static LoginResult? Refusal(Pdu reply) => reply.Header[36] == 0 ? null : new LoginResult(reply.Header[36], reply.Header[37], null);

    /// <summary>RFC 1994: MD5 over identifier, secret, challenge.</summary>
    private string Response(string identifier, string challenge)
    {
        byte[] message = [byte.Parse(identifier, CultureInfo.InvariantCulture), .. Encoding.UTF8.GetBytes(_lun.Secret), .. Bytes(challenge)];
#pragma warning disable CA5351 // CHAP is MD5 (RFC 7143 section 12.1.3)
        return "0x" + Convert.ToHexStringLower(MD5.HashData(message));
#pragma warning restore CA5351
    }

    private static byte[] Bytes(string binary) =>
        binary.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? Convert.FromHexString(binary[2..]) : Convert.FromBase64String(binary[2..]);

    private async Task ReadCapacityAsync(CancellationToken stop)
    {
        var cdb = new byte[16];
        (cdb[0], cdb[1], cdb[13]) = (0x9e, 0x10, 32);
        var capacity = await ExecuteAsync(cdb, 32, null, stop);
        _blockBytes = (int)BinaryPrimitives.ReadUInt32BigEndian(capacity.AsSpan(8));
    }

    private Task<byte[]> CommandAsync(byte opcode, long io, int bytes, bool fua, byte[]? toDevice, CancellationToken stop)
    {
        var cdb = new byte[16];
        cdb[0] = opcode;
        cdb[1] = (byte)(fua ? 0x08 : 0);
        BinaryPrimitives.WriteInt64BigEndian(cdb.AsSpan(2), io * (IoBytes / _blockBytes));
        BinaryPrimitives.WriteInt32BigEndian(cdb.AsSpan(10), bytes / _blockBytes);
        return ExecuteAsync(cdb, bytes, toDevice, stop);
    }

    /// <summary>Runs one command to its status; a unit attention (a fresh login has one) is taken note of and the command repeated.</summary>
    private async Task<byte[]> ExecuteAsync(byte[] cdb, int bytes, byte[]? toDevice, CancellationToken stop)
    {
        while (true)
        {
            await SendCommandAsync(cdb, bytes, toDevice, stop);
            var (status, data, sense) = await ReceiveStatusAsync(bytes, stop);
            if (status == 0) return data;
            var key = sense.Length > 4 ? sense[4] & 0xf : 0; // two bytes of length, then fixed-format sense
            if (status != CheckCondition || key != UnitAttention)
                throw new InvalidDataException($"status {status:x}, sense {Convert.ToHexString(sense)} of command {Convert.ToHexString(cdb)}");
        }
    }

    private async Task SendCommandAsync(byte[] cdb, int bytes, byte[]? toDevice, CancellationToken stop)
    {
        var command = new Pdu { Data = toDevice ?? [] };
        command.Header[0] = 0x01;
        command.Header[1] = (byte)(0x81 | (toDevice is not null ? 0x20 : bytes > 0 ? 0x40 : 0));
        command.Header[9] = (byte)_lun.Number;
        command.SetWord(16, ++_tag);
        command.SetWord(20, (uint)bytes);
        command.SetWord(24, _commandNumber++);
        command.SetWord(28, _expectedStatus);
        cdb.CopyTo(command.Header.AsSpan(32));
        await command.SendAsync(_stream, stop);
    }

    private async Task<(byte Status, byte[] Data, byte[] Sense)> ReceiveStatusAsync(int bytes, CancellationToken stop)
    {
        var data = new byte[bytes];
        while (true)
        {
            var pdu = await Pdu.ReceiveAsync(_stream, stop);
            switch (pdu.Opcode)
            {
                case 0x25: // Data-In
                    pdu.Data.CopyTo(data, (int)pdu.Word(40));
                    if ((pdu.Header[1] & 1) == 0) break;
                    _expectedStatus = pdu.Word(24) + 1;
                    return (pdu.Header[3], data, []);
                case 0x21: // SCSI Response
                    _expectedStatus = pdu.Word(24) + 1;
                    return (pdu.Header[3], data, pdu.Data);
                case 0x20: // NOP-In; a ping wants its tag back
                    if (pdu.Word(20) != NoTag) await AnswerPingAsync(pdu, stop);
                    break;
                default:
                    throw new InvalidDataException($"opcode {pdu.Opcode:x} in answer to a command");
            }
        }
    }

    private async Task AnswerPingAsync(Pdu ping, CancellationToken stop)
    {
        var pong = new Pdu();
        (pong.Header[0], pong.Header[1]) = (0x40, 0x80);
        ping.Header.AsSpan(8, 8).CopyTo(pong.Header.AsSpan(8));
        pong.SetWord(16, NoTag);
        pong.SetWord(20, ping.Word(20));
        pong.SetWord(24, _commandNumber);
        pong.SetWord(28, _expectedStatus);
        await pong.SendAsync(_stream, stop);
    }
}
