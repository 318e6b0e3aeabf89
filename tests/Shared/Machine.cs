using System.Net;
using System.Net.Sockets;

namespace Headgate.Testing;

/// <summary>What a machine may lack. The test is skipped then and says so.</summary>
internal static class Machine
{
    /// <summary>Many containers have no ::1.</summary>
    public static void RequireIpv6() => Assert.SkipUnless(HasIpv6(), "this machine has no IPv6 loopback address");

    private static bool HasIpv6()
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
