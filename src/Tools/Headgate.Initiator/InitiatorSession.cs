using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Headgate.Initiator;

/// <summary>
/// An initiator of our own, independent of the target's code: one connection, CHAP, CRC32C, any number of reads and writes in flight as far as
/// the target's command window allows. For the data mover, tests and demonstrations: what it was told is durable is what they may hold the target to.
/// </summary>
public sealed class InitiatorSession : IAsyncDisposable
{
    private const byte CheckCondition = 2;
    private const byte UnitAttention = 6;
    private const int ReceiveBufferBytes = 128 << 10; // many small responses in one system call

    private readonly TcpClient _client;
    private readonly NetworkStream _stream;
    private readonly LunAddress _lun;
    private readonly int _segmentBytesMax, _immediateBytesMax;
    private readonly Digests _digests;
    private readonly Lock _lock = new();
    private readonly Dictionary<uint, Command> _inFlight = [];
    private readonly SemaphoreSlim _order = new(1, 1); // held from waiting for the window to the last byte: commands leave by CmdSN
    private readonly SemaphoreSlim _wire = new(1, 1);  // held for one PDU
    private readonly CancellationTokenSource _closing = new();
    private readonly byte[] _receivedDigest = new byte[Pdu.DigestBytes]; // the receiver's own
    private TaskCompletionSource _windowMoved = NewSignal();
    private Task _receiving = Task.CompletedTask;
    private Exception? _broken;
    private uint _nextCommand, _maxCommand, _expectedStatus, _lastTag;
    private int _blockBytes;

    private sealed class Command(Memory<byte> into, ReadOnlyMemory<byte> from)
    {
        public readonly TaskCompletionSource<(byte Status, byte[] Sense)> Done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Memory<byte> Into { get; } = into;

        public ReadOnlyMemory<byte> From { get; } = from;
    }

    private InitiatorSession(TcpClient client, LunAddress lun, LoginDialog login)
    {
        (_client, _stream, _lun) = (client, client.GetStream(), lun);
        (_segmentBytesMax, _immediateBytesMax, _digests) = (login.SegmentBytesMax, login.ImmediateBytesMax, login.Digests);
        (_nextCommand, _maxCommand, _expectedStatus) = (LoginDialog.NextCommand, login.MaxCommand, login.ExpectedStatus);
    }

    /// <summary>Bytes of the LUN.</summary>
    public long SizeBytes { get; private set; }

    /// <summary>Bytes of a block: offsets and lengths are multiples of it.</summary>
    public int BlockBytes => _blockBytes;

    /// <summary>Whether headers and data are protected by CRC32C.</summary>
    public bool HasDigests => _digests is { Header: true, Data: true };

