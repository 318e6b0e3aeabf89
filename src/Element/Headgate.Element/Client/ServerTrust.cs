using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Headgate.Element.Client;

/// <summary>Which certificate a cluster may present. Real clusters are self-signed: pin theirs rather than accept any.</summary>
public abstract record ServerTrust
{
    private const int Sha256Digits = 64;

    private ServerTrust() { }

    /// <summary>A certificate that chains to an authority the machine trusts, for the host that is called.</summary>
    public static ServerTrust System { get; } = new SystemTrust();

    /// <summary>Any certificate at all: encryption without knowing to whom. Only for a network that is trusted end to end.</summary>
    public static ServerTrust AnyCertificate { get; } = new AnyTrust();

    /// <summary>Exactly the certificate whose SHA-256 fingerprint is <paramref name="thumbprint"/> (64 hexadecimal digits, colons allowed).</summary>
    /// <exception cref="ArgumentException">It is not such a fingerprint.</exception>
    public static ServerTrust Pinned(string thumbprint) =>
        TryPin(thumbprint, out var trust)
            ? trust
            : throw new ArgumentException("A SHA-256 fingerprint has 64 hexadecimal digits (colons are allowed).", nameof(thumbprint));

    /// <summary>Like <see cref="Pinned"/>; false when the text is no fingerprint.</summary>
    public static bool TryPin(string? thumbprint, out ServerTrust trust)
    {
        var digits = (thumbprint ?? "").Replace(":", "", StringComparison.Ordinal).Trim();
        var lawful = digits.Length == Sha256Digits && digits.All(char.IsAsciiHexDigit);
        trust = lawful ? new PinnedTrust(Convert.FromHexString(digits)) : System;
        return lawful;
    }

    internal abstract bool Accepts(X509Certificate? certificate, SslPolicyErrors errors);

    private sealed record SystemTrust : ServerTrust
    {
        internal override bool Accepts(X509Certificate? certificate, SslPolicyErrors errors) => errors == SslPolicyErrors.None;
    }

    private sealed record AnyTrust : ServerTrust
    {
        internal override bool Accepts(X509Certificate? certificate, SslPolicyErrors errors) => certificate is not null;
    }

    private sealed record PinnedTrust(byte[] Sha256) : ServerTrust
    {
        internal override bool Accepts(X509Certificate? certificate, SslPolicyErrors errors) =>
            certificate is not null && certificate.GetCertHash(HashAlgorithmName.SHA256).AsSpan().SequenceEqual(Sha256);
    }
}
