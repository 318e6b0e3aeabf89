using System.Net;
using System.Net.Sockets;

namespace Headgate.Node.Target;

/// <summary>Which addresses an initiator is told of, by the portal that it came in at. All portals are one group.</summary>
internal sealed class PortalMap(IscsiTargetOptions options)
{
    /// <summary>The tag of the only portal group (RFC 7143 section 13.9).</summary>
    public const ushort GroupTag = 1;

    private IReadOnlyList<IPEndPoint> _bound = options.Portals;

    /// <summary>The addresses really bound, one for each of the options and in their order.</summary>
    public IReadOnlyList<IPEndPoint> Bound
    {
        get => Volatile.Read(ref _bound);
        set => Volatile.Write(ref _bound, value);
    }

    /// <summary>
    /// TargetAddress values for an initiator that is connected at <paramref name="local"/>, that one first (RFC 7143
    /// section 13.8). Loopback addresses are told to who came over loopback only: nobody else could use them.
    /// </summary>
    public IReadOnlyList<string> ToldAt(IPEndPoint local)
    {
        var at = PortalOf(local);
        var told = options.Advertised.Where(advertised => advertised.At is not null && advertised.At.Equals(at)).ToList();
        if (told.Count == 0) told = [.. options.Advertised.Where(advertised => advertised.At is null)];
        if (told.Count > 0) return [.. told.Select(advertised => $"{advertised.Address},{GroupTag}")];

        var reachable = Bound.Where(portal => !IsAny(portal.Address) && IPAddress.IsLoopback(portal.Address) == IPAddress.IsLoopback(local.Address));
        return [.. reachable.Prepend(local).Select(Text).Distinct().Select(address => $"{address},{GroupTag}")];
    }

    /// <summary>Where logins at <paramref name="local"/> are sent on to, or null.</summary>
    public PortalRedirect? RedirectAt(IPEndPoint local)
    {
        if (options.Redirects.Count == 0) return null;
        var at = PortalOf(local);
        return options.Redirects.FirstOrDefault(redirect => redirect.At.Equals(at));
    }

    /// <summary>The portal, as the options name it, that a connection to <paramref name="local"/> came in at.</summary>
    private IPEndPoint? PortalOf(IPEndPoint local)
    {
        var bound = Bound;
        IPEndPoint? any = null;
        for (var i = 0; i < bound.Count; i++)
        {
            if (bound[i].Equals(local)) return options.Portals[i];
            var takesAll = IsAny(bound[i].Address) && bound[i].Port == local.Port
                && (bound[i].AddressFamily == local.AddressFamily || bound[i].AddressFamily == AddressFamily.InterNetworkV6);
            if (takesAll && (any is null || bound[i].AddressFamily == local.AddressFamily)) any = options.Portals[i];
        }
        return any;
    }

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    // A scope (fe80::1%2) means something on this machine only.
    private static string Text(IPEndPoint portal) =>
        portal.Address is { AddressFamily: AddressFamily.InterNetworkV6, ScopeId: not 0 }
            ? new IPEndPoint(new IPAddress(portal.Address.GetAddressBytes()), portal.Port).ToString()
            : portal.ToString();
}
