using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Headgate.Node.Target;

/// <summary>
/// Who is connected and who may still come. A connection is a stranger's until it is a normal session: strangers have a
/// small share of all connections, and each source a share of that. Any thread; an accept costs the same with 10
/// connections and with 8,000.
/// </summary>
internal sealed class ConnectionTable(IscsiTargetOptions options)
{
    private readonly ConcurrentDictionary<Connection, bool> _all = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, int> _strangersBySource = [];
    private int _taken;
    private int _strangers;

    /// <summary>All that were added and have not ended.</summary>
    public IEnumerable<Connection> All => _all.Select(pair => pair.Key);

    /// <summary>
    /// How many <see cref="All"/> has. Each is seen by the next tick, and whoever has left has given its place back: a
    /// caller that reads a number here can rely on both.
    /// </summary>
    public int KnownCount => _all.Count;

    /// <summary>Places taken, by connections and by those about to be made.</summary>
    public int Count => Volatile.Read(ref _taken);

    /// <summary>Places of them that strangers have.</summary>
    public int StrangerCount => Volatile.Read(ref _strangers);

    /// <summary>Sources that have a stranger now; the table forgets the others.</summary>
    public int SourceCount
    {
        get
        {
            lock (_gate) return _strangersBySource.Count;
        }
    }

    /// <summary>Takes a stranger's place for a connection from <paramref name="address"/>; false when there is none.</summary>
    public bool TryTakePlace(IPAddress address)
    {
        var source = SourceOf(address);
        lock (_gate)
        {
            var ofSource = _strangersBySource.GetValueOrDefault(source);
            var isFull = _taken >= options.MaxConnections || _strangers >= options.MaxStrangers || ofSource >= options.MaxStrangersPerSource;
            if (isFull) return false;
            _strangersBySource[source] = ofSource + 1;
            _strangers++;
            _taken++;
            return true;
        }
    }

    /// <summary>The connection is no stranger's any more; once.</summary>
    public void Trust(IPAddress address) => ForgetStranger(SourceOf(address));

    /// <summary>The place has its connection.</summary>
    public void Add(Connection connection) => _all[connection] = true;

    public bool Contains(Connection connection) => _all.ContainsKey(connection);

    /// <summary>Gives the place of a connection back, whether it was added or never came to be; once.</summary>
    public void GiveBack(Connection? connection, IPAddress address, bool isStranger)
    {
        if (isStranger) ForgetStranger(SourceOf(address));
        lock (_gate) _taken--;
        if (connection is not null) _all.TryRemove(connection, out _); // last, see KnownCount
    }

    private void ForgetStranger(IPAddress source)
    {
        lock (_gate)
        {
            _strangers--;
            if (--_strangersBySource[source] == 0) _strangersBySource.Remove(source);
        }
    }

    /// <summary>An IPv6 host has a /64 to choose addresses from (RFC 4291 section 2.5.4), so that counts as one source.</summary>
    private static IPAddress SourceOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
