using Headgate.Primitives;

namespace Headgate.Cli.Output;

/// <summary>Values as people read them.</summary>
internal static class Show
{
    /// <summary>What stands for "there is none".</summary>
    public const string None = "-";

    public static string Size(long? bytes) => bytes is { } given ? new ByteSize(Math.Max(0, given)).ToString() : None;

    public static string Rate(long? bytesPerSecond) => bytesPerSecond is null ? None : Size(bytesPerSecond) + "/s";

    public static string Number(long? number) => number?.ToString() ?? None;

    public static string Number(double? number) => number?.ToString("0.#") ?? None;

    /// <summary>Microseconds as milliseconds, three digits of them that matter.</summary>
    public static string Millis(double micros) => micros switch
    {
        < 9_995 => (micros / 1000).ToString("0.00"),
        < 99_950 => (micros / 1000).ToString("0.0"),
        _ => (micros / 1000).ToString("0"),
    };

    public static string Of(long used, long? of) => $"{used} / {Number(of)}";

    public static string SizeOf(long used, long? of) => $"{Size(used)} / {Size(of)}";

    public static string Text(string? text) => string.IsNullOrEmpty(text) ? None : text;

    public static string YesNo(bool value) => value ? "yes" : "no";

    public static string List(IEnumerable<string> items)
    {
        var text = string.Join(',', items);
        return text.Length == 0 ? None : text;
    }

    /// <summary>UTC, to the second, and sortable.</summary>
    public static string Time(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss") ?? None;
}
