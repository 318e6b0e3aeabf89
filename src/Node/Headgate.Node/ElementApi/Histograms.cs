using Headgate.Element.Contracts;
using Headgate.Node.Io;

namespace Headgate.Node.ElementApi;

/// <summary>A volume's figures as Element's histograms (element-api 2.4), whose buckets clients read by name.</summary>
internal static class Histograms
{
    /// <summary>Buckets of 0 to 100 % in which nothing is counted.</summary>
    public static IReadOnlyDictionary<string, long> NoPercents { get; } = Some(default, hasZero: true, hasOver: false);

    public static QosHistograms Of(VolumeStatistics served) => new()
    {
        BelowMinIopsPercentages = Some(served.BelowMinPercents, hasZero: false, hasOver: false),
        MinToMaxIopsPercentages = Some(served.MinToMaxPercents, hasZero: true, hasOver: true),
        TargetUtilizationPercentages = Some(served.UtilizationPercents, hasZero: true, hasOver: true),
        ThrottlePercentages = Some(served.ThrottlePercents, hasZero: true, hasOver: false),
        ReadBlockSizes = Sizes(served.ReadSizes),
        WriteBlockSizes = Sizes(served.WriteSizes),
    };

    /// <summary>Not each histogram has a bucket for 0 % and for what is above 100 %.</summary>
    private static Dictionary<string, long> Some(PercentCounts counts, bool hasZero, bool hasOver)
    {
        var buckets = new Dictionary<string, long>
        {
            ["Bucket1To19"] = counts.To19,
            ["Bucket20To39"] = counts.To39,
            ["Bucket40To59"] = counts.To59,
            ["Bucket60To79"] = counts.To79,
            ["Bucket80To100"] = counts.To100,
        };
        if (hasZero) buckets["Bucket0"] = counts.Zero;
        if (hasOver) buckets["Bucket101Plus"] = counts.Over100;
        return buckets;
    }

    private static Dictionary<string, long> Sizes(SizeCounts counts) => new()
    {
        ["Bucket512To4095"] = counts.From512,
        ["Bucket4096To8191"] = counts.From4K,
        ["Bucket8192To16383"] = counts.From8K,
        ["Bucket16384To32767"] = counts.From16K,
        ["Bucket32768To65535"] = counts.From32K,
        ["Bucket65536To131071"] = counts.From64K,
        ["Bucket131072Plus"] = counts.From128K,
    };
}
