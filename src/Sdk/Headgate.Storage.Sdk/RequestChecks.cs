using Headgate.Primitives;

namespace Headgate.Storage.Sdk;

/// <summary>Checks of a request against declared capabilities that every driver needs before it calls its array.</summary>
public static class RequestChecks
{
    /// <summary>Null when every limit in <paramref name="qos"/> is one that is enforced, and in range.</summary>
    public static Fault? Problem(this DriverCapabilities capabilities, QosSpec qos)
    {
        ArgumentNullException.ThrowIfNull(capabilities);
        ArgumentNullException.ThrowIfNull(qos);
        return Limit("min IOPS", capabilities.MinIops, qos.MinIops)
            ?? Limit("max IOPS", capabilities.MaxIops, qos.MaxIops)
            ?? Limit("burst IOPS", capabilities.BurstIops, qos.BurstIops)
            ?? Limit("max bandwidth", capabilities.MaxBandwidth, qos.MaxBandwidth?.Bytes);
    }

    /// <summary>Null when <paramref name="size"/>, rounded up to the step, can be a volume.</summary>
    public static Fault? Problem(this DriverCapabilities capabilities, ByteSize size)
    {
        ArgumentNullException.ThrowIfNull(capabilities);
        var range = capabilities.VolumeSize;
        if (size.Bytes > range.To) return Faults.SizeOutOfRange(size, range); // before rounding, which would overflow near the end
        var rounded = size.RoundUpTo(new ByteSize(range.Step)).Bytes;
        return rounded >= range.From && rounded <= range.To ? null : Faults.SizeOutOfRange(size, range);
    }

    private static Fault? Limit(string name, QosSupport support, long? asked)
    {
        if (asked is not { } value) return null;
        if (support.Support != Support.Native) return Faults.QosNotEnforced(name);
        return support.Range is { } range && !range.Holds(value) ? Faults.QosOutOfRange(name, value, range) : null;
    }
}
