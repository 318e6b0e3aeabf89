using System.Buffers;
using System.Buffers.Text;

namespace Headgate.Iscsi.Text;

/// <summary>Binary values: hex after <c>0x</c>, base64 after <c>0b</c> (RFC 7143 section 6.1).</summary>
public static class BinaryValue
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>Decodes; false when it is neither form, or longer than <paramref name="maxBytes"/>.</summary>
    public static bool TryParse(string text, int maxBytes, out byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(text);
        bytes = [];
        if (text.Length < 3 || text[0] != '0') return false;
        var digits = text.AsSpan(2);
        return text[1] switch
        {
            'x' or 'X' => TryHex(digits, maxBytes, out bytes),
            'b' or 'B' => TryBase64(digits, maxBytes, out bytes),
            _ => false,
        };
    }

    /// <summary>As hex.</summary>
    public static string ToHex(ReadOnlySpan<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes);

    private static bool TryHex(ReadOnlySpan<char> digits, int maxBytes, out byte[] bytes)
    {
        bytes = [];
        if (digits.Length > maxBytes * 2 || digits.ContainsAnyExcept(HexDigits)) return false;
        // An odd count is a number without its leading zero.
        bytes = Convert.FromHexString(digits.Length % 2 == 0 ? digits : $"0{digits}");
        return true;
    }

    private static bool TryBase64(ReadOnlySpan<char> digits, int maxBytes, out byte[] bytes)
    {
        bytes = [];
        if (digits.Length > (maxBytes + 2) / 3 * 4 || !Base64.IsValid(digits, out var length) || length > maxBytes) return false;
        bytes = Convert.FromBase64String(digits.ToString());
        return bytes.Length > 0;
    }
}
