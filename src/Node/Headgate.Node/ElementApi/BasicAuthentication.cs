using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Headgate.Node.ElementApi;

/// <summary>HTTP Basic for the cluster admin (RFC 7617; element-api 1.2).</summary>
internal sealed class BasicAuthentication(string username, string password, INodeEvents events, TimeProvider time)
{
    /// <summary>One event per this time, however often somebody guesses; the message counts the rest.</summary>
    private static readonly TimeSpan EventInterval = TimeSpan.FromSeconds(10);

    /// <summary>Longest header that is looked at: names and passwords of 64 characters take under 200.</summary>
    private const int MaxHeaderLength = 1024;

    private readonly byte[] _expected = SHA256.HashData(Encoding.UTF8.GetBytes($"{username}:{password}"));
    private readonly Lock _lock = new();
    private DateTimeOffset _quietUntil;
    private int _suppressed;

    /// <summary>Whether the header proves the admin. Compares digests, so that time tells nothing about the password.</summary>
    public bool IsAdmin(string? header, IPAddress? from)
    {
        // No header is no attempt: the .NET SDK sends every call without one first, and again after the 401.
        if (string.IsNullOrEmpty(header)) return false;
        if (Decode(header) is { } given && CryptographicOperations.FixedTimeEquals(SHA256.HashData(given), _expected)) return true;
        RaiseFailure(from);
        return false;
    }

    private static byte[]? Decode(string header)
    {
        const string scheme = "Basic ";
        if (header.Length > MaxHeaderLength || !header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)) return null;
        var bytes = new byte[header.Length];
        return Convert.TryFromBase64String(header[scheme.Length..].Trim(), bytes, out var count) ? bytes[..count] : null;
    }

    private void RaiseFailure(IPAddress? from)
    {
        int more;
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (now < _quietUntil)
            {
                _suppressed++;
                return;
            }
            (more, _suppressed, _quietUntil) = (_suppressed, 0, now + EventInterval);
        }
        var others = more == 0 ? "" : $" There were {more} more since the last event of this kind.";
        events.Raise(new NodeEvent(
            "element-authentication-failed", NodeEventSeverity.Warning,
            $"A call to the Element API from {from} had wrong credentials.{others}"));
    }
}
