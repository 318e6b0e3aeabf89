using Headgate.Primitives;

namespace Headgate.Domain;

/// <summary>What a tenant may choose beside the offering; null for nothing chosen.</summary>
public sealed record TenantChoice(
    ByteSize? Size = null, long? MinIops = null, long? MaxIops = null, long? BurstIops = null)
{
    /// <summary>True when any IOPS number was given.</summary>
    public bool HasIops => (MinIops ?? MaxIops ?? BurstIops) is not null;
}

/// <summary>What a volume shall be, once offering and choice are put together.</summary>
public sealed record VolumeWish(
    ByteSize Size, QosSpec Qos, IReadOnlyList<PromiseKind> Require, EnforcementWish Enforce, TagExpression Tags);

/// <summary>Puts an offering and a tenant's choice together, or says precisely what does not go together. Pure.</summary>
public static class OfferingResolution
{
    /// <summary>Largest volume that may be asked for at all; a pool's own limit comes on top. Guards the sums.</summary>
    public static readonly ByteSize LargestVolume = ByteSize.TiB(1024);

    /// <summary>No storage promises more; guards the sums.</summary>
    public const long MostIops = 1_000_000_000;

    private const long GiB = 1L << 30;

    /// <summary>The volume that <paramref name="offering"/> and <paramref name="choice"/> make.</summary>
    public static Outcome<VolumeWish> Resolve(DiskOffering offering, TenantChoice choice)
    {
        ArgumentNullException.ThrowIfNull(offering);
        ArgumentNullException.ThrowIfNull(choice);
        if (offering.RetiredAt is not null)
            return new Fault("offering-retired",
                $"Disk offering {offering.Name} is not offered any more; pick one of `headgate disk-offering list`.", Recovery.FixRequest);
        if (offering.SupersededAt is not null)
            return new Fault("offering-superseded",
                $"Version {offering.Number} of disk offering {offering.Name} is not the current one; ask for {offering.Name} without a version.", Recovery.FixRequest);
        if (offering.Size is { } only && choice.Size is { } other && other != only)
            return new Fault("size-out-of-range",
                $"{other} was asked, but disk offering {offering.Name} has the fixed size {only}; leave the size out.", Recovery.FixRequest);
        if ((offering.Size ?? choice.Size) is not { } size)
            return new Fault("size-required",
                $"Disk offering {offering.Name} lets you choose the size; give one, for example --size 10GiB.", Recovery.FixRequest);
        if ((SizeProblem(size) ?? RangeProblem(offering, size)) is { } problem) return problem;
        return ResolveQos(offering, size, choice).Map(
            qos => new VolumeWish(size, qos, offering.Qos.Require, offering.Qos.Enforce, TagsOf(offering)));
    }

    /// <summary>What an offering asks of a pool's tags: its list, all of them, and its expression.</summary>
    public static TagExpression TagsOf(DiskOffering offering)
    {
        ArgumentNullException.ThrowIfNull(offering);
        // It was read when the offering was published; one that cannot be read asks for what no pool has.
        var rule = TagExpression.Parse(offering.TagExpression) is Outcome<TagExpression>.Done { Value: var read } ? read : TagExpression.All([offering.TagExpression!]);
        return TagExpression.All(offering.Tags).And(rule);
    }

    /// <summary>Null when a tenant may choose this size, else the refusal with the range.</summary>
    public static Fault? RangeProblem(DiskOffering offering, ByteSize size)
    {
        ArgumentNullException.ThrowIfNull(offering);
        if (!(size < offering.SizeFrom) && !(size > offering.SizeTo)) return null;
        var range = (offering.SizeFrom, offering.SizeTo) switch
        {
            ({ } from, null) => $"from {from} on",
            (null, { } to) => $"up to {to}",
            var (from, to) => $"of {from} to {to}",
        };
        return new Fault("size-out-of-range", $"{size} was asked, but disk offering {offering.Name} is for sizes {range}; choose one of those.", Recovery.FixRequest);
    }

