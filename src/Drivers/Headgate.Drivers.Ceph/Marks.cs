using System.Security.Cryptography;
using System.Text;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Ceph;

/// <summary>
/// Names by which we know our things again. An image's name and id are in the pool's directory, which no grant's user may write; so an
/// image is ours by its name, and the key is in the name.
/// </summary>
internal static class Marks
{
    private const string ImagePrefix = "hg-";
    private const string CopyPrefix = "hgcopy-";

    /// <summary>The image's name: the key in full, so that finding it is one look.</summary>
    public static string ImageName(ObjectKey key) => ImagePrefix + key;

    /// <summary>The key in an image's name; null for one that is not ours.</summary>
    public static ObjectKey? KeyOfImage(string name) => KeyIn(name, ImagePrefix);

    /// <summary>The snapshot's name on its image.</summary>
    public static string SnapshotName(ObjectKey key) => ImagePrefix + key;

    /// <summary>The passing snapshot from which the clone with that key is made.</summary>
    public static string CopyName(ObjectKey key) => CopyPrefix + key;

    /// <summary>True for a snapshot that this driver takes.</summary>
    public static bool IsOurSnapshot(string name) => KeyIn(name, ImagePrefix) is not null || KeyIn(name, CopyPrefix) is not null;

    /// <summary>The key in a snapshot's name; null for one that is not ours, and for a passing one.</summary>
    public static ObjectKey? KeyOfSnapshot(string name) => KeyIn(name, ImagePrefix);

    /// <summary>Size, limits, account and (of a clone) source as asked at first.</summary>
    public static string AskedFor(VolumeSpec spec, string origin) =>
        $"{spec.Size.Bytes}/{spec.Qos.MaxIops}/{spec.Qos.BurstIops}/{spec.Qos.MaxBandwidth?.Bytes}/{spec.AccountId:N}/{origin}";

    /// <summary>The cephx user of one initiator on one image: <c>hg-KEY.16 digits</c>, without <c>client.</c></summary>
    public static string UserName(string imageName, string initiatorName) => $"{imageName}.{HashOf(initiatorName)}";

    /// <summary>An initiator's name as 16 digits: IQNs have up to 223 characters, and colons that QEMU's URLs take only escaped.</summary>
    public static string HashOf(string initiatorName) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(initiatorName)).AsSpan(0, 8));

    private static ObjectKey? KeyIn(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) && Guid.TryParseExact(name[prefix.Length..], "N", out var key) ? new ObjectKey(key) : null;
}
