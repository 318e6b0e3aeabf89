using Headgate.Primitives;

namespace Headgate.Domain;

/// <summary>What an offering must fulfil by itself, whatever the pools are. Each line says what was given and what is wanted.</summary>
public static class OfferingRules
{
    /// <summary>Tags of one offering or pool.</summary>
    private const int TagsMost = 32;

    /// <summary>Sizes are multiples of a SCSI block.</summary>
    private const long BlockBytes = 512;

    /// <summary>The refusal that lists <paramref name="problems"/>; null when there are none.</summary>
    public static Fault? Refusal(IReadOnlyList<string> problems) => problems.Count == 0
        ? null
        : new Fault("offering-invalid", $"The offering cannot be made: {problems[0]}", Recovery.FixRequest) { Details = problems };

    /// <summary>What is wrong with the size, if anything.</summary>
    public static IEnumerable<string> SizeProblems(ByteSize? size, bool customSize)
    {
        if (size is null != customSize)
            yield return "an offering has either a fixed size or customSize, and exactly one of the two.";
        if (size is { } s && (s.Bytes == 0 || s.Bytes % BlockBytes != 0))
            yield return $"the size is {s.Bytes} bytes; it must be a multiple of {BlockBytes} above 0.";
        if (size > OfferingResolution.LargestVolume)
            yield return $"the size is {size}; a volume has at most {OfferingResolution.LargestVolume}.";
    }

    /// <summary>What is wrong with the tags, if anything.</summary>
    public static IEnumerable<string> TagProblems(IReadOnlyList<string> tags)
    {
        ArgumentNullException.ThrowIfNull(tags);
        if (tags.Count > TagsMost) yield return $"there are {tags.Count} tags; at most {TagsMost} are allowed.";
        foreach (var tag in tags)
        {
            if (ObjectName.Problem(tag, "tag") is { } problem) yield return problem.Message;
        }
        if (tags.Distinct(StringComparer.Ordinal).Count() < tags.Count) yield return "a tag is there twice.";
    }

    /// <summary>What is wrong with the limits, if anything.</summary>
    public static IEnumerable<string> QosProblems(OfferingQos qos)
    {
        ArgumentNullException.ThrowIfNull(qos);
        var fixedIops = qos.MinIops ?? qos.MaxIops ?? qos.BurstIops;
        var perGib = qos.MinIopsPerGib ?? qos.MaxIopsPerGib;
        if (qos.CustomIops && (fixedIops ?? perGib) is not null)
            yield return "with customIops the tenant chooses min, max and burst; leave out the fixed and the per-GiB figures.";
        if (fixedIops is not null && perGib is not null)
            yield return "IOPS are either fixed or per GiB; give one kind.";
        foreach (var (name, value) in Figures(qos))
        {
            if (value is < 0 or > OfferingResolution.MostIops) yield return $"{name} is {value}; it must be from 0 to {OfferingResolution.MostIops}.";
        }
        if (!QosSpec.TryCreate(qos.MinIops, qos.MaxIops, qos.BurstIops, qos.MaxBandwidth, out _, out var problem)) yield return problem!;
        if (!QosSpec.TryCreate(qos.MinIopsPerGib, qos.MaxIopsPerGib, null, null, out _, out var perGibProblem))
            yield return $"per GiB: {perGibProblem}";
        foreach (var kind in qos.Require)
        {
            if (!Sets(qos, kind)) yield return $"{kind} is required but the offering sets none; set it or do not require it.";
        }
    }

    private static (string Name, long? Value)[] Figures(OfferingQos qos) =>
    [
        ("minIops", qos.MinIops), ("maxIops", qos.MaxIops), ("burstIops", qos.BurstIops),
        ("minIopsPerGib", qos.MinIopsPerGib), ("maxIopsPerGib", qos.MaxIopsPerGib),
    ];

    private static bool Sets(OfferingQos qos, PromiseKind kind) => kind switch
    {
        PromiseKind.MinIops => (qos.MinIops ?? qos.MinIopsPerGib) is not null || qos.CustomIops,
        PromiseKind.MaxIops => (qos.MaxIops ?? qos.MaxIopsPerGib) is not null || qos.CustomIops,
        PromiseKind.BurstIops => qos.BurstIops is not null || qos.CustomIops,
        _ => qos.MaxBandwidth is not null,
    };
}
