using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Headgate.Node.ElementApi;

/// <summary>The self-signed certificate of the Element API: made at the first start, kept, renewed when it runs out.</summary>
/// <remarks>RSA 2048: every client takes it, the Java SDK of 12.3 with its TLS 1.0 to 1.2 included.</remarks>
internal static class ElementCertificate
{
    private const int KeyBits = 2048;
    private const int Years = 10;

    /// <summary>Certificate and key in one PEM file (mode 0600), so that they are replaced together or not at all.</summary>
    public static X509Certificate2 LoadOrCreate(string path, string clusterName, IPAddress address, DateTimeOffset now)
    {
        if (Load(path, now) is { } kept) return kept;
        using var key = RSA.Create(KeyBits);
        using var made = Create(key, clusterName, address, now);
        var draft = $"{path}.new";
        File.Delete(draft);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var file = new FileStream(draft, options))
        {
            using var writer = new StreamWriter(file);
            writer.WriteLine(made.ExportCertificatePem());
            writer.WriteLine(key.ExportPkcs8PrivateKeyPem());
            writer.Flush();
            file.Flush(flushToDisk: true);
        }
        File.Move(draft, path, overwrite: true);
        return Load(path, now) ?? throw new StorageNodeException(
            "data-folder-unusable", $"The certificate {path} was written and cannot be read back. Delete it and start again.");
    }

    private static X509Certificate2? Load(string path, DateTimeOffset now)
    {
        if (!File.Exists(path)) return null;
        try
        {
            var kept = X509Certificate2.CreateFromPemFile(path, path);
            if (kept.NotAfter.ToUniversalTime() > now.UtcDateTime) return kept;
            kept.Dispose();
            return null;
        }
        catch (Exception problem) when (problem is CryptographicException or ArgumentException)
        {
            return null; // damaged: clients do not pin it, so a new one is better than no API
        }
    }

    private static X509Certificate2 Create(RSA key, string clusterName, IPAddress address, DateTimeOffset now)
    {
        var request = new CertificateRequest(
            new X500DistinguishedName($"CN=\"{clusterName.Replace("\"", "", StringComparison.Ordinal)}\", O=Headgate"),
            key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddDnsName(Dns.GetHostName());
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        if (!IPAddress.IsLoopback(address) && !address.Equals(IPAddress.Any)) names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1", "serverAuth")], false));
        return request.CreateSelfSigned(now.AddDays(-1), now.AddYears(Years));
    }
}