    /// <summary>Null when a tenant may choose these limits, else the refusal of the first that it may not.</summary>
    public static Fault? RangeProblem(DiskOffering offering, QosSpec chosen)
    {
        ArgumentNullException.ThrowIfNull(offering);
        ArgumentNullException.ThrowIfNull(chosen);
        foreach (var (limit, kind) in offering.Qos.Limits().Zip([PromiseKind.MinIops, PromiseKind.MaxIops, PromiseKind.BurstIops]))
        {
            if (limit.Custom is not { } range) continue;
            // No min is a min of 0, no burst is one of max; but no max is above every bound.
            var number = chosen.Of(kind) ?? kind switch { PromiseKind.MinIops => 0, PromiseKind.BurstIops => chosen.MaxIops, _ => null };
            if (number is { } given ? range.Holds(given) : range.To is null) continue;
            return new Fault("iops-out-of-range",
                $"{(number is null ? "No" : "A")} {Name(kind)}{(number is null ? "" : $" of {number}")} was asked, but disk offering {offering.Name} takes {range}; choose within that.",
                Recovery.FixRequest);
        }
        return offering.Qos.MaxBandwidth is { } most && (chosen.MaxBandwidth is null || chosen.MaxBandwidth > most)
            ? new Fault("bandwidth-out-of-range",
                $"{(chosen.MaxBandwidth is { } asked ? $"{asked}/s was" : "No max bandwidth was")} asked, but disk offering {offering.Name} gives at most {most}/s; choose within that.",
                Recovery.FixRequest)
            : null;
    }

    /// <summary>The limits of a volume of this size; what a resize needs too.</summary>
    public static Outcome<QosSpec> ResolveQos(DiskOffering offering, ByteSize size, TenantChoice choice)
    {
        ArgumentNullException.ThrowIfNull(offering);
        ArgumentNullException.ThrowIfNull(choice);
        if (choice.HasIops && !offering.Qos.CustomIops)
            return new Fault("custom-iops-not-allowed",
                $"IOPS were asked for, but disk offering {offering.Name} sets them itself; leave them out or pick an offering with custom IOPS.",
                Recovery.FixRequest);
        var chosen = offering.Qos with
        {
            MinIops = choice.MinIops ?? offering.Qos.MinIops,
            MaxIops = choice.MaxIops ?? offering.Qos.MaxIops,
            BurstIops = choice.BurstIops ?? offering.Qos.BurstIops,
        };
        var numbers = Numbers(chosen, size);
        if (numbers is not Outcome<QosSpec>.Done { Value: var spec }) return numbers;
        if (offering.Qos.CustomIops && RangeProblem(offering, spec) is { } outside) return outside;
        foreach (var kind in offering.Qos.Require)
        {
            if (spec.Of(kind) is null)
                return new Fault("qos-required",
                    $"Disk offering {offering.Name} requires a {Name(kind)} and lets you choose it; give one.", Recovery.FixRequest);
        }
        return numbers;
    }

    /// <summary>The numbers as limits, or what is wrong with them. The same rule for offerings, choices and changes.</summary>
    public static Outcome<QosSpec> Limits(long? min, long? max, long? burst, ByteSize? bandwidth)
    {
        if (new[] { min, max, burst }.Max() > MostIops)
            return Invalid($"No limit can be above {MostIops} IOPS; min {min}, max {max}, burst {burst} come out.");
        return QosSpec.TryCreate(min, max, burst, bandwidth, out var spec, out var problem)
            ? spec
            : Invalid(char.ToUpperInvariant(problem![0]) + problem[1..]);
    }

    /// <summary>How a limit is called in messages.</summary>
    public static string Name(PromiseKind kind) => kind switch
    {
        PromiseKind.MinIops => "min IOPS",
        PromiseKind.MaxIops => "max IOPS",
        PromiseKind.BurstIops => "burst IOPS",
        PromiseKind.MaxBandwidth => "max bandwidth",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static Outcome<QosSpec> Numbers(OfferingQos qos, ByteSize size)
    {
        var gibs = (size.Bytes + GiB - 1) / GiB;
        var limits = qos.Limits();
        if (limits.Any(limit => limit.PerGib > MostIops)) return Invalid($"IOPS per GiB cannot be above {MostIops}.");
        return Limits(limits[0].At(gibs), limits[1].At(gibs), limits[2].At(gibs), qos.MaxBandwidth);
    }

    private static Fault? SizeProblem(ByteSize size) => size.Bytes == 0 || size > LargestVolume
        ? new Fault("size-out-of-range",
            $"{size} was asked; a volume has more than 0 and at most {LargestVolume}.", Recovery.FixRequest)
        : null;

    private static Fault Invalid(string message) => new("qos-invalid", message, Recovery.FixRequest);
}
