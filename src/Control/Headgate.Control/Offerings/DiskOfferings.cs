using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Offerings;

/// <summary>What a disk offering shall be.</summary>
/// <param name="Name">Unique among those in use.</param>
/// <param name="Size">The size of every volume of it; null with <paramref name="CustomSize"/>.</param>
/// <param name="CustomSize">The tenant chooses the size.</param>
/// <param name="Qos">The limits.</param>
/// <param name="Tags">Tags that a pool must carry, all of them.</param>
public sealed record DiskOfferingSpec(string Name, ByteSize? Size, bool CustomSize, OfferingQos Qos, IReadOnlyList<string> Tags);

/// <summary>Disk offerings: publish, find, list, retire.</summary>
public sealed class DiskOfferings(HeadgateDatabase database, TimeProvider clock)
{
    private const string What = "disk offering";

    /// <summary>Publishes an offering.</summary>
    public Task<Outcome<DiskOffering>> CreateAsync(Caller caller, DiskOfferingSpec spec, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if ((ObjectName.Problem(spec.Name, What) ?? OfferingRules.Problem(ProblemsOf(spec))) is { } problem)
            return Task.FromResult<Outcome<DiskOffering>>(problem);
        return database.WriteAsync<Outcome<DiskOffering>>(
            async (db, cancel) =>
            {
                if (await db.DiskOfferings.AnyAsync(o => o.Name == spec.Name && o.RetiredAt == null, cancel).ConfigureAwait(false))
                    return References.NameTaken(What, spec.Name);
                var now = clock.GetUtcNow();
                var offering = new DiskOffering
                {
                    Id = Guid.CreateVersion7(now), Name = spec.Name, Size = spec.Size, Qos = spec.Qos, Tags = spec.Tags, CreatedAt = now,
                };
                db.DiskOfferings.Add(offering);
                db.Record(
                    now, caller.Actor, "disk-offering.created", "disk-offering", offering.Id, spec.Name, null,
                    $"Disk offering {spec.Name} was published.");
                return offering;
            },
            stop);
    }

    /// <summary>The offering with this id, or the one in use with this name.</summary>
    public Task<Outcome<DiskOffering>> FindAsync(string reference, CancellationToken stop) =>
        database.ReadAsync<Outcome<DiskOffering>>(
            async (db, cancel) => await FindAsync(db, reference, cancel).ConfigureAwait(false) is { } offering
                ? offering
                : References.NotFound(What, reference),
            stop);

    /// <summary>One page of the offerings in use.</summary>
    public Task<Outcome<PageOf<DiskOffering>>> ListAsync(PageRequest page, CancellationToken stop) =>
        database.ReadAsync((db, cancel) => db.DiskOfferings.Where(o => o.RetiredAt == null).PageAsync(page, cancel), stop);

    /// <summary>Hides an offering from new volumes; those that have it keep it. A repeat changes nothing.</summary>
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
                    now, caller.Actor, "disk-offering.retired", "disk-offering", offering.Id, offering.Name, null,
                    $"Disk offering {offering.Name} was hidden from new volumes.");
                return default(Nothing);
            },
            stop);

    private static Task<DiskOffering?> FindAsync(HeadgateDbContext db, string reference, CancellationToken stop) =>
        Guid.TryParse(reference, out var id)
            ? db.DiskOfferings.FirstOrDefaultAsync(o => o.Id == id, stop)
            : db.DiskOfferings.FirstOrDefaultAsync(o => o.Name == reference && o.RetiredAt == null, stop);

    private static List<string> ProblemsOf(DiskOfferingSpec spec) =>
    [
        .. OfferingRules.SizeProblems(spec.Size, spec.CustomSize),
        .. OfferingRules.QosProblems(spec.Qos),
        .. OfferingRules.TagProblems(spec.Tags),
    ];
}
