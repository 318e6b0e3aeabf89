using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Headgate.Node.ElementApi;

/// <summary>The addresses that the node tells its clients, once its ports are bound.</summary>
/// <param name="Mvip">Address of this API, without the port: clients have theirs from their own configuration.</param>
/// <param name="Svip">Portal <c>host:port</c>: with a colon in it, unmodified Cinder uses the port (element-api 2.1).</param>
internal sealed record NodeAddresses(string Mvip, string Svip)
{
    /// <summary>The address without its port.</summary>
    public string StorageAddress => Svip[..Svip.LastIndexOf(':')];

    public static NodeAddresses Of(IPEndPoint element, IPEndPoint iscsi, string? advertisedPortal) =>
        new(Reachable(element.Address).ToString(), advertisedPortal ?? new IPEndPoint(Reachable(iscsi.Address), iscsi.Port).ToString());

    /// <summary>"All addresses" is none that a client can connect to: the first one of this machine then.</summary>
    private static IPAddress Reachable(IPAddress bound)
    {
        if (!bound.Equals(IPAddress.Any) && !bound.Equals(IPAddress.IPv6Any)) return bound;
        return NetworkInterface.GetAllNetworkInterfaces()
            .Where(card => card.OperationalStatus is OperationalStatus.Up && card.NetworkInterfaceType is not NetworkInterfaceType.Loopback)
            .SelectMany(card => card.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .FirstOrDefault(address => address.AddressFamily is AddressFamily.InterNetwork) ?? IPAddress.Loopback;
    }
}
