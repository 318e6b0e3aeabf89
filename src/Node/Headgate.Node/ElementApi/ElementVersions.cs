using System.Collections.Frozen;

namespace Headgate.Node.ElementApi;

/// <summary>The API versions that the node accepts in the path (element-api 1.1).</summary>
internal static class ElementVersions
{
    /// <summary>What it announces: the three SDKs are built for 12.3, and read versions as floating-point numbers.</summary>
    public const string Current = "12.3";

    /// <summary>A software version as a real cluster of that API version has it; some clients parse it.</summary>
    public const string Software = "12.3.0.958";

    public static IReadOnlyList<string> Supported { get; } =
    [
        "1.0", "2.0", "3.0", "4.0", "5.0", "5.1", "6.0", "7.0", "7.1", "7.2", "7.3", "7.4", "8.0", "8.1", "8.2", "8.3", "8.4",
        "8.5", "8.6", "8.7", "9.0", "9.1", "9.2", "9.3", "9.4", "9.5", "9.6", "10.0", "10.1", "10.2", "10.3", "10.4", "10.5",
        "10.6", "10.7", "11.0", "11.1", "11.3", "11.5", "11.7", "11.8", "12.0", "12.2", Current,
    ];

    private static readonly FrozenSet<string> Known = Supported.ToFrozenSet(StringComparer.Ordinal);

    public static bool IsSupported(string version) => Known.Contains(version);
}
