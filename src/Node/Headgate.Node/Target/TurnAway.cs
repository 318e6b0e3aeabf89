using System.Net.Sockets;
using Headgate.Iscsi.Login;
using Headgate.Iscsi.Pdu;

namespace Headgate.Node.Target;

/// <summary>
/// Answers the logins that there is no room for with "out of resources" (0302h), so that an initiator knows to come again
/// and its log says why. Costs no thread and no buffer worth counting; of more than <see cref="AtOnceMax"/> at a time the
/// rest is closed at once.
/// </summary>
internal sealed class TurnAway(TimeProvider clock)
{
    /// <summary>A rack of hosts that comes back at one time; each takes a socket and some 400 bytes.</summary>
    public const int AtOnceMax = 256;

    /// <summary>From accept to close: an initiator sends its login right after it connected.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private int _busy;

    /// <summary>Those being answered now.</summary>
    public int BusyCount => Volatile.Read(ref _busy);

    /// <summary>Takes the socket over.</summary>
    public void Take(Socket socket)
    {
        if (Interlocked.Increment(ref _busy) > AtOnceMax)
        {
            Interlocked.Decrement(ref _busy);
            socket.Dispose();
            return;
        }
        _ = AnswerAsync(socket);
    }

    private async Task AnswerAsync(Socket socket)
    {
        try
        {
            using (socket)
            using (var patience = new CancellationTokenSource(Patience, clock))
                await AnswerAsync(socket, patience.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // whatever becomes of it, it was to be closed anyway
        catch (Exception)
#pragma warning restore CA1031
        {
            // Closed by then.
        }
        finally
        {
            Interlocked.Decrement(ref _busy);
        }
    }

    private static async Task AnswerAsync(Socket socket, CancellationToken patience)
    {
        var bytes = new byte[BasicHeader.Size];
        for (var got = 0; got < bytes.Length;)
        {
            var count = await socket.ReceiveAsync(bytes.AsMemory(got), patience).ConfigureAwait(false);
            if (count == 0) return;
            got += count;
        }
        if (FormAnswer(bytes) is not { } answer) return;
        await socket.SendAsync(answer, patience).ConfigureAwait(false);
        socket.Shutdown(SocketShutdown.Send);
        // What is left unread at the close makes the kernel send a reset, which may overtake the answer.
        while (await socket.ReceiveAsync(bytes, patience).ConfigureAwait(false) > 0)
        {
        }
    }

    private static byte[]? FormAnswer(ReadOnlySpan<byte> received)
    {
        BasicHeader.TryRead(received, int.MaxValue, out var header);
        if (header.Opcode != Opcode.Login) return null;
        var request = new LoginRequest(header);
        var answer = new byte[BasicHeader.Size];
        ResponseHeader.WriteLoginResponse(
            answer, header.InitiatorTaskTag, transit: false, request.CurrentStage, nextStage: 0, request.Isid, request.Tsih,
            (ushort)LoginStatus.OutOfResources, dataBytes: 0, new SequenceNumbers(0, header.CmdSn, header.CmdSn));
        return answer;
    }
}
