using System.Security.Cryptography.X509Certificates;

namespace Headgate.Hosts;

/// <summary>Who is on the other side: decided by the authority and the common name, never by an address, which changes.</summary>
public static class HostTrust
{
    /// <summary>The common name of the management servers' client certificate.</summary>
    public const string ServerName = "headgate-server";

    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>Whether <paramref name="certificate"/> is a server's, for TLS clients, of that name and of this authority, and valid now.</summary>
    public static bool IsServer(X509Certificate2? certificate, X509Certificate2 authority, DateTimeOffset now) =>
        certificate is not null && IsIssued(certificate, authority, ClientAuthentication, now) && NameOf(certificate) == ServerName;

    /// <summary>Whether <paramref name="certificate"/> is that host's, for TLS servers, of this authority, and valid now.</summary>
    public static bool IsHost(X509Certificate2? certificate, Guid hostId, X509Certificate2 authority, DateTimeOffset now) =>
        certificate is not null && IsIssued(certificate, authority, ServerAuthentication, now) && NameOf(certificate) == hostId.ToString();

    /// <summary>The common name.</summary>
    public static string NameOf(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
    }

    private static bool IsIssued(X509Certificate2 certificate, X509Certificate2 authority, string purpose, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(authority);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck; // a host that leaves loses its access and its record; nothing publishes lists
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        chain.ChainPolicy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid(purpose));
        return chain.Build(certificate);
    }
}
