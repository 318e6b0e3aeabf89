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
    ByteSize Size, QosSpec Qos, IReadOnlyList<PromiseKind> Require, EnforcementWish Enforce, IReadOnlyList<string> Tags);

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
        if (offering.Size is { } only && choice.Size is { } other && other != only)
            return new Fault("size-out-of-range",
                $"{other} was asked, but disk offering {offering.Name} has the fixed size {only}; leave the size out.", Recovery.FixRequest);
        if ((offering.Size ?? choice.Size) is not { } size)
            return new Fault("size-required",
                $"Disk offering {offering.Name} lets you choose the size; give one, for example --size 10GiB.", Recovery.FixRequest);
        if (SizeProblem(size) is { } problem) return problem;
        return ResolveQos(offering, size, choice).Map(
            qos => new VolumeWish(size, qos, offering.Qos.Require, offering.Qos.Enforce, offering.Tags));
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
        if ((qos.MinIopsPerGib ?? 0) > MostIops || (qos.MaxIopsPerGib ?? 0) > MostIops)
            return Invalid($"IOPS per GiB cannot be above {MostIops}.");
        var min = qos.MinIops ?? qos.MinIopsPerGib * gibs;
        var max = qos.MaxIops ?? qos.MaxIopsPerGib * gibs;
        return Limits(min, max, qos.BurstIops, qos.MaxBandwidth);
    }

    private static Fault? SizeProblem(ByteSize size) => size.Bytes == 0 || size > LargestVolume
        ? new Fault("size-out-of-range",
            $"{size} was asked; a volume has more than 0 and at most {LargestVolume}.", Recovery.FixRequest)
        : null;

    private static Fault Invalid(string message) => new("qos-invalid", message, Recovery.FixRequest);
}
