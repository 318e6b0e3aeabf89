using System.Net;
using System.Net.Sockets;

namespace Headgate.Interop.Harness;

/// <summary>Three free loopback ports for one server, kept over its restarts: pools point at them.</summary>
internal sealed record Ports(int Http, int Iscsi, int Element)
{
    public static Ports Free()
    {
        using var a = new TcpListener(IPAddress.Loopback, 0);
        using var b = new TcpListener(IPAddress.Loopback, 0);
        using var c = new TcpListener(IPAddress.Loopback, 0);
        a.Start();
        b.Start();
        c.Start();
        return new Ports(Port(a), Port(b), Port(c));
    }

    private static int Port(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;
}
