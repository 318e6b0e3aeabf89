using System.Net;

namespace Headgate.Node.Target;

/// <summary>An address that initiators are told in place of a portal's own: NAT, a container, a guest's network.</summary>
/// <param name="At">The listening address (as in <see cref="IscsiTargetOptions.Portals"/>) where it is told; null: at all.</param>
/// <param name="Address"><c>HOST:PORT</c>.</param>
public sealed record AdvertisedPortal(IPEndPoint? At, string Address);

/// <summary>Logins at a portal are sent on to another address (RFC 7143 section 11.13.5, status class 1).</summary>
/// <param name="At">The listening address, as in <see cref="IscsiTargetOptions.Portals"/>.</param>
/// <param name="Address"><c>HOST:PORT</c> to log in at instead.</param>
/// <param name="IsPermanent">Status 0102h, which initiators may remember, and not 0101h.</param>
public sealed record PortalRedirect(IPEndPoint At, string Address, bool IsPermanent = false);

/// <summary>Where and how the iSCSI target listens. Every bound of a connection is here, with its reason.</summary>
public sealed record IscsiTargetOptions
{
    /// <summary>The addresses to listen on; port 0 takes a free one (see <see cref="IscsiTarget.Portals"/>).</summary>
    public required IReadOnlyList<IPEndPoint> Portals { get; init; }

    /// <summary>
    /// What discovery tells initiators to use. Where nothing is given: the address that the initiator connected to, and
    /// those of the other portals.
    /// </summary>
    public IReadOnlyList<AdvertisedPortal> Advertised { get; init; } = [];

    /// <summary>Portals that only send on.</summary>
    public IReadOnlyList<PortalRedirect> Redirects { get; init; } = [];

    /// <summary>
    /// Connections at one time: a node's 4,000 volumes over two paths each. One more is answered with login status 0302h.
    /// Each has 192 KiB of buffers (64 to receive, 128 to send) and a thread with 512 KiB of stack, of which only touched
    /// pages count (51 KiB for each of 4,000 idle sessions, docs/wire/iscsi.md). On top come up to 1 MiB of replies that its peer does not
    /// read, and the data of commands, <see cref="BufferedBytesMax"/>.
    /// </summary>
    public int MaxConnections { get; init; } = 8192;

    /// <summary>
    /// Connections of strangers at one time: those in login, and discovery sessions, which anybody gets. They are a
    /// small part of the above, so that a flood of them leaves those who are logged in alone, and fills 256 threads.
    /// </summary>
    public int MaxStrangers { get; init; } = 256;

    /// <summary>
    /// Strangers from one source (an IPv4 address, an IPv6 /64) at one time: a quarter, so that no single source keeps
    /// others out. A host that logs in to hundreds of volumes at once is told 0302h for some and comes again.
    /// </summary>
    public int MaxStrangersPerSource { get; init; } = 64;

    /// <summary>
    /// Bytes in the buffers of all commands at one time. A command beyond it gets TASK SET FULL, but for the only one of
    /// its session. A quarter of the memory that the process may use (a container's limit, or the machine's) leaves the
    /// rest to connections, idle buffers and the page cache.
    /// </summary>
    public long BufferedBytesMax { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;

    /// <summary>From accept to full feature phase, whatever trickles in. open-iscsi and ESXi allow a login 15 s as well.</summary>
    public TimeSpan LoginDeadline { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// From accept to the end of a discovery session. 4,000 targets take less than a second; five minutes leave room for
    /// a person at a keyboard.
    /// </summary>
    public TimeSpan DiscoveryDeadline { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>From the first byte of a PDU to its last: 256 KiB in it are 4.3 KiB/s, slower than any link in use.</summary>
    public TimeSpan PduDeadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long no Data-Out may come while some is due, unasked or asked for by R2T. Linux gives up on a command after
    /// 30 s; twice that is nobody's any more. At error recovery level 0 the session ends (RFC 7143 section 7.1.3).
    /// </summary>
    public TimeSpan DataOutDeadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Silence after which the target sends a NOP-In of its own; 0 turns it off.</summary>
    public TimeSpan PingAfter { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Silence after that NOP-In until the connection counts as dead. Programs of one thread on libiscsi answer only when they
    /// look at their socket, and some look once in a minute; cut off each time, they would never see what they wait for.
    /// </summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A send that gets nowhere for so long means a dead peer; only the connection's own threads wait for it.</summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long initiators get to log out when the node stops.</summary>
    public TimeSpan LogoutGrace { get; init; } = TimeSpan.FromMilliseconds(500);
}
