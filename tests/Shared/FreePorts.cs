using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Headgate.Testing;

/// <summary>
/// Loopback ports for servers that are processes of their own, and that may be stopped and started again on the same ones. They lie
/// below the range from which the kernel takes ports for clients and for who binds port 0, so that nobody is given one of them while
/// the server is not there.
/// </summary>
internal static class FreePorts
{
    private const int Lowest = 10_000; // services of the machine are below
    private const int DefaultFirstEphemeral = 32_768;
    private const string EphemeralRange = "/proc/sys/net/ipv4/ip_local_port_range";

    private static readonly HashSet<int> Taken = [];

    /// <summary>So many that nobody listens on and this process did not get before.</summary>
    public static int[] Take(int count)
    {
        var first = File.Exists(EphemeralRange)
            ? int.Parse(File.ReadAllText(EphemeralRange).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture)
            : DefaultFirstEphemeral;
        if (first - Lowest < 1000) first = DefaultFirstEphemeral; // the range has been widened: a port in it has to do
        var ports = new List<int>(count);
        lock (Taken)
        {
            while (ports.Count < count)
            {
                var port = Random.Shared.Next(Lowest, first);
                if (IsFree(port) && Taken.Add(port)) ports.Add(port);
            }
        }
        return [.. ports];
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
