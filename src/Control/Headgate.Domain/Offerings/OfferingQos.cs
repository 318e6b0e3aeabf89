using Headgate.Primitives;

namespace Headgate.Domain;

/// <summary>From, to, both included; null for no bound on that side.</summary>
public sealed record IopsRange(long? From, long? To)
{
    /// <summary>True when <paramref name="iops"/> lies within.</summary>
    public bool Holds(long iops) => (From is null || iops >= From) && (To is null || iops <= To);

    /// <inheritdoc/>
    public override string ToString() => (From, To) switch
    {
        (null, { } to) => $"at most {to}",
        ({ } from, null) => $"at least {from}",
        var (from, to) => $"{from} to {to}",
    };
}

/// <summary>
/// The QoS half of an offering. Each of min, max and burst is fixed, or so much for each GiB of the volume's size, or chosen by the tenant
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

    /// <summary>Burst IOPS for each GiB begun; in place of <see cref="BurstIops"/>.</summary>
    public long? BurstIopsPerGib { get; init; }

    /// <summary>What <see cref="MinIopsPerGib"/> gives is kept within this.</summary>
    public IopsRange? MinIopsBounds { get; init; }

    /// <summary>What <see cref="MaxIopsPerGib"/> gives is kept within this.</summary>
    public IopsRange? MaxIopsBounds { get; init; }

    /// <summary>What <see cref="BurstIopsPerGib"/> gives is kept within this.</summary>
    public IopsRange? BurstIopsBounds { get; init; }

    /// <summary>The tenant chooses min, max and burst with each volume.</summary>
    public bool CustomIops { get; init; }

    /// <summary>What a tenant may choose as min; null for anything.</summary>
    public IopsRange? CustomMinIops { get; init; }

    /// <summary>What a tenant may choose as max; null for anything.</summary>
    public IopsRange? CustomMaxIops { get; init; }

    /// <summary>What a tenant may choose as burst; null for anything.</summary>
    public IopsRange? CustomBurstIops { get; init; }

    /// <summary>The limits without which a volume shall not be made.</summary>
    public IReadOnlyList<PromiseKind> Require { get; init; } = [];

    /// <summary>Who shall enforce.</summary>
    public EnforcementWish Enforce { get; init; }

    /// <summary>True when any limit follows the size.</summary>
    public bool IsPerGib => (MinIopsPerGib ?? MaxIopsPerGib ?? BurstIopsPerGib) is not null;

    /// <summary>The three IOPS limits with all that is said of each.</summary>
    internal IReadOnlyList<LimitRule> Limits() =>
    [
        new("minIops", MinIops, MinIopsPerGib, MinIopsBounds, CustomMinIops),
        new("maxIops", MaxIops, MaxIopsPerGib, MaxIopsBounds, CustomMaxIops),
        new("burstIops", BurstIops, BurstIopsPerGib, BurstIopsBounds, CustomBurstIops),
    ];

    /// <inheritdoc/>
    public bool Equals(OfferingQos? other) => other is not null && Key() == other.Key() && Require.Order().SequenceEqual(other.Require.Order());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Key(), Require.Count);

    private (IopsRange?, IopsRange?, IopsRange?, IopsRange?, IopsRange?, IopsRange?, (long?, long?, long?, long?, long?, long?), ByteSize?, bool, EnforcementWish) Key() =>
        (MinIopsBounds, MaxIopsBounds, BurstIopsBounds, CustomMinIops, CustomMaxIops, CustomBurstIops,
            (MinIops, MaxIops, BurstIops, MinIopsPerGib, MaxIopsPerGib, BurstIopsPerGib), MaxBandwidth, CustomIops, Enforce);
}

/// <summary>One IOPS limit of an offering.</summary>
/// <param name="Name">As clients call it.</param>
/// <param name="Fixed">The same for every size.</param>
/// <param name="PerGib">For each GiB begun.</param>
/// <param name="Bounds">What the formula's result is kept within.</param>
/// <param name="Custom">What a tenant may choose.</param>
internal sealed record LimitRule(string Name, long? Fixed, long? PerGib, IopsRange? Bounds, IopsRange? Custom)
{
    /// <summary>The number at this size; null for no limit.</summary>
    public long? At(long gibs) => Fixed ?? (PerGib is { } each ? Math.Min(Math.Max(each * gibs, Bounds?.From ?? 0), Bounds?.To ?? long.MaxValue) : null);

    /// <summary>Sizes in GiB at which the line has a corner, and those beside it: between two of them it is straight.</summary>
    public IEnumerable<long> Corners()
    {
        if (PerGib is not > 0) yield break;
        foreach (var bound in new[] { Bounds?.From, Bounds?.To })
        {
            if (bound is not { } at) continue;
            yield return at / PerGib.Value;
            yield return (at / PerGib.Value) + 1;
        }
    }
}
