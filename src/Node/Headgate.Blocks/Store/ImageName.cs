using System.Globalization;

namespace Headgate.Blocks;

/// <summary>
/// The name of an image in the store: what it is, its id, and which generation. A revert makes the next generation of
/// a volume; the highest one that has an image file is the volume, so that one rename switches from old to new.
/// </summary>
internal readonly record struct ImageName(StoredKind Kind, long Id, int Generation)
{
    public const string ImageSuffix = ".img";
    public const string CopySuffix = ".copy";
    public const string GoneSuffix = ".gone";
    public const string IntentSuffix = ".intent";
    public const string TemporarySuffix = ".tmp";

    public string ImageFile => this + ImageSuffix;

    /// <summary>State of the copy that fills it, while there is one.</summary>
    public string CopyFile => this + CopySuffix;

    /// <summary>Marks it as deleted, while other images still copy from it.</summary>
    public string GoneFile => this + GoneSuffix;

    /// <summary>Journal of its atomic writes, while it has had any since the store was opened.</summary>
    public string IntentFile => this + IntentSuffix;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(Kind == StoredKind.Volume ? "volume" : "snapshot")}-{Id}.{Generation}");

    /// <summary>Reads <c>volume-12.1</c> or <c>snapshot-7.1</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ImageName name)
    {
        name = default;
        var dash = text.IndexOf('-');
        var dot = text.LastIndexOf('.');
        if (dash < 0 || dot < dash) return false;
        StoredKind kind;
        if (text[..dash].SequenceEqual("volume")) kind = StoredKind.Volume;
        else if (text[..dash].SequenceEqual("snapshot")) kind = StoredKind.Snapshot;
        else return false;
        if (!long.TryParse(text[(dash + 1)..dot], NumberStyles.None, CultureInfo.InvariantCulture, out var id)) return false;
        if (!int.TryParse(text[(dot + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var generation)) return false;
        name = new ImageName(kind, id, generation);
        return true;
    }
}
