using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Offerings;

/// <summary>What a compute offering shall be; QoS and tags are those of its root disk.</summary>
public sealed record ComputeOfferingSpec(
    string Name, int CpuCount, ByteSize Memory, OfferingQos RootDiskQos, IReadOnlyList<string> Tags);

/// <summary>Compute offerings: publish, find, list, retire.</summary>
public sealed class ComputeOfferings(HeadgateDatabase database, TimeProvider clock)
{
    private const string What = "compute offering";

    /// <summary>Most virtual CPUs: what KVM takes on x86-64.</summary>
    private const int CpusMost = 4096;

    /// <summary>Memory comes in steps of this.</summary>
    private static readonly ByteSize MemoryStep = ByteSize.MiB(1);

    /// <summary>Publishes an offering.</summary>
    public Task<Outcome<ComputeOffering>> CreateAsync(Caller caller, ComputeOfferingSpec spec, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if ((ObjectName.Problem(spec.Name, What) ?? OfferingRules.Problem(ProblemsOf(spec))) is { } problem)
            return Task.FromResult<Outcome<ComputeOffering>>(problem);
        return database.WriteAsync<Outcome<ComputeOffering>>(
            async (db, cancel) =>
            {
                if (await db.ComputeOfferings.AnyAsync(o => o.Name == spec.Name && o.RetiredAt == null, cancel).ConfigureAwait(false))
                    return References.NameTaken(What, spec.Name);
                var now = clock.GetUtcNow();
                var offering = new ComputeOffering
                {
                    Id = Guid.CreateVersion7(now), Name = spec.Name, CpuCount = spec.CpuCount, Memory = spec.Memory,
                    RootDiskQos = spec.RootDiskQos, Tags = spec.Tags, CreatedAt = now,
                };
                db.ComputeOfferings.Add(offering);
                db.Record(
                    now, caller.Actor, "compute-offering.created", "compute-offering", offering.Id, spec.Name, null,
                    $"Compute offering {spec.Name} was published.");
                return offering;
            },
            stop);
    }

    /// <summary>The offering with this id, or the one in use with this name.</summary>
    public Task<Outcome<ComputeOffering>> FindAsync(string reference, CancellationToken stop) =>
        database.ReadAsync<Outcome<ComputeOffering>>(
            async (db, cancel) => await FindAsync(db, reference, cancel).ConfigureAwait(false) is { } offering
                ? offering
                : References.NotFound(What, reference),
            stop);

    /// <summary>One page of the offerings in use.</summary>
    public Task<Outcome<PageOf<ComputeOffering>>> ListAsync(PageRequest page, CancellationToken stop) =>
        database.ReadAsync((db, cancel) => db.ComputeOfferings.Where(o => o.RetiredAt == null).PageAsync(page, cancel), stop);

    /// <summary>Hides an offering from new VMs; those that have it keep it. A repeat changes nothing.</summary>
    public Task<Outcome<Nothing>> RetireAsync(Caller caller, string reference, CancellationToken stop) =>
        database.WriteAsync<Outcome<Nothing>>(
            async (db, cancel) =>
            {
                if (await FindAsync(db, reference, cancel).ConfigureAwait(false) is not { } offering)
                    return References.NotFound(What, reference);
                if (offering.RetiredAt is not null) return default(Nothing);
                var now = clock.GetUtcNow();
                db.Put(offering with { RetiredAt = now });
                db.Record(
                    now, caller.Actor, "compute-offering.retired", "compute-offering", offering.Id, offering.Name, null,
                    $"Compute offering {offering.Name} was hidden from new VMs.");
                return default(Nothing);
            },
            stop);

    private static Task<ComputeOffering?> FindAsync(HeadgateDbContext db, string reference, CancellationToken stop) =>
        Guid.TryParse(reference, out var id)
            ? db.ComputeOfferings.FirstOrDefaultAsync(o => o.Id == id, stop)
            : db.ComputeOfferings.FirstOrDefaultAsync(o => o.Name == reference && o.RetiredAt == null, stop);

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
