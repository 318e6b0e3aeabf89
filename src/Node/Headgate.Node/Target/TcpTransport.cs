using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Headgate.Node.Target;

/// <summary>
/// A TCP connection, with synchronous calls only. Sending without waiting goes past .NET, which has no such call on a
/// blocking socket: its non-blocking ways turn the socket non-blocking for good, which costs every later Receive (3.6
/// times the CPU at queue depth 1).
/// </summary>
internal sealed class TcpTransport : ITransport
{
    private const int DontWait = 0x40; // MSG_DONTWAIT, linux/socket.h
    private const int NoSignal = 0x4000; // MSG_NOSIGNAL
    private const int Interrupted = 4; // EINTR
    private const int TryAgain = 11; // EAGAIN

    private readonly Socket _socket;

    /// <summary>Takes the socket over.</summary>
    /// <exception cref="SocketException">It was reset before it was looked at.</exception>
    public TcpTransport(Socket socket, TimeSpan sendTimeout)
    {
        _socket = socket;
        socket.NoDelay = true;
        socket.SendTimeout = (int)sendTimeout.TotalMilliseconds;
        (Remote, Local) = (Plain(socket.RemoteEndPoint!), Plain(socket.LocalEndPoint!));
    }

    public IPEndPoint Remote { get; }

    public IPEndPoint Local { get; }

    public bool HasBytes => _socket.Available > 0;

    public int Receive(Span<byte> target) => _socket.Receive(target);

    public int Send(ReadOnlySpan<byte> bytes, bool wait) => wait ? _socket.Send(bytes) : TrySend(bytes);

    public void Shutdown()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // It has ended by itself in the meantime.
        }
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>The address as operators write it: an IPv4 peer of a socket for both families is an IPv4 address.</summary>
    public static IPEndPoint Plain(EndPoint endPoint)
    {
        var ip = (IPEndPoint)endPoint;
        return ip.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(ip.Address.MapToIPv4(), ip.Port) : ip;
    }

    private int TrySend(ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            var sent = Send(_socket.SafeHandle, in MemoryMarshal.GetReference(bytes), bytes.Length, DontWait | NoSignal);
            if (sent >= 0) return (int)sent;
            var error = Marshal.GetLastPInvokeError();
            if (error == TryAgain) return 0;
            if (error != Interrupted) throw new SocketException((int)SocketError.ConnectionReset);
        }
    }

    [DllImport("libc", EntryPoint = "send", SetLastError = true)]
    private static extern nint Send(SafeSocketHandle socket, in byte bytes, nint length, int flags);
}
