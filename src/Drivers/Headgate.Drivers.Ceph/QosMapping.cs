using System.Globalization;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Ceph;

/// <summary>
/// Our limits as settings of the image (metadata <c>conf_rbd_qos_*</c>), which librbd applies in every client that opens it,
/// at once when they change. There is nothing for a min: nobody keeps I/O free for an image.
/// </summary>
internal static class QosMapping
{
    private const string MaxIops = "conf_rbd_qos_iops_limit";
    private const string BurstIops = "conf_rbd_qos_iops_burst";
    private const string BurstSeconds = "conf_rbd_qos_iops_burst_seconds";
    private const string MaxBandwidth = "conf_rbd_qos_bps_limit";

    private static readonly string[] Limits = [MaxIops, BurstIops, MaxBandwidth];

    /// <summary>How long a rested volume may run at its burst: as long as the storage node's own credit lasts.</summary>
    private const int SecondsAtBurst = 60;

    private const long MostIops = 10_000_000; // no image comes near; far below where the token bucket's arithmetic ends
    private const long MostBytesPerSecond = 1L << 40;
    private const long SizeStep = 1 << 20;
    private const long MostBytes = 1L << 50; // the object map, at 4 MiB an object, ends at 256 million objects

    public static DriverCapabilities Capabilities { get; } = new()
    {
        MinIops = QosSupport.None,
        MaxIops = new QosSupport(Support.Native, new ValueRange(1, MostIops)),
        BurstIops = new QosSupport(Support.Native, new ValueRange(1, MostIops)),
        MaxBandwidth = new QosSupport(Support.Native, new ValueRange(1, MostBytesPerSecond)),
        LiveQosChange = Support.Native,
        VolumeSize = new ValueRange(SizeStep, MostBytes, SizeStep),
        LiveResize = Support.Native,
        Snapshots = Support.Native,
        Clones = Support.Native,
        Chap = Support.None, // cephx takes its place: a user and a key for each grant
        AccessPerHost = Support.Native,
        Inventory = Support.Native,
    };

    public static ByteSize Rounded(ByteSize size) => size.RoundUpTo(new ByteSize(SizeStep));

    /// <summary>Sets what differs, and takes away what shall not be.</summary>
    public static void Apply(Image image, QosSpec qos)
    {
        var now = image.ReadMetadata([.. Limits, BurstSeconds]);
        var burst = qos.BurstIops is { } b && b > qos.MaxIops ? b : (long?)null;
        // The higher limit first when both rise: librbd refuses a burst below its limit and goes on without any.
        Set(BurstSeconds, burst is { } above ? BucketSeconds(qos.MaxIops!.Value, above) : null);
        if (burst is not null) Set(BurstIops, burst);
        Set(MaxIops, qos.MaxIops);
        if (burst is null) Set(BurstIops, null);
        Set(MaxBandwidth, qos.MaxBandwidth?.Bytes);

        void Set(string key, long? value)
        {
            var wanted = value?.ToString(CultureInfo.InvariantCulture);
            if (now.GetValueOrDefault(key) == wanted) return;
            if (wanted is null) image.RemoveMetadata(key);
            else image.SetMetadata(key, wanted);
        }
    }

    /// <summary>
    /// librbd's <c>burst_seconds</c> for a volume that rested to run at <paramref name="burst"/> for 60 s. It is not the length of the burst: librbd
    /// keeps a bucket of burst · burst_seconds tokens, which fills at max and is drained at burst, so that it lasts
    /// burst · burst_seconds / (burst − max) seconds. Whole seconds, at least the one below which librbd does not go.
    /// </summary>
    public static long BucketSeconds(long max, long burst) => Math.Max(1, SecondsAtBurst * (burst - max) / burst);

    /// <summary>What the image says; numbers that librbd would not honour are shown as what it does instead.</summary>
    public static QosSpec Read(Image image) => Read(image.ReadMetadata(Limits));

    internal static QosSpec Read(IReadOnlyDictionary<string, string> metadata)
    {
        var max = Number(metadata, MaxIops);
        var burst = max is null ? null : Number(metadata, BurstIops);
        return QosSpec.Create(null, max, burst is null ? max : Math.Max(burst.Value, max!.Value), Number(metadata, MaxBandwidth) is { } b ? new ByteSize(b) : null);
    }

    private static long? Number(IReadOnlyDictionary<string, string> metadata, string key) =>
        metadata.TryGetValue(key, out var text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0
            ? value
            : null;
}
