using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Headgate.Element.Contracts;
using Headgate.Node.Catalog;

namespace Headgate.Node.ElementApi;

/// <summary>What every parameter of a kind has to be; the limits are those that <c>GetLimits</c> announces.</summary>
internal static class ElementRules
{
    /// <summary>The one place of all numbers below.</summary>
    public static GetLimitsResult Limits { get; } = new();

    /// <summary>Sizes are whole multiples of this (element-api 2.3: 1000000000 becomes 1000341504... that is 954 MiB).</summary>
    public const long SizeStep = 1L << 20;

    /// <summary>Encoded size of <c>attributes</c> (element-api 1.5).</summary>
    private const int MaxAttributesBytes = 1000;

    /// <summary>A name that has to be there.</summary>
    public static string Name(string? given, string member, long maxLength)
    {
        if (string.IsNullOrEmpty(given)) throw ElementFault.Missing(member);
        if (given.Length > maxLength)
            throw ElementFault.Invalid($"{member} has {given.Length} characters; 1 to {maxLength} are allowed.");
        if (given.Any(char.IsControl)) throw ElementFault.Invalid($"{member} contains a control character.");
        return given;
    }

    /// <summary>
    /// A rollback in the middle of a sanitize would bring back below its mark what it has destroyed, and it would end as done.
    /// </summary>
    public static void RefuseRollbackOfSanitized(Catalog.Volume volume)
    {
        if (volume.Sanitize is { } sanitize)
            throw ElementFault.Invalid(
                $"VolumeID {volume.Id} {(sanitize.HasFailed ? "has a SANITIZE that failed" : "is being sanitized")}; change its contents when SANITIZE is over.");
    }

    /// <summary>A CHAP secret of 12 to 16 characters; null and "" are "not given".</summary>
    public static string? Secret(string? given, string member)
    {
        if (string.IsNullOrEmpty(given)) return null;
        if (given.Length < Limits.SecretLengthMin || given.Length > Limits.SecretLengthMax)
            throw ElementFault.Invalid(
                $"{member} has {given.Length} characters; {Limits.SecretLengthMin} to {Limits.SecretLengthMax} are allowed.");
        if (given.Any(c => c is < ' ' or > '~')) throw ElementFault.Invalid($"{member} may contain printable ASCII only.");
        return given;
    }

    /// <summary>Attributes to keep, or null when none were given.</summary>
    public static JsonElement? Attributes(JsonObject? given)
    {
        if (given is null) return null;
        var text = given.ToJsonString();
        var bytes = Encoding.UTF8.GetByteCount(text);
        if (bytes > MaxAttributesBytes)
            throw ElementFault.Invalid($"attributes take {bytes} bytes; at most {MaxAttributesBytes} are allowed.");
        return JsonElement.Parse(text);
    }

    /// <summary>A volume size, checked and rounded up to 1 MiB.</summary>
    public static long VolumeSize(long given, string member)
    {
        if (given == 0) throw ElementFault.Missing(member);
        if (given < Limits.VolumeSizeMin || given > Limits.VolumeSizeMax)
            throw ElementFault.Invalid(
                $"{member} {given} is out of range: a volume has {Limits.VolumeSizeMin} to {Limits.VolumeSizeMax} bytes.");
        return (given + SizeStep - 1) / SizeStep * SizeStep;
    }

    /// <summary>An <c>access</c> value, or null when none was given.</summary>
    public static Catalog.VolumeAccess? Access(string? given) => given switch
    {
        null or "" => null,
        Element.Contracts.VolumeAccess.ReadWrite => Catalog.VolumeAccess.ReadWrite,
        Element.Contracts.VolumeAccess.ReadOnly => Catalog.VolumeAccess.ReadOnly,
        Element.Contracts.VolumeAccess.Locked => Catalog.VolumeAccess.Locked,
        Element.Contracts.VolumeAccess.ReplicationTarget => Catalog.VolumeAccess.ReplicationTarget,
        Element.Contracts.VolumeAccess.SnapMirrorTarget => Catalog.VolumeAccess.SnapMirrorTarget,
        _ => throw ElementFault.BadEnum(given),
    };

    /// <summary>An iSCSI name or a Fibre Channel WWPN, in lower case.</summary>
    public static string InitiatorName(string? given)
    {
        var name = CatalogState.NormalInitiatorName(Name(given, "name", Limits.InitiatorNameLengthMax));
        var isWwpn = name.Replace(":", "", StringComparison.Ordinal) is { Length: 16 } digits && digits.All(char.IsAsciiHexDigit);
        if (isWwpn || Primitives.IscsiName.Problem(name) is not { } problem) return name;
        throw ElementFault.Invalid($"Initiator name: {problem}");
    }

    /// <summary>The rows from <paramref name="start"/> on, at most <paramref name="limit"/> (0 or null: all).</summary>
    public static IEnumerable<T> Page<T>(IEnumerable<KeyValuePair<long, T>> rows, long? start, long? limit)
    {
        var from = rows.SkipWhile(row => row.Key < (start ?? 0)).Select(row => row.Value);
        return limit is > 0 ? from.Take((int)Math.Min(limit.Value, int.MaxValue)) : from;
    }
}
