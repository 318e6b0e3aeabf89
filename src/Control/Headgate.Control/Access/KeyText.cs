using System.Security.Cryptography;
using System.Text;

namespace Headgate.Control.Access;

/// <summary>
/// The text of an API key: <c>hg_ID_SECRET</c>, both in lower-case hexadecimal. The id (64 bits) is for people to tell
/// keys apart; the secret is 256 random bits, so one round of SHA-256 is all the hashing it needs.
/// </summary>
internal static class KeyText
{
    private const string Start = "hg_";
    private const int IdBytes = 8;
    private const int SecretBytes = 32;

    /// <summary>The length of every key in characters.</summary>
    public const int Length = 3 + 2 * IdBytes + 1 + 2 * SecretBytes;

    /// <summary>The length of <see cref="PrefixOf"/>.</summary>
    public const int PrefixLength = 3 + 2 * IdBytes;

    /// <summary>A new key.</summary>
    public static string Make() =>
        $"{Start}{RandomNumberGenerator.GetHexString(2 * IdBytes, lowercase: true)}_" +
        RandomNumberGenerator.GetHexString(2 * SecretBytes, lowercase: true);

    /// <summary>What may be shown of a key: all but its secret.</summary>
    public static string PrefixOf(string key) => key[..PrefixLength];

    /// <summary>Whether <paramref name="text"/> can be a key at all; saves the database from looking for what is none.</summary>
    public static bool IsPlausible(string text) =>
        text.Length == Length && text.StartsWith(Start, StringComparison.Ordinal) && text[PrefixLength] == '_';

    /// <summary>What is stored of a key.</summary>
    public static string HashOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(key)));
}
