using Headgate.Domain;
using Headgate.Primitives;

namespace Headgate.Control.Offerings;

/// <summary>What every offering says of whom and what it is for. References are ids or names.</summary>
public abstract record OfferingSpec
{
    /// <summary>Tags that a pool must carry, all of them.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>What else is asked of a pool's tags, in the words of <see cref="Domain.TagExpression"/>; null for nothing.</summary>
    public string? TagExpression { get; init; }

    /// <summary>The zones that it is for; empty for all.</summary>
    public IReadOnlyList<string> Zones { get; init; } = [];

    /// <summary>The accounts that it is for; empty for all.</summary>
    public IReadOnlyList<string> Accounts { get; init; } = [];

    /// <summary>What a volume of it costs; null for nothing.</summary>
    public OfferingPrice? Price { get; init; }

    /// <summary>What is wrong with it in itself.</summary>
    public virtual IEnumerable<string> Problems() =>
        [.. OfferingRules.TagProblems(Tags), .. OfferingRules.ExpressionProblems(TagExpression), .. OfferingRules.PriceProblems(Price)];

    /// <summary>The expression as it is kept: canonical, null for none.</summary>
    internal string? KeptExpression() =>
        Domain.TagExpression.Parse(TagExpression) is Outcome<TagExpression>.Done { Value: { IsAnything: false } rule } ? rule.ToString() : null;
}

/// <summary>What a disk offering shall be.</summary>
/// <param name="Size">The size of every volume of it; null with <paramref name="CustomSize"/>.</param>
/// <param name="CustomSize">The tenant chooses the size.</param>
/// <param name="Qos">The limits.</param>
public sealed record DiskOfferingSpec(ByteSize? Size, bool CustomSize, OfferingQos Qos) : OfferingSpec
{
    /// <summary>With a custom size: the smallest that may be chosen.</summary>
    public ByteSize? SizeFrom { get; init; }

    /// <summary>With a custom size: the largest that may be chosen.</summary>
    public ByteSize? SizeTo { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() =>
        [.. OfferingRules.SizeProblems(Size, CustomSize, SizeFrom, SizeTo), .. OfferingRules.QosProblems(Qos, Size ?? SizeFrom, Size ?? SizeTo), .. base.Problems()];
}

/// <summary>What a compute offering shall be; QoS, tags and price are those of its root disk.</summary>
public sealed record ComputeOfferingSpec(int CpuCount, ByteSize Memory, OfferingQos RootDiskQos) : OfferingSpec
{
    /// <summary>Most virtual CPUs: what KVM takes on x86-64.</summary>
    private const int CpusMost = 4096;

    /// <summary>Memory comes in steps of this.</summary>
    private static readonly ByteSize MemoryStep = ByteSize.MiB(1);

    /// <inheritdoc/>
    public override IEnumerable<string> Problems()
    {
        if (CpuCount is < 1 or > CpusMost) yield return $"cpuCount is {CpuCount}; it must be from 1 to {CpusMost}.";
        if (Memory.Bytes == 0 || Memory.Bytes % MemoryStep.Bytes != 0)
            yield return $"memoryBytes is {Memory.Bytes}; it must be a multiple of {MemoryStep} above 0.";
        foreach (var problem in OfferingRules.QosProblems(RootDiskQos).Concat(base.Problems())) yield return problem;
    }
}

/// <summary>An offering's version with the names of whom and what it is for. Of the accounts, a tenant sees its own only.</summary>
public sealed record OfferingDetails<T>(T Offering, IReadOnlyList<string> Zones, IReadOnlyList<string> Accounts) where T : IOffering;
