using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;

namespace Headgate.Control.Offerings;

/// <summary>What a compute offering shall be; QoS and tags are those of its root disk.</summary>
public sealed record ComputeOfferingSpec(
    string Name, int CpuCount, ByteSize Memory, OfferingQos RootDiskQos, IReadOnlyList<string> Tags);

/// <summary>Compute offerings.</summary>
public sealed class ComputeOfferings(HeadgateDatabase database, TimeProvider clock)
    : OfferingCatalog<ComputeOffering>(database, clock, "compute offering", "VMs")
{
    /// <summary>Most virtual CPUs: what KVM takes on x86-64.</summary>
    private const int CpusMost = 4096;

    /// <summary>Memory comes in steps of this.</summary>
    private static readonly ByteSize MemoryStep = ByteSize.MiB(1);

    /// <summary>Publishes an offering.</summary>
    public Task<Outcome<ComputeOffering>> CreateAsync(Caller caller, ComputeOfferingSpec spec, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return PublishAsync(
            caller, spec.Name, ProblemsOf(spec),
            (id, now) => new ComputeOffering
            {
                Id = id, Name = spec.Name, CpuCount = spec.CpuCount, Memory = spec.Memory,
                RootDiskQos = spec.RootDiskQos, Tags = spec.Tags, CreatedAt = now,
            },
            stop);
    }

    /// <inheritdoc/>
    protected override ComputeOffering Retired(ComputeOffering offering, DateTimeOffset since) => offering with { RetiredAt = since };

    private static List<string> ProblemsOf(ComputeOfferingSpec spec)
    {
        var problems = new List<string>();
        if (spec.CpuCount is < 1 or > CpusMost) problems.Add($"cpuCount is {spec.CpuCount}; it must be from 1 to {CpusMost}.");
        if (spec.Memory.Bytes == 0 || spec.Memory.Bytes % MemoryStep.Bytes != 0)
            problems.Add($"memoryBytes is {spec.Memory.Bytes}; it must be a multiple of {MemoryStep} above 0.");
        problems.AddRange(OfferingRules.QosProblems(spec.RootDiskQos));
        problems.AddRange(OfferingRules.TagProblems(spec.Tags));
        return problems;
    }
}
