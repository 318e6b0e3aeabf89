using Headgate.Primitives;

namespace Headgate.Qos;

/// <summary>
/// What one volume is promised and held to; an immutable value that is swapped whole. IOPS are normalised by
/// <see cref="CostCurve"/>, bandwidths are bytes per second; 0 means "none" for each.
/// </summary>
public sealed record VolumeLimits
{
    /// <summary>
    /// Weight of a volume that has neither a weight nor a min, in IOPS of min: the smallest min that Element gives any
    /// volume, so that a best-effort volume counts as the smallest guaranteed one.
    /// </summary>
    public const long DefaultWeight = 50;

    /// <summary>No promise and no limit.</summary>
    public static VolumeLimits None { get; } = new();

    /// <summary>IOPS that the volume can count on while it has I/O waiting.</summary>
    public long MinIops { get; init; }

    /// <summary>IOPS that it is held to for long.</summary>
    public long MaxIops { get; init; }

    /// <summary>IOPS that it may reach while it has credit; at or below <see cref="MaxIops"/> there is no burst.</summary>
    public long BurstIops { get; init; }

    /// <summary>Bytes per second of reads and writes together.</summary>
    public long TotalBytesPerSecond { get; init; }

    /// <summary>Bytes per second of reads.</summary>
    public long ReadBytesPerSecond { get; init; }

    /// <summary>Bytes per second of writes.</summary>
    public long WriteBytesPerSecond { get; init; }

    /// <summary>Share of the surplus; 0 for the default, which is <see cref="MinIops"/>.</summary>
    public long Weight { get; init; }

    /// <summary>The weight that counts.</summary>
    public long EffectiveWeight => Weight > 0 ? Weight : MinIops > 0 ? MinIops : DefaultWeight;

    /// <summary>Whether there is a burst above max.</summary>
    public bool HasBurst => MaxIops > 0 && BurstIops > MaxIops;

    /// <summary>Whether bytes per second are limited at all.</summary>
    public bool HasBandwidth => (TotalBytesPerSecond | ReadBytesPerSecond | WriteBytesPerSecond) > 0;

    /// <summary>The limits of an offering's or an API's spec.</summary>
    public static VolumeLimits From(QosSpec spec) => new()
    {
        MinIops = spec.MinIops ?? 0,
        MaxIops = spec.MaxIops ?? 0,
        BurstIops = spec.BurstIops ?? 0,
        TotalBytesPerSecond = spec.MaxBandwidth?.Bytes ?? 0,
    };
}
