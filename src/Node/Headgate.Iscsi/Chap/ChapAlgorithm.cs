using System.Security.Cryptography;
using System.Text;

namespace Headgate.Iscsi.Chap;

/// <summary>Values of CHAP_A: RFC 1994 for MD5, IANA's PPP authentication algorithms for the others.</summary>
public enum ChapAlgorithm
{
    Md5 = 5,
    Sha1 = 6,
    Sha256 = 7,
    Sha3 = 8,
}

/// <summary>The hash of CHAP: over identifier, secret and challenge, in this order (RFC 1994 section 4.1).</summary>
public static class ChapHash
{
    /// <summary>The initiator's first algorithm that we know, from the list in its CHAP_A; null when there is none.</summary>
    public static ChapAlgorithm? Choose(string offered)
    {
        ArgumentNullException.ThrowIfNull(offered);
        foreach (var item in offered.Split(','))
        {
            var algorithm = item switch
            {
                "5" => ChapAlgorithm.Md5,
                "6" => ChapAlgorithm.Sha1,
                "7" => ChapAlgorithm.Sha256,
                "8" when SHA3_256.IsSupported => ChapAlgorithm.Sha3,
                _ => (ChapAlgorithm?)null,
            };
            if (algorithm is not null) return algorithm;
        }
        return null;
    }

    public static byte[] Compute(ChapAlgorithm algorithm, byte identifier, string secret, ReadOnlySpan<byte> challenge)
    {
        var secretBytes = Encoding.UTF8.GetBytes(secret);
        byte[] message = [identifier, .. secretBytes, .. challenge];
#pragma warning disable CA5350, CA5351 // the protocol names MD5 and SHA1; initiators that can do better offer it first
        var hash = algorithm switch
        {
            ChapAlgorithm.Md5 => MD5.HashData(message),
            ChapAlgorithm.Sha1 => SHA1.HashData(message),
            ChapAlgorithm.Sha256 => SHA256.HashData(message),
            ChapAlgorithm.Sha3 => SHA3_256.HashData(message),
            _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "not a CHAP algorithm"),
        };
#pragma warning restore CA5350, CA5351
        CryptographicOperations.ZeroMemory(message);
        CryptographicOperations.ZeroMemory(secretBytes);
        return hash;
    }
}
