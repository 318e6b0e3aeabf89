using System.Net;
using System.Net.Sockets;
using Headgate.Initiator;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.DataMover;

/// <summary>A LUN over our own initiator: CHAP both ways where the storage gives both secrets, CRC32C on headers and data.</summary>
internal sealed class IscsiBlocks(InitiatorSession session) : IBlocks
{
    /// <summary>A portal that sends logins on does so once (SolidFire from the cluster's address to a node's); three stop a circle.</summary>
    private const int MostRedirects = 3;

    private static int _lastQualifier = Random.Shared.Next(ushort.MaxValue);

    public long Bytes => session.SizeBytes;

    public int BlockBytes => session.BlockBytes;

    /// <summary>Tries the portals in their order; the first that lets us in is taken.</summary>
    public static async Task<Outcome<IBlocks>> OpenAsync(Connection.Iscsi iscsi, string initiator, CancellationToken stop)
    {
        Fault? last = null;
        foreach (var portal in iscsi.Portals)
        {
            try
            {
                var login = await LoginAsync(iscsi, portal, initiator, stop).ConfigureAwait(false);
                if (login.Session is { } session) return new IscsiBlocks(session);
                last = MoverFaults.LoginRefused(iscsi.TargetName, portal, login.Class, login.Detail);
            }
            catch (Exception failed) when (failed is IOException or SocketException or InvalidDataException or FormatException or KeyNotFoundException)
            {
                last = MoverFaults.Unreachable($"{iscsi.TargetName} at {portal}", failed.Message);
            }
        }
        return last ?? MoverFaults.Unreachable(iscsi.TargetName, "The storage named no portal.");
    }

    public Task ReadAsync(long offset, Memory<byte> into, CancellationToken stop) => session.ReadAsync(offset, into, stop);

    public Task WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken stop) => session.WriteAsync(offset, data, fua: false, stop);

    public Task FlushAsync(CancellationToken stop) => session.SynchronizeAsync(stop);

    public ValueTask DisposeAsync() => session.DisposeAsync();

    private static async Task<LoginResult> LoginAsync(Connection.Iscsi iscsi, string portal, string initiator, CancellationToken stop)
    {
        for (var hop = 0; ; hop++)
        {
            var address = new LunAddress(
                (await ResolveAsync(portal, stop).ConfigureAwait(false)).ToString(), iscsi.TargetName, iscsi.Lun, iscsi.Chap?.Username, iscsi.Chap?.Secret, initiator)
            {
                TargetSecret = iscsi.Chap?.TargetSecret, WantsDigests = true,
            };
            var login = await InitiatorSession.LoginAsync(address, SessionQualifier(), stop).ConfigureAwait(false);
            if (login.MovedTo is not { } moved || hop == MostRedirects) return login;
            portal = moved;
        }
    }

    /// <summary>One of its own for each session: a second login with the same one would cut the first (RFC 7143 section 6.3.5).</summary>
    private static ushort SessionQualifier() => (ushort)Interlocked.Increment(ref _lastQualifier);

    private static async Task<IPEndPoint> ResolveAsync(string portal, CancellationToken stop)
    {
        if (IPEndPoint.TryParse(portal, out var known)) return known;
        var colon = portal.LastIndexOf(':');
        var addresses = await Dns.GetHostAddressesAsync(portal[..colon], stop).ConfigureAwait(false);
        return new IPEndPoint(addresses[0], int.Parse(portal[(colon + 1)..], System.Globalization.CultureInfo.InvariantCulture));
    }
}
