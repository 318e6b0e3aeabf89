using System.Globalization;
using System.Text;

namespace Headgate.Node.Catalog;

/// <summary>Names and identifiers of a volume as Element clusters make them (reference: element-api section 4).</summary>
internal static class TargetNaming
{
    private const string Prefix = "iqn.2010-01.com.solidfire:";

    /// <summary><c>iqn.2010-01.com.solidfire:UNIQ.name.ID</c>, the name in lower case.</summary>
    /// <remarks>
    /// What RFC 7143 section 4.2.7 does not allow in a name becomes '-': Element takes any volume name, initiators do not.
    /// </remarks>
    public static string TargetName(string uniqueId, string volumeName, long volumeId)
    {
        var name = new StringBuilder(Prefix, 223).Append(uniqueId).Append('.');
        foreach (var c in volumeName)
        {
            var lower = char.ToLowerInvariant(c);
            name.Append(char.IsAsciiLetterOrDigit(lower) || lower is '-' or '.' ? lower : '-');
        }
        return name.Append('.').Append(volumeId.ToString(CultureInfo.InvariantCulture)).ToString();
    }

    /// <summary>NAA 6, OUI f47acc: <c>6f47acc1 00000000 U V</c>, 32 hexadecimal digits.</summary>
    public static string Naa(string uniqueId, long volumeId) => $"6f47acc100000000{UniqueHex(uniqueId)}{VolumeHex(volumeId)}";

    /// <summary>EUI-64 based, 16 bytes: <c>U V f47acc01 00000000</c>, 32 hexadecimal digits; also the unit serial number.</summary>
    public static string Eui(string uniqueId, long volumeId) => $"{UniqueHex(uniqueId)}{VolumeHex(volumeId)}f47acc0100000000";

    private static string UniqueHex(string uniqueId) => Convert.ToHexStringLower(Encoding.ASCII.GetBytes(uniqueId));

    private static string VolumeHex(long volumeId) => volumeId.ToString("x8", CultureInfo.InvariantCulture);
}
