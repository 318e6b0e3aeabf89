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
    public static IEnumerable<string> SizeProblems(ByteSize? size, bool customSize, ByteSize? from = null, ByteSize? to = null)
    {
        if (size is null != customSize)
            yield return "an offering has either a fixed size or customSize, and exactly one of the two.";
        if (!customSize && (from ?? to) is not null) yield return "a range of sizes goes with customSize only.";
        if (from > to) yield return $"sizes are from {from} to {to}; the first must not be above the second.";
        foreach (var (name, value) in new[] { ("the size", size), ("the smallest size", from), ("the largest size", to) })
        {
            if (value is not { } s) continue;
            if (s.Bytes == 0 || s.Bytes % BlockBytes != 0) yield return $"{name} is {s.Bytes} bytes; it must be a multiple of {BlockBytes} above 0.";
            if (s > OfferingResolution.LargestVolume) yield return $"{name} is {s}; a volume has at most {OfferingResolution.LargestVolume}.";
        }
    }

    /// <summary>What is wrong with the price, if anything.</summary>
    public static IEnumerable<string> PriceProblems(OfferingPrice? price)
    {
        if (price is null) yield break;
        foreach (var (name, value) in new[] { ("perGibMonth", price.PerGibMonth), ("perMinIopsMonth", price.PerMinIopsMonth), ("perMaxIopsMonth", price.PerMaxIopsMonth) })
        {
            if (value is < 0 or > OfferingPrice.Most) yield return $"the price {name} is {value}; it must be from 0 to {OfferingPrice.Most}.";
            else if (value is { } given && decimal.Round(given, OfferingPrice.MostDigits) != given)
                yield return $"the price {name} is {value}; it has at most {OfferingPrice.MostDigits} digits after the point.";
        }
    }

    /// <summary>What is wrong with the tag expression, if anything.</summary>
    public static IEnumerable<string> ExpressionProblems(string? expression)
    {
        if (TagExpression.Parse(expression).Problem is { } problem) yield return problem.Message;
    }

    /// <summary>What is wrong with the tags, if anything.</summary>
    public static IEnumerable<string> TagProblems(IReadOnlyList<string> tags)
    {
        ArgumentNullException.ThrowIfNull(tags);
        if (tags.Count > TagsMost) yield return $"there are {tags.Count} tags; at most {TagsMost} are allowed.";
        foreach (var tag in tags)
        {
            if (ObjectName.Problem(tag, "tag") is { } problem) yield return problem.Message;
            else if (TagExpression.IsWord(tag)) yield return $"'{tag}' is a word of tag expressions and cannot be a tag.";
        }
        if (tags.Distinct(StringComparer.Ordinal).Count() < tags.Count) yield return "a tag is there twice.";
    }

    /// <summary>What is wrong with the limits, if anything.</summary>
    /// <param name="qos">The limits.</param>
    /// <param name="from">The smallest size that they are for; null for the smallest there is.</param>
    /// <param name="to">The largest; null for the largest there is.</param>
    public static IEnumerable<string> QosProblems(OfferingQos qos, ByteSize? from = null, ByteSize? to = null)
    {
        ArgumentNullException.ThrowIfNull(qos);
        var problems = qos.Limits().SelectMany(limit => LimitProblems(limit, qos.CustomIops)).ToList();
        if (problems.Count == 0 && !qos.CustomIops && OrderProblem(qos, from, to) is { } disorder) problems.Add(disorder);
        if (qos.MaxBandwidth is { Bytes: 0 }) problems.Add("max bandwidth is 0; leave it out for no limit, or give a size per second above 0.");
        problems.AddRange(qos.Require.Where(kind => !Sets(qos, kind)).Select(kind => $"{kind} is required but the offering sets none; set it or do not require it."));
        return problems;
    }

    private static IEnumerable<string> LimitProblems(LimitRule limit, bool custom)
    {
        var (name, fixedAt, perGib, bounds, range) = limit;
        foreach (var (what, value) in new[] { (name, fixedAt), ($"{name} per GiB", perGib) })
        {
            if (value is < 0 or > OfferingResolution.MostIops) yield return $"{what} is {value}; it must be from 0 to {OfferingResolution.MostIops}.";
        }
        if (custom && (fixedAt ?? perGib) is not null) yield return $"with customIops the tenant chooses {name}; leave out the fixed and the per-GiB figure.";
        if (fixedAt is not null && perGib is not null) yield return $"{name} is either fixed or per GiB; give one of the two.";
        if (bounds is not null && perGib is null) yield return $"{name} has a floor or a ceiling and no figure per GiB that they could bound.";
        if (range is not null && !custom) yield return $"a range to choose {name} from goes with customIops only.";
        foreach (var (what, given) in new[] { ("floor and ceiling", bounds), ("range", range) })
        {
            if (given is null) continue;
            if (given.From > given.To) yield return $"the {what} of {name} are {given.From} and {given.To}; the first must not be above the second.";
            if (given.From is < 0 or > OfferingResolution.MostIops || given.To is < 0 or > OfferingResolution.MostIops)
                yield return $"the {what} of {name} must be from 0 to {OfferingResolution.MostIops}.";
        }
    }

    /// <summary>Where min &lt;= max &lt;= burst does not hold at some size. The lines are straight between their corners, so those and the ends are enough.</summary>
    private static string? OrderProblem(OfferingQos qos, ByteSize? from, ByteSize? to)
    {
        var limits = qos.Limits();
        var (first, last) = (Gibs(from ?? new ByteSize(1)), Gibs(to ?? OfferingResolution.LargestVolume));
        foreach (var gibs in limits.SelectMany(limit => limit.Corners()).Append(first).Append(last).Where(g => g >= first && g <= last).Distinct().Order())
        {
            if (QosSpec.TryCreate(limits[0].At(gibs), limits[1].At(gibs), limits[2].At(gibs), null, out _, out var problem)) continue;
            return qos.IsPerGib ? $"at a size of {gibs} GiB {problem}" : problem;
        }
        return null;
    }

    private static long Gibs(ByteSize size) => (size.Bytes + (1L << 30) - 1) >> 30;

    private static bool Sets(OfferingQos qos, PromiseKind kind) => kind switch
    {
        PromiseKind.MinIops => (qos.MinIops ?? qos.MinIopsPerGib) is not null || qos.CustomIops,
        PromiseKind.MaxIops => (qos.MaxIops ?? qos.MaxIopsPerGib) is not null || qos.CustomIops,
        PromiseKind.BurstIops => (qos.BurstIops ?? qos.BurstIopsPerGib) is not null || qos.CustomIops,
        _ => qos.MaxBandwidth is not null,
    };
}
