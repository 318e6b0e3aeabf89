using Headgate.Element.Contracts;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.SolidFire;

/// <summary>Our limits and the cluster's. A cluster has no "no limit": its widest values stand for it, and are shown as read back.</summary>
internal static class QosMapping
{
    private const long SizeStep = 1 << 20; // clusters round sizes up to whole MiB

    public static DriverCapabilities Capabilities(GetLimitsResult limits) => new()
    {
        MinIops = new QosSupport(Support.Native, new ValueRange(limits.VolumeMinIOPSMin, limits.VolumeMinIOPSMax)),
        MaxIops = new QosSupport(Support.Native, new ValueRange(limits.VolumeMaxIOPSMin, limits.VolumeMaxIOPSMax)),
        BurstIops = new QosSupport(Support.Native, new ValueRange(limits.VolumeBurstIOPSMin, limits.VolumeBurstIOPSMax)),
        MaxBandwidth = QosSupport.None, // bandwidth is bounded by the cost curve only
        LiveQosChange = Support.Native,
        VolumeSize = new ValueRange(
            new ByteSize(limits.VolumeSizeMin).RoundUpTo(new ByteSize(SizeStep)).Bytes, limits.VolumeSizeMax, SizeStep),
        LiveResize = Support.Native,
        Snapshots = Support.Native,
        Clones = Support.Native,
        Copies = Support.Native,
        Adoption = Support.Native,
        GroupSnapshots = Support.Native,
        Chap = Support.Native,
        AccessPerHost = Support.Native,
        Inventory = Support.Native,
    };

    /// <summary>All three, so that nothing of the cluster's changeable default slips in.</summary>
    public static QosParams ToArray(QosSpec qos, GetLimitsResult limits)
    {
        var max = qos.MaxIops ?? limits.VolumeMaxIOPSMax;
        return new QosParams
        {
            MinIOPS = qos.MinIops ?? Math.Min(limits.VolumeMinIOPSMin, max),
            MaxIOPS = max,
            BurstIOPS = qos.BurstIops ?? (qos.MaxIops is null ? limits.VolumeBurstIOPSMax : max),
        };
    }

    /// <summary>What is in force; numbers out of order (a replaced cluster, a hand edit) are shown in the order that holds.</summary>
    public static QosSpec FromArray(VolumeQos qos)
    {
        var max = Math.Max(1, qos.MaxIOPS);
        return QosSpec.Create(Math.Clamp(qos.MinIOPS, 0, max), max, Math.Max(max, qos.BurstIOPS));
    }
}
