using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Headgate.Element.Contracts;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.SolidFire;

/// <summary>
/// What we leave on the cluster to know our things again: attributes (at most 1000 bytes each by the API's limit; ours
/// are below 400) and names for people. Only attributes are ever trusted.
/// </summary>
internal static class Marks
{
    private const string Pool = "hgPool";
    private const string Key = "hgKey";
    private const string Account = "hgAccount";
    private const string Asked = "hgAsked";
    private const string Stage = "hgStage";
    private const string Initiator = "hgInitiator";
    private const string Copy = "hgCopy";
    private const string CopySource = "hgCopySource";
    private const string Members = "hgMembers";
    private const string Adopted = "adopted";
    private const string Cloning = "cloning";

    /// <summary>
    /// Volumes in one group snapshot: all members carry the group's attributes, in which each has its volume's ID and its key in 34
    /// characters, within the 1000 bytes that the API takes. A cluster itself takes 32.
    /// </summary>
    public const int MostGroupMembers = 24;
    private const int MaxName = 64; // volumes, snapshots of older releases, groups

    public static JsonObject OfVolume(Guid pool, ObjectKey key, VolumeSpec spec, bool cloning = false)
    {
        var marks = new JsonObject
        {
            [Pool] = pool.ToString("N"), [Key] = key.ToString(), [Account] = spec.AccountId.ToString("N"), [Asked] = AskedFor(spec),
        };
        if (cloning) marks[Stage] = Cloning;
        return marks;
    }

    /// <summary>The volume's own attributes, and which copy was done onto it last: a change of attributes replaces them all.</summary>
    public static JsonObject WithCopy(Volume volume, ObjectKey copy, string source)
    {
        var marks = (JsonObject?)volume.Attributes?.DeepClone() ?? [];
        (marks[Copy], marks[CopySource]) = (copy.ToString(), source);
        return marks;
    }

    /// <summary>Where the data of copy <paramref name="key"/> came from, when that copy was done onto the volume last; else null.</summary>
    public static string? CopySourceOf(Volume volume, ObjectKey key) => Text(volume.Attributes, Copy) == key.ToString() ? Text(volume.Attributes, CopySource) : null;

    public static JsonObject OfSnapshot(Guid pool, ObjectKey key) => new() { [Pool] = pool.ToString("N"), [Key] = key.ToString() };

    /// <summary>Of a group: the attributes are every member's, so they say which key is which volume's.</summary>
    public static JsonObject OfGroup(Guid pool, IEnumerable<(long VolumeId, ObjectKey Snapshot)> members) => new()
    {
        [Pool] = pool.ToString("N"), [Members] = string.Join(';', members.Select(m => MemberOf(m.VolumeId, m.Snapshot))),
    };

    /// <summary>The key of a snapshot, taken by itself or with a group.</summary>
    public static ObjectKey? KeyOf(Snapshot snapshot)
    {
        if (KeyOf(snapshot.Attributes) is { } own) return own;
        var begins = string.Create(CultureInfo.InvariantCulture, $"{snapshot.VolumeID}:");
        var member = Text(snapshot.Attributes, Members)?.Split(';').FirstOrDefault(m => m.StartsWith(begins, StringComparison.Ordinal));
        return member is null || !TryRead(member[begins.Length..], out var key) ? null : new ObjectKey(key);
    }

    /// <summary>The attributes that somebody else's volume has, and ours.</summary>
    public static JsonObject WithAdoption(Volume volume, Guid pool, ObjectKey key, Guid account)
    {
        var marks = (JsonObject?)volume.Attributes?.DeepClone() ?? [];
        (marks[Pool], marks[Key], marks[Account], marks[Asked]) = (pool.ToString("N"), key.ToString(), account.ToString("N"), Adopted);
        return marks;
    }

    /// <summary>What is left of a volume's attributes without ours.</summary>
    public static JsonObject Without(Volume volume)
    {
        var marks = (JsonObject?)volume.Attributes?.DeepClone() ?? [];
        foreach (var mark in new[] { Pool, Key, Account, Asked, Stage, Copy, CopySource }) marks.Remove(mark);
        return marks;
    }

    public static JsonObject OfAccount(Guid pool, Guid account) => new() { [Pool] = pool.ToString("N"), [Account] = account.ToString("N") };

    public static JsonObject OfInitiator(string initiatorName) => new() { [Initiator] = initiatorName };

    public static ObjectKey? KeyOf(JsonObject? attributes) =>
        Guid.TryParseExact(Text(attributes, Key), "N", out var key) ? new ObjectKey(key) : null;

    /// <summary>True when a control plane made it, this one or another.</summary>
    public static bool IsAnybodys(JsonObject? attributes) => Text(attributes, Pool) is not null || Text(attributes, Key) is not null;

    public static bool IsOfPool(JsonObject? attributes, Guid pool) => Text(attributes, Pool) == pool.ToString("N");

    public static bool IsOurInitiator(JsonObject? attributes) => Text(attributes, Initiator) is not null;

    public static bool IsOurAccount(JsonObject? attributes) => Text(attributes, Account) is not null;

    public static bool IsCloning(Volume volume) => Text(volume.Attributes, Stage) == Cloning;

    /// <summary>What the volume was asked to be at first: a resize or a QoS change later does not make a repeat a reuse.</summary>
    public static string AskedFor(VolumeSpec spec) =>
        $"{spec.Size.Bytes}/{spec.Qos.MinIops}/{spec.Qos.MaxIops}/{spec.Qos.BurstIops}/{spec.AccountId:N}";

    public static string? AskedFor(Volume volume) => Text(volume.Attributes, Asked);

    /// <summary><c>hg-1a2b3c4d-my-disk</c>: letters, digits and dashes, because the name becomes part of the IQN.</summary>
    public static string Name(ObjectKey key, string name)
    {
        var text = new StringBuilder("hg-").Append(key.ToString().AsSpan(0, 8)).Append('-');
        foreach (var c in name.ToLowerInvariant())
        {
            if (text.Length == MaxName) break;
            if (char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)) text.Append(c);
            else if (text[^1] != '-') text.Append('-');
        }
        return text.ToString().TrimEnd('-');
    }

    public static string AccountName(string prefix, Guid account) => $"{prefix}-{account:N}";

    /// <summary>A short name for an initiator: IQNs have up to 223 characters and colons that clients' URLs do not take.</summary>
    public static string InitiatorAlias(string initiatorName) =>
        "hg-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(initiatorName)).AsSpan(0, 8));

    private static string MemberOf(long volumeId, ObjectKey key) =>
        string.Create(CultureInfo.InvariantCulture, $"{volumeId}:{Convert.ToBase64String(key.Value.ToByteArray())[..22]}");

    private static bool TryRead(string text, out Guid key)
    {
        Span<byte> bytes = stackalloc byte[16];
        var isRead = text.Length == 22 && Convert.TryFromBase64String(text + "==", bytes, out var read) && read == bytes.Length;
        key = isRead ? new Guid(bytes) : default;
        return isRead;
    }

    private static string? Text(JsonObject? attributes, string name) =>
        attributes is not null && attributes.TryGetPropertyValue(name, out var node) && node is JsonValue value && value.TryGetValue<string>(out var text)
            ? text
            : null;
}
