using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Headgate.Primitives;

namespace Headgate.Hosts;

/// <summary>
/// What an administrator carries to a new host: <c>hgj1.</c> and base64url of JSON. It leads to the servers, proves to the host that they are
/// the right ones (the hash), and proves the host to them (the secret). Whoever has it can join, once.
/// </summary>
public sealed record JoinToken
{
    private const string Prefix = "hgj1.";

    /// <summary>More is not a token, whatever it is.</summary>
    private const int MostCharacters = 4096;

    /// <summary>The servers' listeners for agents, <c>https://ADDRESS:PORT</c>; tried in this order.</summary>
    public required IReadOnlyList<string> Servers { get; init; }

    /// <summary>SHA-256 of the authority's certificate (DER), lower-case hexadecimal.</summary>
    public required string AuthoritySha256 { get; init; }

    /// <summary>Random; the servers keep its hash.</summary>
    public required string Secret { get; init; }

    /// <summary>The hash of an authority's certificate as it stands in tokens.</summary>
    public static string Sha256Of(X509Certificate2 authority)
    {
        ArgumentNullException.ThrowIfNull(authority);
        return Convert.ToHexStringLower(SHA256.HashData(authority.RawData));
    }

    /// <summary>The token as it is carried.</summary>
    public string Format() => Prefix + Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(this, HostsJson.Default.JoinToken));

    /// <summary>Reads one; refuses <c>join-token-malformed</c>.</summary>
    public static Outcome<JoinToken> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = text.Trim();
        if (!text.StartsWith(Prefix, StringComparison.Ordinal) || text.Length > MostCharacters) return Malformed;
        try
        {
            var token = JsonSerializer.Deserialize(Base64Url.DecodeFromChars(text.AsSpan(Prefix.Length)), HostsJson.Default.JoinToken);
            return token is { Servers.Count: > 0, Secret.Length: > 0, AuthoritySha256.Length: SHA256.HashSizeInBytes * 2 } && token.Servers.All(IsHttps) ? token : Malformed;
        }
        catch (Exception broken) when (broken is FormatException or JsonException)
        {
            return Malformed;
        }
    }

    private static bool IsHttps(string server) => Uri.TryCreate(server, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps;

    private static Fault Malformed { get; } = new(
        "join-token-malformed", $"That is not a join token: those begin with {Prefix} and are made for a cluster by the management server. Copy it whole.", Recovery.FixRequest);

    private bool PrintMembers(StringBuilder text)
    {
        text.Append("Servers = ").AppendJoin(' ', Servers).Append(", Secret = ***");
        return true;
    }
}
