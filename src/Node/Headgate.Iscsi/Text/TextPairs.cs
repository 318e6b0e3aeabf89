using System.Buffers;
using System.Text;

namespace Headgate.Iscsi.Text;

/// <summary>Reads and writes key=value pairs, each ended by a zero byte (RFC 7143 section 6.1).</summary>
public static class TextPairs
{
    /// <summary>
    /// All pairs in their order, or null and one sentence about the first thing wrong. Values are UTF-8 (section 6.1);
    /// a missing last zero byte is forgiven, as some initiators leave it out.
    /// </summary>
    public static List<KeyValuePair<string, string>>? Parse(ReadOnlySpan<byte> bytes, out string? problem)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        problem = null;
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf((byte)0);
            var pair = end < 0 ? bytes : bytes[..end];
            bytes = end < 0 ? [] : bytes[(end + 1)..];
            if (pair.IsEmpty) continue; // padding and doubled terminators

            var equals = pair.IndexOf((byte)'=');
            problem = equals switch
            {
                <= 0 => "a text pair has no key before a '='.",
                > Limits.KeyNameChars => $"a key has {equals} characters; at most {Limits.KeyNameChars} are allowed.",
                _ when pairs.Count == Limits.NegotiationPairs => $"there are more than {Limits.NegotiationPairs} text pairs.",
                _ when pair[..equals].ContainsAnyExcept(KeyBytes) => "a key contains a character that keys do not have.",
                _ => null,
            };
            if (problem is null && TryDecode(pair[(equals + 1)..], out var value))
                pairs.Add(new(Encoding.ASCII.GetString(pair[..equals]), value));
            else
                problem ??= "a value is not UTF-8.";
            if (problem is not null) return null;
        }
        return pairs;
    }

    /// <summary>Appends one pair.</summary>
    public static void Append(IBufferWriter<byte> output, string key, string value)
    {
        ArgumentNullException.ThrowIfNull(output);
        Encoding.UTF8.GetBytes(key, output);
        output.Write("="u8);
        Encoding.UTF8.GetBytes(value, output);
        output.Write("\0"u8);
    }

    // Section 6.1: key names are of letters, digits, dot, dash, plus, at, underscore; X# keys have a number sign too.
    private static readonly SearchValues<byte> KeyBytes =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-+@_#"u8);

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static bool TryDecode(ReadOnlySpan<byte> bytes, out string value)
    {
        value = "";
        if (!System.Text.Unicode.Utf8.IsValid(bytes)) return false;
        value = Strict.GetString(bytes);
        return true;
    }
}
