using Headgate.Domain;
using Headgate.Operations;
using Headgate.Persistence;
using Headgate.Plugins;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Offerings;

/// <summary>What became of one volume, or would.</summary>
/// <param name="Volume">As it is.</param>
/// <param name="Account">Whose.</param>
/// <param name="FromVersion">The version that it has.</param>
/// <param name="Change">What changes; null where nothing can.</param>
/// <param name="Problem">Why not.</param>
/// <param name="OperationId">What carries it out; null in a dry run.</param>
public sealed record RollOutLine(Volume Volume, string Account, int FromVersion, PlannedChange? Change, Fault? Problem, Guid? OperationId);

/// <summary>A page of volumes on their way to the current version.</summary>
public sealed record RollOut(DiskOffering Offering, IReadOnlyList<RollOutLine> Lines, string? NextCursor);

/// <summary>
/// POST /disk-offerings/{ref}/roll-out: moves volumes that have an earlier version of an offering to its current one, each by an operation of
/// its own. One that does not fit is named with the reason and keeps what it has.
/// </summary>
public sealed class RollOutOffering(HeadgateDatabase database, OperationStarter starter, IProviderCatalog providers, TimeProvider time)
{
    /// <param name="caller">An admin.</param>
    /// <param name="reference">The offering.</param>
    /// <param name="volumeReference">One volume; null for all.</param>
    /// <param name="page">Which of them.</param>
    /// <param name="stop">Cancels; what was begun goes on.</param>
    public async Task<Outcome<RollOut>> ExecuteAsync(Caller caller, string reference, string? volumeReference, PageRequest page, CancellationToken stop)
    {
        var asked = await SelectAsync(caller, reference, volumeReference, page, stop).ConfigureAwait(false);
        if (asked is not Outcome<Selection>.Done { Value: var selection }) return asked.Problem!;
        var lines = new List<RollOutLine>();
        foreach (var volume in selection.Volumes)
        {
            PlannedChange? plan = null;
            var begun = await starter.StartAsync(
                caller.Actor, null, OperationInput.Fingerprint(OperationKinds.VolumeChangeOffering, new { volume.Id, selection.Offering.Number }),
                async (db, now, cancel) =>
                {
                    var decided = await DecideAsync(db, caller, volume.Id, selection.Offering, now, cancel).ConfigureAwait(false);
                    if (decided is Outcome<(NewOperation Operation, PlannedChange Plan)>.Done done) plan = done.Value.Plan;
                    return decided.Map(d => d.Operation);
                },
                stop).ConfigureAwait(false);
            lines.Add(selection.Line(volume, begun.IsDone ? plan : null, begun.Problem, begun is Outcome<OperationDetails>.Done { Value: var started } ? started.Operation.Id : null));
        }
        return new RollOut(selection.Offering, lines, selection.NextCursor);
    }

    /// <summary>What would happen, volume after volume: each on top of those before it on the page, so that the page as a whole fits or is told where not.</summary>
    public async Task<Outcome<RollOut>> RehearseAsync(Caller caller, string reference, string? volumeReference, PageRequest page, CancellationToken stop)
    {
        var asked = await SelectAsync(caller, reference, volumeReference, page, stop).ConfigureAwait(false);
        if (asked is not Outcome<Selection>.Done { Value: var selection }) return asked.Problem!;
        var lines = await database.RehearseAsync(
            async (db, cancel) =>
            {
                var said = new List<RollOutLine>();
                foreach (var volume in selection.Volumes)
                {
                    var decided = await DecideAsync(db, caller, volume.Id, selection.Offering, time.GetUtcNow(), cancel).ConfigureAwait(false);
                    if (decided.IsDone) await db.SaveChangesAsync(cancel).ConfigureAwait(false);
                    else db.ChangeTracker.Clear();
                    said.Add(selection.Line(
                        volume, decided is Outcome<(NewOperation Operation, PlannedChange Plan)>.Done done ? done.Value.Plan : null, decided.Problem, null));
                }
                return said;
            },
            stop).ConfigureAwait(false);
        return new RollOut(selection.Offering, lines, selection.NextCursor);
    }

    private async Task<Outcome<(NewOperation Operation, PlannedChange Plan)>> DecideAsync(
        HeadgateDbContext db, Caller caller, Guid volumeId, DiskOffering offering, DateTimeOffset now, CancellationToken stop)
    {
        var volume = await db.Volumes.SingleAsync(v => v.Id == volumeId, stop).ConfigureAwait(false);
        return await OfferingChange.DecideAsync(db, providers, caller, volume, offering, now, stop).ConfigureAwait(false);
    }

    private async Task<Outcome<Selection>> SelectAsync(Caller caller, string reference, string? volumeReference, PageRequest page, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.MayNot("rollOutDiskOffering") is { } refusal) return refusal;
        return await database.ReadAsync<Outcome<Selection>>(
            async (db, cancel) =>
            {
                var found = await VolumePlanner.FindOfferingAsync(db, caller, reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<DiskOffering>.Done { Value: var offering }) return found.Problem!;
                // Retired or superseded: said once, instead of once for each volume.
                if (offering.RetiredAt is not null || offering.SupersededAt is not null)
                    return OfferingResolution.Resolve(offering, new TenantChoice()).Problem!;
                var numbers = await db.DiskOfferings.Where(o => o.FirstId == offering.FirstId && o.Id != offering.Id)
                    .ToDictionaryAsync(o => o.Id, o => o.Number, cancel).ConfigureAwait(false);
                var earlier = numbers.Keys.ToList();
                var query = db.Volumes.Where(v => earlier.Contains(v.DiskOfferingId)
                    && v.State != VolumeState.Expunged && v.State != VolumeState.Expunging && v.State != VolumeState.Deleted);
                if (volumeReference is not null)
                {
                    var one = await db.FindVolumeAsync(caller, volumeReference, cancel).ConfigureAwait(false);
                    if (one is not Outcome<Volume>.Done { Value: var only }) return one.Problem!;
                    query = query.Where(v => v.Id == only.Id);
                }
                var paged = await query.PageAsync(page, cancel).ConfigureAwait(false);
                if (paged is not Outcome<PageOf<Volume>>.Done { Value: var volumes }) return paged.Problem!;
                var accountIds = volumes.Items.Select(v => v.AccountId).Distinct().ToList();
                var accounts = await db.Accounts.Where(a => accountIds.Contains(a.Id)).NamesAsync(cancel).ConfigureAwait(false);
                return new Selection(offering, volumes.Items, volumes.NextCursor, accounts, numbers);
            },
            stop).ConfigureAwait(false);
    }

    private sealed record Selection(
        DiskOffering Offering, IReadOnlyList<Volume> Volumes, string? NextCursor, Dictionary<Guid, string> Accounts, Dictionary<Guid, int> Numbers)
    {
        public RollOutLine Line(Volume volume, PlannedChange? change, Fault? problem, Guid? operationId) =>
            new(volume, Accounts[volume.AccountId], Numbers[volume.DiskOfferingId], change, problem, operationId);
    }
}
