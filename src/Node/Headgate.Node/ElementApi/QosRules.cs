using Headgate.Element.Contracts;
using Headgate.Node.Catalog;

namespace Headgate.Node.ElementApi;

/// <summary>Which QoS values a volume may have (element-api 3.1).</summary>
internal static class QosRules
{
    /// <summary>Whether anything at all is given; null, <c>{}</c> and zeros are not.</summary>
    public static bool IsGiven(QosParams? given) =>
        given is not null && (given.MinIOPS is > 0 or < 0 || given.MaxIOPS is > 0 or < 0 || given.BurstIOPS is > 0 or < 0);

    /// <summary>
    /// The values of a new volume: what is not given comes from the default, moved as far as needed for
    /// min &lt;= max &lt;= burst. Asking only for a max of 20000 is not an error because the default burst is 15000.
    /// </summary>
    public static QosValues Complete(QosParams? given, QosValues standard)
    {
        if (!IsGiven(given)) return standard;
        var min = Value(given!.MinIOPS);
        var max = Value(given.MaxIOPS);
        var burst = Value(given.BurstIOPS);
        var limit = max ?? Math.Max(standard.MaxIops, min ?? 0);
        if (max is null && burst is not null) limit = Math.Max(Math.Min(limit, burst.Value), min ?? 0);
        return Check(new QosValues(min ?? Math.Min(standard.MinIops, limit), limit, burst ?? Math.Max(standard.BurstIops, limit)));
    }

    /// <summary>The values of a volume that has some: what is not given stays as it is, and has to fit.</summary>
    public static QosValues Merge(QosParams? given, QosValues present) => !IsGiven(given)
        ? present
        : Check(new QosValues(
            Value(given!.MinIOPS) ?? present.MinIops,
            Value(given.MaxIOPS) ?? present.MaxIops,
            Value(given.BurstIOPS) ?? present.BurstIops));

    private static long? Value(long? given) => given is null or 0 ? null : given;

    private static QosValues Check(QosValues qos)
    {
        var limits = ElementRules.Limits;
        Range("minIOPS", qos.MinIops, limits.VolumeMinIOPSMin, limits.VolumeMinIOPSMax);
        Range("maxIOPS", qos.MaxIops, limits.VolumeMaxIOPSMin, limits.VolumeMaxIOPSMax);
        Range("burstIOPS", qos.BurstIops, limits.VolumeBurstIOPSMin, limits.VolumeBurstIOPSMax);
        if (qos.MinIops > qos.MaxIops || qos.MaxIops > qos.BurstIops)
            throw ElementFault.Invalid(
                $"QoS {qos.MinIops}/{qos.MaxIops}/{qos.BurstIops} is out of order; want minIOPS <= maxIOPS <= burstIOPS.");
        return qos;
    }

    private static void Range(string member, long value, long min, long max)
    {
        if (value < min || value > max) throw ElementFault.Invalid($"{member} {value} is out of range: {min} to {max} are allowed.");
    }
}
