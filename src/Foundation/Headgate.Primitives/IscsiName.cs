namespace Headgate.Primitives;

/// <summary>Checks of iSCSI node names: RFC 7143 section 4.2.7, formats <c>iqn.</c>, <c>eui.</c> and <c>naa.</c></summary>
public static class IscsiName
{
    /// <summary>Longest name in bytes, RFC 7143 section 4.2.7.1.</summary>
    public const int MaxBytes = 223;

    /// <summary>Null when <paramref name="name"/> is a lawful iSCSI name, else one sentence that says what is wrong.</summary>
    public static string? Problem(string? name)
    {
        if (string.IsNullOrEmpty(name)) return "the iSCSI name is empty; give one like iqn.1993-08.org.debian:01:abc.";
        if (name.Length > MaxBytes) return $"the iSCSI name has {name.Length} characters; at most {MaxBytes} are allowed.";
        foreach (var c in name)
        {
            // Normalised names are lower case; stringprep leaves only letters, digits, '-', '.' and ':'.
            if (!(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.' or ':'))
                return $"the iSCSI name '{name}' contains '{c}'; only a-z, 0-9, '-', '.' and ':' are allowed.";
        }
        if (name.StartsWith("iqn.", StringComparison.Ordinal)) return IqnProblem(name);
        if (name.StartsWith("eui.", StringComparison.Ordinal)) return HexProblem(name, 16);
        if (name.StartsWith("naa.", StringComparison.Ordinal)) return HexProblem(name, 16, 32);
        return $"the iSCSI name '{name}' begins with none of iqn., eui., naa.";
    }

    private static string? IqnProblem(string name)
    {
        // iqn.YYYY-MM.reversed.domain[:anything]
        var rest = name.AsSpan(4);
        var dated = rest.Length > 8 && rest[4] == '-' && rest[7] == '.'
            && !rest[..4].ContainsAnyExceptInRange('0', '9') && !rest[5..7].ContainsAnyExceptInRange('0', '9');
        return dated ? null : $"the iSCSI name '{name}' is not of the form iqn.YYYY-MM.reversed.domain[:name].";
    }

    private static string? HexProblem(string name, params ReadOnlySpan<int> lengths)
    {
        var digits = name.AsSpan(4);
        var hex = true;
        foreach (var c in digits) hex &= char.IsAsciiHexDigit(c);
        return hex && lengths.Contains(digits.Length)
            ? null
            : $"the iSCSI name '{name}' must have {string.Join(" or ", lengths.ToArray())} hexadecimal digits after its first dot.";
    }
}
