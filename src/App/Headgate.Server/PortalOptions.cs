using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using Headgate.Node.Target;

namespace Headgate.Server;

/// <summary>The options about iSCSI portals; each may be given more than once.</summary>
internal static class PortalOptions
{
    /// <summary>Where the target listens when nothing is said.</summary>
    public static IPEndPoint Default => new(IPAddress.Loopback, 3260);

    public static Option<IPEndPoint[]> Listen() => new("--iscsi")
    {
        Description = "Where the iSCSI target listens; may be given more than once. Default 127.0.0.1:3260.",
        HelpName = "ADDRESS:PORT",
        CustomParser = result => Each(result, text => TryParse(text, out var endpoint) ? endpoint : null,
            "is not ADDRESS:PORT with an IP address, for example 10.0.0.5:3260 or [fd00::5]:3260 (--iscsi)."),
    };

    public static Option<AdvertisedPortal[]> Advertise() => new("--advertise")
    {
        Description = "What discovery tells instead, for initiators that cannot use the listening address; with ADDRESS:PORT= in front only those that come in there.",
        HelpName = "[ADDRESS:PORT=]HOST:PORT",
        CustomParser = result => Each(result, text => ParseAdvertised(text),
            "is not HOST:PORT or ADDRESS:PORT=HOST:PORT, for example 127.0.0.1:3261=10.0.2.2:3261 (--advertise)."),
    };

    public static Option<PortalRedirect[]> Redirect() => new("--redirect")
    {
        Description = "Sends logins at a listening address on to another portal.",
        HelpName = "ADDRESS:PORT=HOST:PORT",
        CustomParser = result => Each(result, text => ParseAdvertised(text) is { At: { } at, Address: var to } ? new PortalRedirect(at, to) : null,
            "is not ADDRESS:PORT=HOST:PORT, for example 10.0.0.5:3260=10.0.0.6:3260 (--redirect)."),
    };

    /// <summary>An IP address and its port; <c>localhost</c> is 127.0.0.1.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out IPEndPoint? endpoint)
    {
        var plain = text.Replace("localhost:", "127.0.0.1:", StringComparison.Ordinal);
        endpoint = null;
        return HasPort(plain) && IPEndPoint.TryParse(plain, out endpoint);
    }

    private static AdvertisedPortal? ParseAdvertised(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var address = text[(equals + 1)..];
        if (!HasPort(address) || address.Any(c => char.IsWhiteSpace(c) || c is ',' or '=')) return null;
        if (equals < 0) return new AdvertisedPortal(null, address);
        return TryParse(text[..equals], out var at) ? new AdvertisedPortal(at, address) : null;
    }

    private static bool HasPort(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon > 0 && ushort.TryParse(text[(colon + 1)..], out _);
    }

    private static T[] Each<T>(ArgumentResult result, Func<string, T?> parse, string problem) where T : class
    {
        var values = new List<T>();
        foreach (var token in result.Tokens)
        {
            if (parse(token.Value) is { } value) values.Add(value);
            else result.AddError($"'{token.Value}' {problem}");
        }
        return [.. values];
    }
}
