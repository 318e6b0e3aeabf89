using Headgate.Domain;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Domain.Tests;

internal static class Pools
{
    public static Guid Zone { get; } = Guid.Parse("00000000-0000-0000-0000-00000000000a");

    public static DriverCapabilities Everything { get; } = new()
    {
        MinIops = Native(50, 15_000), MaxIops = Native(100, 200_000), BurstIops = Native(100, 200_000), MaxBandwidth = Native(1, long.MaxValue),
        VolumeSize = new ValueRange(1 << 20, 1L << 44, 1 << 20), Clones = Support.Native,
    };

    public static StoragePool Pool(string name, long gib = 100, long? iops = 10_000, params string[] tags) => new()
    {
        Id = Guid.NewGuid(), Name = name, Provider = "SolidFire", Managed = true, ZoneId = Zone, Scope = StorageScope.Zone, RequireChap = true,
        State = PoolState.Up, Tags = tags, FoundBytes = ByteSize.GiB(gib), FoundIops = iops, CreatedAt = default,
    };

    private static QosSupport Native(long from, long to) => new(Support.Native, new ValueRange(from, to));
}
