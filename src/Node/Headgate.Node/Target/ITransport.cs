using System.Net;

namespace Headgate.Node.Target;

/// <summary>The bytes of one connection: TCP, or what a fuzzer puts in its place. One thread receives, one at a time sends.</summary>
internal interface ITransport : IDisposable
{
    IPEndPoint Remote { get; }

    IPEndPoint Local { get; }

    /// <summary>Waits for bytes and returns how many came; 0 at the end of the stream.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The connection is gone.</exception>
    int Receive(Span<byte> target);

    /// <summary>Whether bytes have come that were not received yet. Does not wait.</summary>
    bool HasBytes { get; }

    /// <summary>Sends, and returns how many bytes were taken: when not waiting, 0 while the peer reads too slowly.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The connection is gone, or has taken nothing for too long.</exception>
    int Send(ReadOnlySpan<byte> bytes, bool wait);

    /// <summary>Ends both directions, and so wakes who waits in <see cref="Receive"/>. Any thread, any time, more than once.</summary>
    void Shutdown();
}
