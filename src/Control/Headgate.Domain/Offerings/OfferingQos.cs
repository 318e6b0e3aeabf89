using Headgate.Primitives;

namespace Headgate.Domain;

/// <summary>
/// The QoS half of an offering. IOPS are either fixed, or per GiB of the volume's size, or chosen by the tenant
/// (<see cref="CustomIops"/>). Units as in <see cref="QosSpec"/>.
/// </summary>
public sealed record OfferingQos
{
    /// <summary>No limits, nothing required.</summary>
    public static OfferingQos None { get; } = new();

    public long? MinIops { get; init; }

    public long? MaxIops { get; init; }

    public long? BurstIops { get; init; }

    public ByteSize? MaxBandwidth { get; init; }

    /// <summary>Min IOPS for each GiB begun; in place of <see cref="MinIops"/>.</summary>
    public long? MinIopsPerGib { get; init; }

    /// <summary>Max IOPS for each GiB begun; in place of <see cref="MaxIops"/>.</summary>
    public long? MaxIopsPerGib { get; init; }

    /// <summary>The tenant chooses min, max and burst with each volume.</summary>
    public bool CustomIops { get; init; }

    /// <summary>The limits without which a volume shall not be made.</summary>
    public IReadOnlyList<PromiseKind> Require { get; init; } = [];

    /// <summary>Who shall enforce.</summary>
    public EnforcementWish Enforce { get; init; }
}
