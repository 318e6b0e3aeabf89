namespace Headgate.Interop.Harness;

/// <summary>Three free loopback ports for one server, kept over its restarts: pools point at them.</summary>
internal sealed record Ports(int Http, int Iscsi, int Element)
{
    public static Ports Free()
    {
        var ports = FreePorts.Take(3);
        return new Ports(ports[0], ports[1], ports[2]);
    }
}
