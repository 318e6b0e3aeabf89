using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Ceph;

/// <summary>What an image was made for, kept as one metadata value: it is there whole or not at all, and written last.</summary>
/// <param name="Image">The id of the image it is for: copies and clones of an image take its metadata along.</param>
/// <param name="Pool">The pool in the control plane.</param>
/// <param name="Key">The volume's key.</param>
/// <param name="Account">Whose it is.</param>
/// <param name="Name">The tenant's name for it, for people.</param>
/// <param name="Asked">What it was asked to be at first; a later change does not make a repeat a reuse.</param>
internal sealed record Mark(string Image, string Pool, string Key, string Account, string Name, string Asked);

/// <summary>Names and metadata by which we know our things again.</summary>
internal static class Marks
{
    /// <summary>Metadata key of the <see cref="Mark"/>.</summary>
    public const string Volume = "headgate.volume";

    private const string Grant = "headgate.grant.";
    private const string ImagePrefix = "hg-";
    private const string CopyPrefix = "hgcopy-";

    /// <summary>The image's name: the key in full, so that finding it is one look.</summary>
    public static string ImageName(ObjectKey key) => ImagePrefix + key;

    /// <summary>The snapshot's name on its image.</summary>
    public static string SnapshotName(ObjectKey key) => ImagePrefix + key;

    /// <summary>The passing snapshot from which the clone with that key is made.</summary>
    public static string CopyName(ObjectKey key) => CopyPrefix + key;

    /// <summary>True for a snapshot that this driver takes.</summary>
    public static bool IsOurSnapshot(string name) => KeyIn(name, ImagePrefix) is not null || IsCopy(name);

    /// <summary>True for a passing one.</summary>
    public static bool IsCopy(string name) => KeyIn(name, CopyPrefix) is not null;

    /// <summary>The key in a snapshot's name; null for one that is not ours.</summary>
    public static ObjectKey? KeyOfSnapshot(string name) => KeyIn(name, ImagePrefix);

    /// <summary>For a new image.</summary>
    public static string Write(string imageId, Guid pool, ObjectKey key, VolumeSpec spec, string origin) => JsonSerializer.Serialize(
        new Mark(imageId, pool.ToString("N"), key.ToString(), spec.AccountId.ToString("N"), spec.Name, AskedFor(spec, origin)));

    /// <summary>Null when the image has none of its own: somebody else's, or one that was never finished.</summary>
    public static Mark? Read(string imageId, IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue(Volume, out var text)) return null;
        try
        {
            return JsonSerializer.Deserialize<Mark>(text) is { } mark && mark.Image == imageId ? mark : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>
    /// The key that an image was made with. One without a mark whose name is of our form was begun and not finished: it has
    /// its key, so that it can be finished or deleted.
    /// </summary>
    public static ObjectKey? KeyOf(string imageName, Mark? mark) =>
        mark is null ? KeyIn(imageName, ImagePrefix)
        : Guid.TryParseExact(mark.Key, "N", out var key) ? new ObjectKey(key) : null;

    /// <summary>Size, limits, account and (of a clone) source as asked at first.</summary>
    public static string AskedFor(VolumeSpec spec, string origin) =>
        $"{spec.Size.Bytes}/{spec.Qos.MaxIops}/{spec.Qos.BurstIops}/{spec.Qos.MaxBandwidth?.Bytes}/{spec.AccountId:N}/{origin}";

    /// <summary>True for an image that was begun as a clone: it still shows its source's mark.</summary>
    public static bool HasSourcesMark(string imageId, IReadOnlyDictionary<string, string> metadata) =>
        metadata.ContainsKey(Volume) && Read(imageId, metadata) is null;

    /// <summary>The metadata key under which a grant keeps the initiator's name.</summary>
    public static string GrantKey(string initiatorName) => Grant + HashOf(initiatorName);

    /// <summary>
    /// The initiators that were granted the image, by the name of their user. A granted host may write the image's metadata: what is
    /// not under the key of its own value was not written by us.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Grants(string imageName, IReadOnlyDictionary<string, string> metadata) => metadata
        .Where(m => m.Key == GrantKey(m.Value))
        .ToDictionary(m => UserName(imageName, m.Value), m => m.Value, StringComparer.Ordinal);

    /// <summary>The cephx user of one initiator on one image: <c>hg-KEY.16 digits</c>, without <c>client.</c></summary>
    public static string UserName(string imageName, string initiatorName) => $"{imageName}.{HashOf(initiatorName)}";

    // IQNs have up to 223 characters, and colons that QEMU's URLs take only escaped.
    private static string HashOf(string initiatorName) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(initiatorName)).AsSpan(0, 8));

    private static ObjectKey? KeyIn(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) && Guid.TryParseExact(name[prefix.Length..], "N", out var key) ? new ObjectKey(key) : null;
}
