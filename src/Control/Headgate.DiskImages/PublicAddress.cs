using System.Net;
using System.Net.Sockets;

namespace Headgate.DiskImages;

/// <summary>
/// Which addresses are the internet's (IANA's special-purpose registries, RFC 6890). The others are this machine, its networks and the
/// metadata service of a cloud, which answer a server more than they would answer whoever sent it there.
/// </summary>
internal static class PublicAddress
{
    private static readonly IPNetwork[] Internal =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16",
            "198.18.0.0/15", "224.0.0.0/3",
            "::/127", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "fc00::/7", "fe80::/9", "ff00::/8", // with those that stand for an IPv4 address
        }.Select(IPNetwork.Parse),
    ];

    /// <summary>True for an address of the internet.</summary>
    public static bool IsOne(IPAddress address)
    {
        var bare = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address.AddressFamily is AddressFamily.InterNetworkV6 ? new IPAddress(address.GetAddressBytes()) : address;
        return !Array.Exists(Internal, network => network.Contains(bare));
    }

    /// <summary>
    /// Connects where a redirect leads. The address is looked up once and is the one that is connected to, so that a name cannot stand for
    /// another one by then. Behind a proxy, what is reached is the proxy's to decide.
    /// </summary>
    /// <exception cref="InternalAddressException">It is not of the internet.</exception>
    public static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken stop)
    {
        var to = context.DnsEndPoint;
        var addresses = await Dns.GetHostAddressesAsync(to.Host, stop).ConfigureAwait(false);
        var isProxy = !HttpClient.DefaultProxy.IsBypassed(context.InitialRequestMessage.RequestUri!);
        if (!isProxy && !Array.TrueForAll(addresses, IsOne)) throw new InternalAddressException(to.Host);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, to.Port, stop).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A redirect led into a network that is not the internet.</summary>
internal sealed class InternalAddressException(string host) : IOException($"{host} is an address of an internal network");
