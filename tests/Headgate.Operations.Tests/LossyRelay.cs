using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Headgate.Operations.Tests;

/// <summary>What the relay does to the next COMMIT that it is told to lose.</summary>
internal enum Loss
{
    /// <summary>The connection breaks before the server gets it.</summary>
    Request,

    /// <summary>The server carries it out, and its answer never arrives.</summary>
    Reply,
}

/// <summary>
/// A TCP port in front of PostgreSQL's Unix socket that passes everything on, until it is told to break the connection
/// in the moment of a commit.
/// </summary>
internal sealed class LossyRelay : IAsyncDisposable
{
    private static readonly byte[] Commit = Encoding.ASCII.GetBytes("COMMIT\0");

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly string _socket;
    private readonly Task _accepting;
    private Loss? _next;

    public LossyRelay(string socket)
    {
        _socket = socket;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many commits were lost.</summary>
    public int Lost { get; private set; }

    /// <summary>Loses the next commit on any connection.</summary>
    public void LoseNext(Loss loss) => _next = loss;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = PassAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // the end
        }
    }

    private async Task PassAsync(TcpClient client)
    {
        using var left = client;
        using var right = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await right.ConnectAsync(new UnixDomainSocketEndPoint(_socket));
        await using var server = new NetworkStream(right);
        await using var stream = left.GetStream();
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        try
        {
            var toClient = server.CopyToAsync(stream, ends.Token);
            var buffer = new byte[64 << 10];
            for (int read; (read = await stream.ReadAsync(buffer, ends.Token)) > 0;)
            {
                if (_next is { } loss && buffer.AsSpan(0, read).IndexOf(Commit) >= 0)
                {
                    _next = null;
                    Lost++;
                    if (loss is Loss.Reply) await LetItHappenAsync(server, buffer.AsMemory(0, read), toClient, ends);
                    return; // both ends are closed
                }
                await server.WriteAsync(buffer.AsMemory(0, read), ends.Token);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException or SocketException)
        {
            // one side has gone
        }
    }

    /// <summary>Sends the commit and waits for the server to have answered, with nobody to hear it.</summary>
    private static async Task LetItHappenAsync(NetworkStream server, ReadOnlyMemory<byte> commit, Task toClient, CancellationTokenSource ends)
    {
        await ends.CancelAsync(); // nothing goes to the client from here on
        await toClient.ContinueWith(static _ => { }, TaskScheduler.Default);
        await server.WriteAsync(commit);
        await server.ReadExactlyAsync(new byte[1]);
    }
}