    /// <summary>Logs in; a refusal is a result and not an exception.</summary>
    /// <param name="lun">Where to.</param>
    /// <param name="session">Tells sessions of one initiator apart (ISID qualifier); a second login with the same one replaces the first.</param>
    /// <param name="stop">Gives up.</param>
    public static async Task<LoginResult> LoginAsync(LunAddress lun, ushort session, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(lun);
        var client = new TcpClient { NoDelay = true };
        try
        {
            await client.ConnectAsync(IPEndPoint.Parse(lun.Portal), stop).ConfigureAwait(false);
            var dialog = new LoginDialog(client.GetStream(), lun, session);
            if (await dialog.RunAsync(stop).ConfigureAwait(false) is { } refused)
            {
                client.Dispose();
                return refused;
            }
            var opened = new InitiatorSession(client, lun, dialog);
            opened._receiving = opened.ReceiveAsync();
            await opened.ReadCapacityAsync(stop).ConfigureAwait(false);
            return new LoginResult(0, 0, opened);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Reads <paramref name="bytes"/> bytes; offset and length are multiples of the LUN's block.</summary>
    /// <exception cref="IOException">The connection is gone.</exception>
    /// <exception cref="InvalidDataException">The target refused, with its sense.</exception>
    public async Task<byte[]> ReadAsync(long offset, int bytes, CancellationToken stop)
    {
        var into = new byte[bytes];
        await ReadAsync(offset, into, stop).ConfigureAwait(false);
        return into;
    }

    /// <inheritdoc cref="ReadAsync(long, int, CancellationToken)"/>
    public Task ReadAsync(long offset, Memory<byte> into, CancellationToken stop) =>
        ExecuteAsync(Access(0x88, offset, into.Length, fua: false), into, default, stop);

    /// <summary>Writes; done when the target says so, and durable then with <paramref name="fua"/>.</summary>
    /// <inheritdoc cref="ReadAsync(long, int, CancellationToken)"/>
    public Task WriteAsync(long offset, ReadOnlyMemory<byte> data, bool fua, CancellationToken stop) =>
        ExecuteAsync(Access(0x8a, offset, data.Length, fua), default, data, stop);

    /// <summary>SYNCHRONIZE CACHE (10) of everything.</summary>
    public Task SynchronizeAsync(CancellationToken stop)
    {
        var cdb = new byte[16];
        cdb[0] = 0x35;
        return ExecuteAsync(cdb, default, default, stop);
    }

    /// <summary>Closes the connection without a logout; the target sees it go.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        _client.Dispose();
        await _receiving.ConfigureAwait(false);
        _closing.Dispose();
        _order.Dispose();
        _wire.Dispose();
    }

    private async Task ReadCapacityAsync(CancellationToken stop)
    {
        var cdb = new byte[16];
        (cdb[0], cdb[1], cdb[13]) = (0x9e, 0x10, 32);
        var capacity = new byte[32];
        await ExecuteAsync(cdb, capacity, default, stop).ConfigureAwait(false);
        _blockBytes = (int)BinaryPrimitives.ReadUInt32BigEndian(capacity.AsSpan(8));
        SizeBytes = (BinaryPrimitives.ReadInt64BigEndian(capacity) + 1) * _blockBytes;
    }

    private byte[] Access(byte opcode, long offset, int bytes, bool fua)
    {
        var cdb = new byte[16];
        cdb[0] = opcode;
        cdb[1] = (byte)(fua ? 0x08 : 0);
        BinaryPrimitives.WriteInt64BigEndian(cdb.AsSpan(2), offset / _blockBytes);
        BinaryPrimitives.WriteInt32BigEndian(cdb.AsSpan(10), bytes / _blockBytes);
        return cdb;
    }

    /// <summary>
    /// Runs any one command to its status, with room for what it reads and all that it writes; a unit attention (a fresh
    /// login has one) is taken note of and the command repeated.
    /// </summary>
    /// <exception cref="IOException">The connection is gone.</exception>
    /// <exception cref="InvalidDataException">The target refused, with its sense.</exception>
    public async Task ExecuteAsync(byte[] cdb, Memory<byte> into, ReadOnlyMemory<byte> from, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(cdb);
        while (true)
        {
            var command = new Command(into, from);
            await SendAsync(command, cdb, stop).ConfigureAwait(false);
            var (status, sense) = await command.Done.Task.WaitAsync(stop).ConfigureAwait(false);
            if (status == 0) return;
            var key = sense.Length > 4 ? sense[4] & 0xf : 0; // two bytes of length, then fixed-format sense
            if (status != CheckCondition || key != UnitAttention)
                throw new InvalidDataException($"status {status:x}, sense {Convert.ToHexString(sense)} of command {Convert.ToHexString(cdb)}");
        }
    }

    private async Task SendAsync(Command command, byte[] cdb, CancellationToken stop)
    {
        var immediate = command.From[..Math.Min(command.From.Length, _immediateBytesMax)];
        var pdu = new Pdu { Data = immediate };
        pdu.Header[0] = 0x01;
        pdu.Header[1] = (byte)(0x81 | (command.From.Length > 0 ? 0x20 : command.Into.Length > 0 ? 0x40 : 0)); // final, simple task
        pdu.Header[9] = (byte)_lun.Lun;
        pdu.SetWord(20, (uint)Math.Max(command.From.Length, command.Into.Length));
        cdb.CopyTo(pdu.Header.AsSpan(32));
        await _order.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            await WindowAsync(stop).ConfigureAwait(false);
            lock (_lock)
            {
                if (_broken is not null) throw new IOException("The session has ended.", _broken);
                pdu.SetWord(16, ++_lastTag);
                pdu.SetWord(24, _nextCommand++);
                pdu.SetWord(28, _expectedStatus);
                _inFlight.Add(_lastTag, command);
            }
            await WriteAsync(pdu, stop).ConfigureAwait(false);
        }
        finally
        {
            _order.Release();
        }
    }

    private async Task WindowAsync(CancellationToken stop)
    {
        while (true)
        {
            Task moved;
            lock (_lock)
            {
                if (_broken is not null || (int)(_maxCommand - _nextCommand) >= 0) return; // serial arithmetic, RFC 1982
                moved = _windowMoved.Task;
            }
            await moved.WaitAsync(stop).ConfigureAwait(false);
        }
    }

