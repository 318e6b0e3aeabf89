using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Headgate.Hosts;

/// <summary>Connects to agents over TLS, with the servers' certificate, and takes no other host for the one that was asked for.</summary>
/// <param name="authority">The authority's certificate.</param>
/// <param name="client">The servers' certificate with its key.</param>
/// <param name="time">Whether certificates are valid is decided by it.</param>
public sealed class HostAgentConnector(X509Certificate2 authority, X509Certificate2 client, TimeProvider time) : IHostAgentConnector
{
    /// <summary>A host in the same network answers within milliseconds or not at all.</summary>
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Connections that are kept per host: more are made and closed.</summary>
    private const int MostConnections = 16;

    /// <inheritdoc/>
    public IHostAgent Connect(Guid hostId, Uri address)
    {
        // The client owns the handler, and who has the client disposes of it.
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = ConnectTimeout,
            MaxConnectionsPerServer = MostConnections,
            AllowAutoRedirect = false,
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = [client],
                LocalCertificateSelectionCallback = (_, _, _, _, _) => client,
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                    HostTrust.IsHost(certificate as X509Certificate2, hostId, authority, time.GetUtcNow()),
            },
        };
        return new HostAgentClient(new HttpClient(handler) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan });
    }
}
