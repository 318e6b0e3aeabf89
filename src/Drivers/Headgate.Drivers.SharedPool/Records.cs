using System.Text.Json.Serialization;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.SharedPool;

/// <summary>What stands beside a volume's data: all that the file itself cannot say. Its size is the file's.</summary>
/// <param name="Pool">The pool that made it.</param>
/// <param name="Key">The key it was made with; the record's own name says the same.</param>
/// <param name="Account">Whose it is.</param>
/// <param name="Name">For people.</param>
/// <param name="Asked">What it was asked to be at first, so that a key used again with other arguments is noticed after a resize too.</param>
/// <param name="Data">The name of the data file, in the same folder.</param>
/// <param name="Initiators">Hosts that were granted access. A note, not a lock: who mounts the folder sees every file.</param>
/// <param name="Copied">The copy that was done onto it last; null for none.</param>
internal sealed record VolumeRecord(
    Guid Pool, Guid Key, Guid Account, string Name, string Asked, string Data, IReadOnlyList<string> Initiators, CopyNote? Copied = null)
{
    /// <summary>What the file was called before it was adopted; null for one that was made here.</summary>
    public string? Origin { get; init; }
}

/// <summary>A copy that was done: its key, and the handles of what it was made of.</summary>
internal sealed record CopyNote(Guid Key, string Source);

/// <summary>What stands beside a snapshot's data.</summary>
internal sealed record SnapshotRecord(Guid Pool, Guid Key, Guid Volume, string Name, string Data, DateTimeOffset TakenAt);

/// <summary>What marks the folder as ours, so that an unmounted mount point is never taken for an empty pool.</summary>
/// <param name="Id">The identity of the storage, for as long as the folder lives.</param>
/// <param name="Pools">The pools that are attached to it.</param>
/// <param name="Budgets">Bytes that the volumes of a pool may add up to, for those that were given a bound.</param>
internal sealed record Marker(string Id, IReadOnlyList<Guid> Pools, IReadOnlyDictionary<Guid, long>? Budgets = null)
{
    public ByteSize? BudgetOf(Guid pool) => Budgets?.TryGetValue(pool, out var bytes) == true ? new ByteSize(bytes) : null;

    public Marker With(Guid pool, ByteSize? budget)
    {
        var others = (Budgets ?? new Dictionary<Guid, long>()).Where(b => b.Key != pool).ToDictionary();
        if (budget is { } bytes) others[pool] = bytes.Bytes;
        return this with { Budgets = others.Count > 0 ? others : null };
    }

    public Marker Without(Guid pool) => With(pool, null) with { Pools = [.. Pools.Where(p => p != pool)] };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(VolumeRecord))]
[JsonSerializable(typeof(SnapshotRecord))]
[JsonSerializable(typeof(Marker))]
internal sealed partial class RecordsJson : JsonSerializerContext;

/// <summary>
/// Names of files. Everything of ours begins with <c>hg-</c> or a dot and consists of hexadecimal digits otherwise, so
/// that no name that comes from outside can lead anywhere else.
/// </summary>
internal static class Names
{
    public const string Marker = ".headgate-pool.json";
    public const string Lock = ".headgate-lock";
    public const string Data = ".raw";
    public const string Record = ".json";
    public const string Draft = ".draft";
    private const string Ours = "hg-";
    private const string OurSnapshot = "hg-snap-";
    private const string ForeignFile = "file:";
    private static readonly System.Buffers.SearchValues<char> HexDigits = System.Buffers.SearchValues.Create("0123456789abcdef");

    private const int KeyDigits = 32;
    private const int GenerationDigits = 8;

    public static VolumeHandle HandleOf(ObjectKey key) => new(Ours + key);

    public static VolumeHandle HandleOf(string foreignFile) => new(ForeignFile + foreignFile);

    public static SnapshotHandle SnapshotHandleOf(ObjectKey key) => new(OurSnapshot + key);

    public static string VolumeRecord(ObjectKey key) => Ours + key + Record;

    public static string SnapshotRecord(ObjectKey key) => OurSnapshot + key + Record;

    /// <summary>A name for new data, never used before: the record says which of several is the volume's.</summary>
    public static string NewVolumeData(ObjectKey key) => $"{Ours}{key}-{Generation()}{Data}";

    public static string NewSnapshotData(ObjectKey key) => $"{OurSnapshot}{key}-{Generation()}{Data}";

    public static string NewDraft() => $".{Ours}{Generation()}{Generation()}{Draft}";

    /// <summary>The key in a handle of ours; null when it is something else.</summary>
    public static ObjectKey? KeyOf(VolumeHandle handle) => Key(handle.Value, Ours, "");

    public static ObjectKey? KeyOf(SnapshotHandle handle) => Key(handle.Value, OurSnapshot, "");

    public static ObjectKey? KeyOfVolumeRecord(string file) => Key(file, Ours, Record);

    public static ObjectKey? KeyOfSnapshotRecord(string file) => Key(file, OurSnapshot, Record);

    public static ObjectKey? KeyOfVolumeData(string file) => DataKey(file, Ours);

    public static ObjectKey? KeyOfSnapshotData(string file) => DataKey(file, OurSnapshot);

    /// <summary>The file that a handle of a foreign volume names; null when it is none.</summary>
    public static string? ForeignFileOf(VolumeHandle handle) =>
        handle.Value.StartsWith(ForeignFile, StringComparison.Ordinal) ? handle.Value[ForeignFile.Length..] : null;

    public static bool IsOurs(string file) => file.StartsWith('.') || file.StartsWith(Ours, StringComparison.Ordinal);

    private static string Generation() => System.Security.Cryptography.RandomNumberGenerator.GetHexString(GenerationDigits, lowercase: true);

    private static ObjectKey? DataKey(string file, string beginning)
    {
        var tail = 1 + GenerationDigits + Data.Length;
        return file.Length == beginning.Length + KeyDigits + tail && file[^tail] == '-' ? Key(file[..^tail] + Data, beginning, Data) : null;
    }

    private static ObjectKey? Key(string text, string beginning, string end) =>
        text.Length == beginning.Length + KeyDigits + end.Length && text.StartsWith(beginning, StringComparison.Ordinal) && text.EndsWith(end, StringComparison.Ordinal)
        && text.AsSpan(beginning.Length, KeyDigits).IndexOfAnyExcept(HexDigits) < 0
        && Guid.TryParseExact(text.AsSpan(beginning.Length, KeyDigits), "N", out var key)
            ? new ObjectKey(key)
            : null;
}
