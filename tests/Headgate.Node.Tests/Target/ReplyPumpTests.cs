using System.Net;
using System.Net.Sockets;
using Headgate.Node.Target;

namespace Headgate.Node.Tests.Target;

public sealed class ReplyPumpTests
{
    [Fact]
    public async Task Replies_that_wait_are_bounded_by_their_bytes_too_until_the_peer_reads()
    {
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var peer = new Socket(SocketType.Stream, ProtocolType.Tcp);
        peer.Connect(listener.LocalEndPoint!);
        using var socket = listener.Accept();
        var pump = new ReplyPump(new TcpTransport(socket, Patience.Long), new CommandNumbers(), broken => Assert.Fail(broken.Message));

        const int SegmentBytes = 256 * 1024;
        var staged = 0;
        for (; pump.HasRoom && staged < ReplyPump.MaxStaged; staged++)
        {
            var ping = pump.Rent(usesStatSn: true);
            ping.Data = new byte[SegmentBytes];
            pump.Stage(ping);
        }
        Assert.Equal((ReplyPump.MaxStagedBytes / SegmentBytes) + 1, staged);

        var reading = Task.Run(() => ReadAll(peer), TestContext.Current.CancellationToken);
        pump.WaitForRoom();
        Assert.True(pump.HasRoom);
        pump.Close();
        socket.Shutdown(SocketShutdown.Both);
        await reading;
    }

    private static void ReadAll(Socket peer)
    {
        var scrap = new byte[64 * 1024];
        while (peer.Receive(scrap) > 0)
        {
        }
    }
}
