namespace Headgate.Node.ElementApi;

/// <summary>The buckets of Element histograms (element-api 2.4), which clients read by name.</summary>
internal static class Histograms
{
    public static IReadOnlyList<string> Percents { get; } =
        ["Bucket0", "Bucket1To19", "Bucket20To39", "Bucket40To59", "Bucket60To79", "Bucket80To100"];

    public static IReadOnlyList<string> PercentsAndAbove { get; } = [.. Percents, "Bucket101Plus"];

    public static IReadOnlyList<string> PercentsBelow { get; } = [.. Percents.Skip(1)];

    public static IReadOnlyList<string> BlockSizes { get; } =
    [
        "Bucket512To4095", "Bucket4096To8191", "Bucket8192To16383", "Bucket16384To32767", "Bucket32768To65535",
        "Bucket65536To131071", "Bucket131072Plus",
    ];

    public static IReadOnlyDictionary<string, long> Empty(IReadOnlyList<string> buckets) => buckets.ToDictionary(bucket => bucket, _ => 0L);
}
