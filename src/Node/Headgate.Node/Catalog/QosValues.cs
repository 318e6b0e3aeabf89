namespace Headgate.Node.Catalog;

/// <summary>Minimum, maximum and burst IOPS of a volume, in 4 KiB units; Element always has all three.</summary>
internal readonly record struct QosValues(long MinIops, long MaxIops, long BurstIops)
{
    /// <summary>The default of a new cluster (element-api 3.1: 50, 15000, 15000).</summary>
    public static QosValues ClusterDefault { get; } = new(50, 15000, 15000);
}

/// <summary>Named values that several volumes follow.</summary>
internal sealed record QosPolicy
{
    public required long Id { get; init; }
    public required string Name { get; init; }
    public required QosValues Qos { get; init; }
}
