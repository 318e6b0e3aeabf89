using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Storage.Conformance;

/// <summary>Lawful numbers for whatever limits a storage declares, and the comparison of asked with seen.</summary>
internal static class Limits
{
    private const long Min = 100;
    private const long Max = 1000;
    private const long Burst = 2000;
    private const long Bandwidth = 10 << 20; // bytes per second

    /// <summary>One of each kind declared, about 100, 1000, 2000 and 10 MiB/s.</summary>
    public static QosSpec Moderate(DriverCapabilities can) => Scaled(can, 1);

    /// <summary>Other numbers than <see cref="Moderate"/> wherever the ranges leave room.</summary>
    public static QosSpec Doubled(DriverCapabilities can) => Scaled(can, 2);

    public static bool Any(DriverCapabilities can) =>
        new[] { can.MinIops, can.MaxIops, can.BurstIops, can.MaxBandwidth }.Any(q => q.Support == Support.Native);

    public static bool Same(QosSpec asked, QosSpec seen) =>
        (asked.MinIops is null || asked.MinIops == seen.MinIops) && (asked.MaxIops is null || asked.MaxIops == seen.MaxIops)
        && (asked.BurstIops is null || asked.BurstIops == seen.BurstIops) && (asked.MaxBandwidth is null || asked.MaxBandwidth == seen.MaxBandwidth);

    /// <summary>What was asked for is what is seen; what was not asked for may be anything.</summary>
    public static void Agree(QosSpec asked, QosSpec seen, string where) =>
        Expect.True(Same(asked, seen), $"limits {where}: wanted {asked}, was {seen}");

    /// <summary>The first lawful number that is not below the one wished for; null when there is none.</summary>
    public static long? Lawful(QosSupport limit, long wished)
    {
        if (limit.Range is not { } range) return wished;
        if (wished <= range.From) return range.From;
        var steps = (wished - range.From + range.Step - 1) / range.Step;
        return range.From + (steps * range.Step) is var number && number <= range.To ? number : null;
    }

    private static QosSpec Scaled(DriverCapabilities can, int times)
    {
        var min = Near(can.MinIops, Min * times);
        var max = Near(can.MaxIops, Max * times);
        if (min > max) min = Near(can.MinIops, max.Value) is var lower && lower <= max ? lower : null;
        var burst = max is null ? null : Near(can.BurstIops, Burst * times);
        if (burst < max) burst = null;
        return QosSpec.Create(min, max, burst, Near(can.MaxBandwidth, Bandwidth * times) is { } bandwidth ? new ByteSize(bandwidth) : null);
    }

    /// <summary>The lawful number next to the one wished for; null where the limit is not declared.</summary>
    private static long? Near(QosSupport limit, long wished)
    {
        if (limit.Support != Support.Native) return null;
        if (limit.Range is not { } range) return wished;
        if (wished <= range.From) return range.From > 0 ? range.From : range.From + range.Step;
        var steps = (Math.Min(wished, range.To) - range.From) / range.Step;
        return range.From + (steps * range.Step);
    }
}
