using Headgate.Storage.Sdk;

namespace Headgate.Plugins;

/// <summary>Capabilities as foreign code says them, checked once where they come in: the rest of the server takes them at their word.</summary>
internal static class CapabilityChecks
{
    /// <summary>Null when they can be used; else a clause that says what is wrong.</summary>
    public static string? Problem(DriverCapabilities? can)
    {
        if (can is null) return "Capabilities is null";
        return SizeProblem(can.VolumeSize)
            ?? LimitProblem(nameof(can.MinIops), can.MinIops) ?? LimitProblem(nameof(can.MaxIops), can.MaxIops)
            ?? LimitProblem(nameof(can.BurstIops), can.BurstIops) ?? LimitProblem(nameof(can.MaxBandwidth), can.MaxBandwidth)
            ?? SupportProblem(nameof(can.LiveQosChange), can.LiveQosChange) ?? SupportProblem(nameof(can.LiveResize), can.LiveResize)
            ?? SupportProblem(nameof(can.Snapshots), can.Snapshots) ?? SupportProblem(nameof(can.Clones), can.Clones)
            ?? SupportProblem(nameof(can.Copies), can.Copies)
            ?? SupportProblem(nameof(can.CapacityBytesChange), can.CapacityBytesChange) ?? SupportProblem(nameof(can.CapacityIopsChange), can.CapacityIopsChange)
            ?? SupportProblem(nameof(can.Chap), can.Chap) ?? SupportProblem(nameof(can.AccessPerHost), can.AccessPerHost)
            ?? SupportProblem(nameof(can.Inventory), can.Inventory)
            ?? SupportProblem(nameof(can.Adoption), can.Adoption) ?? SupportProblem(nameof(can.GroupSnapshots), can.GroupSnapshots);
    }

    private static string? SizeProblem(ValueRange? size) => size is null ? "VolumeSize of Capabilities is null" : RangeProblem("VolumeSize", size);

    private static string? LimitProblem(string name, QosSupport? limit) => limit is null
        ? $"{name} of Capabilities is null; say QosSupport.None for a limit that is not kept"
        : SupportProblem(name, limit.Support) ?? (limit.Range is { } range ? RangeProblem(name, range) : null);

    private static string? SupportProblem(string name, Support support) =>
        Enum.IsDefined(support) ? null : $"{name} of Capabilities is {(int)support}, which is none of the values of Support";

    private static string? RangeProblem(string name, ValueRange range) => range switch
    {
        { From: < 0 } => $"{name} of Capabilities begins at {range.From}, below 0",
        { Step: < 1 } => $"{name} of Capabilities has steps of {range.Step}; they must be 1 or more",
        _ when range.To < range.From => $"{name} of Capabilities ends at {range.To}, before it begins at {range.From}",
        _ => null,
    };
}
