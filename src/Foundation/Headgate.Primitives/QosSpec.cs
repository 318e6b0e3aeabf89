namespace Headgate.Primitives;

/// <summary>
/// What is asked of, or granted to, one volume. IOPS are normalised to 4 KiB by the cost curve (docs/qos.md); bandwidth
/// is in bytes per second, reads and writes together. Null means "not asked": no min is best effort, no max is bounded
/// by the storage only, no burst is the same as max.
/// </summary>
/// <remarks>Always <c>0 &lt;= min &lt;= max &lt;= burst</c> over what is given; <see cref="TryCreate"/> is the only door.</remarks>
public sealed record QosSpec
{
    private QosSpec(long? minIops, long? maxIops, long? burstIops, ByteSize? maxBandwidth) =>
        (MinIops, MaxIops, BurstIops, MaxBandwidth) = (minIops, maxIops, burstIops, maxBandwidth);

    /// <summary>Nothing asked: best effort without limits.</summary>
    public static QosSpec None { get; } = new(null, null, null, null);

    /// <summary>The IOPS that the volume can count on, or null.</summary>
    public long? MinIops { get; }

    /// <summary>The IOPS that the volume cannot exceed for long, or null.</summary>
    public long? MaxIops { get; }

    /// <summary>The IOPS that saved-up credit may reach, or null for the same as <see cref="MaxIops"/>.</summary>
    public long? BurstIops { get; }

    /// <summary>Bytes per second that the volume cannot exceed, or null.</summary>
    public ByteSize? MaxBandwidth { get; }

    /// <summary>True when nothing at all is asked.</summary>
    public bool IsNone => this == None;

    /// <summary>Makes a spec, or says in one sentence what is wrong with the numbers.</summary>
    public static bool TryCreate(
        long? minIops, long? maxIops, long? burstIops, ByteSize? maxBandwidth, out QosSpec spec, out string? problem)
    {
        spec = None;
        problem = (minIops, maxIops, burstIops) switch
        {
            ( < 0, _, _) => $"min IOPS is {minIops}; it cannot be negative.",
            (_, <= 0, _) => $"max IOPS is {maxIops}; leave it out for no limit, or give a number above 0.",
            (_, null, not null) => $"burst IOPS is {burstIops} but there is no max IOPS; burst needs a max to rise above.",
            (not null, not null, _) when minIops > maxIops =>
                $"min IOPS {minIops} is above max IOPS {maxIops}; want min <= max <= burst.",
            (_, not null, not null) when maxIops > burstIops =>
                $"max IOPS {maxIops} is above burst IOPS {burstIops}; want min <= max <= burst.",
            _ => null,
        };
        if (problem is null && maxBandwidth is { Bytes: 0 })
            problem = "max bandwidth is 0; leave it out for no limit, or give a size per second above 0.";
        if (problem is not null) return false;
        spec = new QosSpec(minIops, maxIops, burstIops, maxBandwidth);
        return true;
    }

    /// <summary>Like <see cref="TryCreate"/> for numbers that are known to be in order.</summary>
    /// <exception cref="ArgumentException">They are not.</exception>
    public static QosSpec Create(long? minIops, long? maxIops, long? burstIops = null, ByteSize? maxBandwidth = null) =>
        TryCreate(minIops, maxIops, burstIops, maxBandwidth, out var spec, out var problem)
            ? spec
            : throw new ArgumentException(problem);

    /// <summary>For people: <c>min 200, max 1000, burst 2000</c>, or <c>no limits</c>.</summary>
    public override string ToString()
    {
        if (IsNone) return "no limits";
        var parts = new List<string>(4);
        if (MinIops is { } min) parts.Add($"min {min}");
        if (MaxIops is { } max) parts.Add($"max {max}");
        if (BurstIops is { } burst) parts.Add($"burst {burst}");
        if (MaxBandwidth is { } bandwidth) parts.Add($"{bandwidth}/s");
        return string.Join(", ", parts);
    }
}
