using System.Globalization;
using System.Net;

namespace Headgate.Hosts;

/// <summary>ADDRESS:PORT as text: an IPv4 address, an IPv6 address in brackets, or a host's name.</summary>
/// <param name="Host">The address or name, without brackets.</param>
/// <param name="Port">1 to 65535.</param>
public readonly record struct Portal(string Host, int Port)
{
    /// <summary>False when the text is not of that form.</summary>
    public static bool TryParse(string? text, out Portal portal)
    {
        portal = default;
        if (text is null) return false;
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > ushort.MaxValue) return false;
        var host = text[..colon];
        if (host.StartsWith('[') && host.EndsWith(']'))
        {
            host = host[1..^1];
            if (!IPAddress.TryParse(host, out var address) || address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetworkV6) return false;
        }
        else if (host.Contains(':', StringComparison.Ordinal) || Uri.CheckHostName(host) is not (UriHostNameType.IPv4 or UriHostNameType.Dns)) return false;
        portal = new Portal(host, port);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
