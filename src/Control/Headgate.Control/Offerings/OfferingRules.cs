using Headgate.Domain;
using Headgate.Primitives;

namespace Headgate.Control.Offerings;

/// <summary>What an offering must fulfil by itself, whatever the pools are. Each line says what was given and what is wanted.</summary>
internal static class OfferingRules
{
    /// <summary>Highest IOPS figure: no storage serves a billion, and per-GiB figures times the largest volume stay in 64 bits.</summary>
    private const long IopsMost = 1_000_000_000;

    /// <summary>Tags of one offering or pool.</summary>
    private const int TagsMost = 32;

    /// <summary>Sizes are multiples of a SCSI block.</summary>
    private const long BlockBytes = 512;

    public static Fault? Problem(IReadOnlyList<string> problems) => problems.Count == 0
        ? null
        : new Fault("offering-invalid", $"The offering cannot be made: {problems[0]}", Recovery.FixRequest) { Details = problems };

    public static IEnumerable<string> SizeProblems(ByteSize? size, bool customSize)
    {
        if (size is null != customSize)
            yield return "an offering has either a fixed size or customSize, and exactly one of the two.";
        if (size is { } s && (s.Bytes == 0 || s.Bytes % BlockBytes != 0))
            yield return $"the size is {s.Bytes} bytes; it must be a multiple of {BlockBytes} above 0.";
    }

    public static IEnumerable<string> TagProblems(IReadOnlyList<string> tags)
    {
        if (tags.Count > TagsMost) yield return $"there are {tags.Count} tags; at most {TagsMost} are allowed.";
        foreach (var tag in tags)
        {
            if (ObjectName.Problem(tag, "tag") is { } problem) yield return problem.Message;
        }
        if (tags.Distinct(StringComparer.Ordinal).Count() < tags.Count) yield return "a tag is there twice.";
    }

    public static IEnumerable<string> QosProblems(OfferingQos qos)
    {
        var fixedIops = qos.MinIops ?? qos.MaxIops ?? qos.BurstIops;
        var perGib = qos.MinIopsPerGib ?? qos.MaxIopsPerGib;
        if (qos.CustomIops && (fixedIops ?? perGib) is not null)
            yield return "with customIops the tenant chooses min, max and burst; leave out the fixed and the per-GiB figures.";
        if (fixedIops is not null && perGib is not null)
            yield return "IOPS are either fixed or per GiB; give one kind.";
        foreach (var (name, value) in Figures(qos))
        {
            if (value is < 0 or > IopsMost) yield return $"{name} is {value}; it must be from 0 to {IopsMost}.";
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
