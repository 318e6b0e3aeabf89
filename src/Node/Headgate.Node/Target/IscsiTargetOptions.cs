using System.Net;

namespace Headgate.Node.Target;

/// <summary>Where and how the iSCSI target listens. Every bound has a reason beside it.</summary>
public sealed record IscsiTargetOptions
{
    /// <summary>The addresses to listen on; port 0 takes a free one (see <see cref="IscsiTarget.Portals"/>).</summary>
    public required IReadOnlyList<IPEndPoint> Portals { get; init; }

    /// <summary>
    /// <c>HOST:PORT</c> that discovery tells initiators to use, when they cannot reach the portal by its own address
    /// (NAT, a container); null: the address that the initiator connected to.
    /// </summary>
    public string? AdvertisedAddress { get; init; }

    /// <summary>
    /// Connections at one time, in login or logged in. One more is accepted and its socket closed at once, without a
    /// login response: initiators see a reset and come again. Each has 192 KiB of pinned buffers (64 to receive, 128 to
    /// send) and a thread with 512 KiB of stack, and when its peer reads slowly a second one with 256 KiB, of which only
    /// touched pages count: 1024 idle ones are some 200 MiB. On top come up to 1 MiB of replies that its peer does not
    /// read, and the data of commands, <see cref="BufferedBytesMax"/>.
    /// </summary>
    public int MaxConnections { get; init; } = 1024;

    /// <summary>
    /// Bytes in the buffers of all commands at one time. A command beyond it gets TASK SET FULL, but for the only one of
    /// its session. A quarter of the memory that the process may use (a container's limit, or the machine's) leaves the
    /// rest to connections, idle buffers and the page cache.
    /// </summary>
    public long BufferedBytesMax { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;

    /// <summary>Connections that have not finished login, at one time: strangers cannot use up the above.</summary>
    public int MaxConnectionsInLogin { get; init; } = 128;

    /// <summary>From accept to full feature phase. open-iscsi and ESXi allow a login 15 s as well.</summary>
    public TimeSpan LoginDeadline { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Silence after which the target sends a NOP-In of its own; 0 turns it off.</summary>
    public TimeSpan PingAfter { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Silence after that NOP-In until the connection counts as dead.</summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long initiators get to log out when the node stops.</summary>
    public TimeSpan LogoutGrace { get; init; } = TimeSpan.FromMilliseconds(500);
}