    private async Task WriteAsync(Pdu pdu, CancellationToken stop)
    {
        await _wire.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            await pdu.SendAsync(_stream, stop, _digests).ConfigureAwait(false);
        }
        finally
        {
            _wire.Release();
        }
    }

    private async Task ReceiveAsync()
    {
        var stream = new BufferedStream(_stream, ReceiveBufferBytes);
        await using (stream.ConfigureAwait(false))
        {
            try
            {
                var pdu = new Pdu();
                while (true) await ReceiveOneAsync(stream, pdu).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // whatever ended the connection is told to everybody who waits for an answer
            catch (Exception end)
#pragma warning restore CA1031
            {
                Break(end);
            }
        }
    }

    private async Task ReceiveOneAsync(Stream stream, Pdu pdu)
    {
        await stream.ReadExactlyAsync(pdu.Header, _closing.Token).ConfigureAwait(false);
        byte[] more = pdu.AhsBytes == 0 ? [] : new byte[pdu.AhsBytes];
        if (more.Length > 0) await stream.ReadExactlyAsync(more, _closing.Token).ConfigureAwait(false);
        if (_digests.Header) await VerifyAsync(stream, pdu.Header, more).ConfigureAwait(false); // before anything in it is believed
        var command = Note(pdu);
        if (pdu.Opcode == Pdu.DataIn && command is not null && (pdu.DataBytes & 3) == 0)
        {
            var into = command.Into.Slice((int)pdu.Word(40), pdu.DataBytes);
            await stream.ReadExactlyAsync(into, _closing.Token).ConfigureAwait(false);
            if (_digests.Data && pdu.DataBytes > 0) await VerifyAsync(stream, into, default).ConfigureAwait(false);
            if (pdu.HasStatus) Complete(pdu, []);
            return;
        }
        var rest = new byte[Pdu.Padded(pdu.DataBytes)];
        await stream.ReadExactlyAsync(rest, _closing.Token).ConfigureAwait(false);
        if (_digests.Data && pdu.DataBytes > 0) await VerifyAsync(stream, rest, default).ConfigureAwait(false); // of the padding too
        var data = rest.AsMemory(0, pdu.DataBytes);
        switch (pdu.Opcode)
        {
            case Pdu.DataIn:
                if (command is not null) data.CopyTo(command.Into[(int)pdu.Word(40)..]);
                if (pdu.HasStatus) Complete(pdu, []);
                break;
            case Pdu.ScsiResponse:
                Complete(pdu, data.ToArray());
                break;
            case Pdu.ReadyToTransfer:
                if (command is not null) _ = SendDataAsync(command, pdu.Word(16), pdu.Word(20), (int)pdu.Word(40), (int)pdu.Word(44));
                break;
            case Pdu.NopIn: // a ping wants its tag back
                if (pdu.Word(20) != Pdu.NoTag) await AnswerPingAsync(pdu).ConfigureAwait(false);
                break;
            case Pdu.AsyncMessage:
                break; // the target closes next; that is seen as the end of the stream
            default:
                throw new InvalidDataException($"opcode {pdu.Opcode:x} from the target");
        }
    }

    private async Task VerifyAsync(Stream stream, ReadOnlyMemory<byte> first, ReadOnlyMemory<byte> second)
    {
        await stream.ReadExactlyAsync(_receivedDigest, _closing.Token).ConfigureAwait(false);
        Pdu.Verify(_receivedDigest, first.Span, second.Span);
    }

    /// <summary>Takes in the sequence numbers; returns the command that the PDU is about.</summary>
    private Command? Note(Pdu pdu)
    {
        lock (_lock)
        {
            if (pdu.Opcode == Pdu.ScsiResponse || (pdu.Opcode == Pdu.DataIn && pdu.HasStatus)) _expectedStatus = pdu.Word(24) + 1;
            if ((int)(pdu.Word(32) - _maxCommand) > 0)
            {
                _maxCommand = pdu.Word(32);
                _windowMoved.TrySetResult();
                _windowMoved = NewSignal();
            }
            return _inFlight.GetValueOrDefault(pdu.Word(16));
        }
    }

    private void Complete(Pdu pdu, byte[] sense)
    {
        Command? command;
        lock (_lock) _inFlight.Remove(pdu.Word(16), out command);
        command?.Done.TrySetResult((pdu.Header[3], sense));
    }

    /// <summary>Sends what the target asked for, in segments that it takes (RFC 7143 section 11.7).</summary>
    private async Task SendDataAsync(Command command, uint tag, uint transferTag, int offset, int bytes)
    {
        try
        {
            uint number = 0;
            for (var end = offset + bytes; offset < end;)
            {
                var length = Math.Min(_segmentBytesMax, end - offset);
                var pdu = new Pdu { Data = command.From.Slice(offset, length) };
                (pdu.Header[0], pdu.Header[1], pdu.Header[9]) = (0x05, (byte)(offset + length == end ? 0x80 : 0), (byte)_lun.Lun);
                pdu.SetWord(16, tag);
                pdu.SetWord(20, transferTag);
                lock (_lock) pdu.SetWord(28, _expectedStatus);
                pdu.SetWord(36, number++);
                pdu.SetWord(40, (uint)offset);
                await WriteAsync(pdu, _closing.Token).ConfigureAwait(false);
                offset += length;
            }
        }
        catch (Exception end) when (end is IOException or OperationCanceledException or ObjectDisposedException)
        {
            Break(end);
        }
    }

    private Task AnswerPingAsync(Pdu ping)
    {
        var pong = new Pdu();
        (pong.Header[0], pong.Header[1]) = (0x40, 0x80);
        ping.Header.AsSpan(8, 8).CopyTo(pong.Header.AsSpan(8));
        pong.SetWord(16, Pdu.NoTag);
        pong.SetWord(20, ping.Word(20));
        lock (_lock)
        {
            pong.SetWord(24, _nextCommand);
            pong.SetWord(28, _expectedStatus);
        }
        return WriteAsync(pong, _closing.Token);
    }

    private void Break(Exception end)
    {
        Command[] waiting;
        lock (_lock)
        {
            _broken ??= end;
            waiting = [.. _inFlight.Values];
            _inFlight.Clear();
            _windowMoved.TrySetResult();
        }
        foreach (var command in waiting) command.Done.TrySetException(new IOException("The connection has ended before the answer.", end));
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
