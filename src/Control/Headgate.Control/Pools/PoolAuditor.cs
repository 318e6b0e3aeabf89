using Headgate.Domain;
using Headgate.Operations;
using Headgate.Persistence;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using Microsoft.EntityFrameworkCore;
using VolumeView = Headgate.Storage.Sdk.VolumeView;

namespace Headgate.Control;

/// <summary>What one comparison saw.</summary>
/// <param name="VolumesChecked">Volumes of ours that are not expunged.</param>
/// <param name="Foreign">Volumes of others.</param>
/// <param name="Findings">Seen twice while nothing was being done about them.</param>
/// <param name="Busy">What had work under way: nothing is known of these now.</param>
internal sealed record PoolAudit(
    int VolumesChecked, IReadOnlyList<VolumeView> Foreign, IReadOnlyList<CheckFinding> Findings, IReadOnlySet<Guid> Busy);

/// <summary>
/// Compares a pool with its storage. The two are read one after the other while work goes on, so a first look only suspects; what it
/// suspects is looked at again, and counts when it is there again and no operation on it was under way at any time of the second look.
/// </summary>
internal sealed class PoolAuditor(HeadgateDatabase database, StoreCache stores)
{
    public async Task<Outcome<PoolAudit>> AuditAsync(StoragePool pool, DriverCapabilities? can, CancellationToken stop)
    {
        var opened = await stores.OpenAsync(pool, stop).ConfigureAwait(false);
        if (opened is not Outcome<IPrimaryDataStore>.Done { Value: var store }) return opened.Problem!;
        if (store.Driver.Facet<IInventory>() is not { } inventory)
            return new Fault("unsupported", $"Provider {pool.Provider} cannot list what is on pool {pool.Name}, so it cannot be checked.", Recovery.FixRequest);
        var isPerHost = can?.AccessPerHost is Support.Native;
        var first = await LookAsync(pool, inventory, isPerHost, stop).ConfigureAwait(false);
        if (first is not Outcome<PoolAudit>.Done { Value: var suspected } || suspected.Findings.Count == 0) return first;

        if (suspected.Findings.Any(f => f.Kind is CheckKinds.Missing) && await OnAnotherStorageAsync(pool, store, stop).ConfigureAwait(false) is { } moved)
            return moved.Map(elsewhere => new PoolAudit(suspected.VolumesChecked, [], [elsewhere], EverythingOf(suspected)));
        var subjects = suspected.Findings.Select(f => f.Subject).OfType<Guid>().Distinct().ToList();
        var before = await WorkOnAsync(subjects, stop).ConfigureAwait(false);
        var second = await LookAsync(pool, inventory, isPerHost, stop).ConfigureAwait(false);
        if (second is not Outcome<PoolAudit>.Done { Value: var seen }) return second;
        var after = await WorkOnAsync(subjects, stop).ConfigureAwait(false);

        var restless = subjects.Where(s => before[s] != after[s] || before[s].UnderWay || after[s].UnderWay).ToHashSet();
        var again = suspected.Findings.Select(f => f.Identity).ToHashSet();
        var sure = seen.Findings.Where(f => again.Contains(f.Identity) && (f.Subject is not { } subject || !restless.Contains(subject))).ToList();
        return seen with { Findings = sure, Busy = suspected.Busy.Union(seen.Busy).Union(restless).ToHashSet() };
    }

    private async Task<Outcome<PoolAudit>> LookAsync(StoragePool pool, IInventory inventory, bool isPerHost, CancellationToken stop)
    {
        // Volumes with work under way differ from the storage by right; they are read before and after the listing.
        var busy = await BusyAsync(stop).ConfigureAwait(false);
        var listed = await inventory.ListAsync(stop).ConfigureAwait(false);
        if (listed is not Outcome<IReadOnlyList<VolumeView>>.Done { Value: var there }) return listed.Map<PoolAudit>(static _ => null!);
        busy.UnionWith(await BusyAsync(stop).ConfigureAwait(false));
        var (volumes, copies, accesses) = await database.ReadAsync(
            async (db, cancel) => (
                await db.Volumes.Where(v => v.PoolId == pool.Id).ToListAsync(cancel).ConfigureAwait(false),
                await db.TemplateCopies.Where(c => c.PoolId == pool.Id).ToListAsync(cancel).ConfigureAwait(false),
                await db.VolumeAccesses.Where(a => db.Volumes.Any(v => v.Id == a.VolumeId && v.PoolId == pool.Id)).ToListAsync(cancel).ConfigureAwait(false)),
            stop).ConfigureAwait(false);
        var findings = PoolComparison.Compare(
            volumes, copies, isPerHost ? accesses.ToLookup(a => a.VolumeId, a => a.InitiatorName) : null, there, busy);
        return new PoolAudit(volumes.Count(v => v.State is not VolumeState.Expunged), [.. there.Where(v => v.Key is null)], findings, busy);
    }

    /// <summary>What has work under way; and the other copies of volumes that are moved, which have keys of their own and no volume yet.</summary>
    internal static async Task<HashSet<Guid>> BusyAsync(HeadgateDbContext db, CancellationToken stop)
    {
        var held = await db.OperationSubjects.Select(s => s.SubjectId).ToListAsync(stop).ConfigureAwait(false);
        var copies = await db.VolumeMoves.Select(m => m.StorageKey).ToListAsync(stop).ConfigureAwait(false);
        return held.Concat(copies).ToHashSet();
    }

    private Task<HashSet<Guid>> BusyAsync(CancellationToken stop) => database.ReadAsync(BusyAsync, stop);

    /// <summary>How many operations there ever were on each, and whether one is under way: unchanged at both ends, none was in between.</summary>
    private Task<Dictionary<Guid, (int Operations, bool UnderWay)>> WorkOnAsync(List<Guid> subjects, CancellationToken stop) => database.ReadAsync(
        async (db, cancel) =>
        {
            var counts = await db.Operations.Where(o => subjects.Contains(o.SubjectId)).GroupBy(o => o.SubjectId)
                .Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancel).ConfigureAwait(false);
            var held = (await db.OperationSubjects.Where(s => subjects.Contains(s.SubjectId)).Select(s => s.SubjectId)
                .ToListAsync(cancel).ConfigureAwait(false)).ToHashSet();
            return subjects.ToDictionary(s => s, s => (counts.GetValueOrDefault(s), held.Contains(s)));
        },
        stop);

    /// <summary>
    /// Everything is missing where somebody put another array behind an address. Null when it is the storage that it always was; what that
    /// cannot be asked for is no news of any volume.
    /// </summary>
    private static async Task<Outcome<CheckFinding>?> OnAnotherStorageAsync(StoragePool pool, IPrimaryDataStore store, CancellationToken stop)
    {
        var asked = await store.LifeCycle.InitializeAsync(stop).ConfigureAwait(false);
        if (asked is not Outcome<PoolFacts>.Done { Value: var facts }) return asked.Map<CheckFinding>(static _ => null!);
        if (facts.BackendId == pool.BackendId) return null;
        return new CheckFinding(
            CheckKinds.BackendChanged, null, null, "", $"Pool {pool.Name} was added on {pool.BackendId}, and its settings lead to {facts.BackendId} now.",
            "No volume is given up for it. Put the address right, or bring the storage back under it.");
    }

    private static HashSet<Guid> EverythingOf(PoolAudit suspected) =>
        suspected.Busy.Union(suspected.Findings.Select(f => f.Subject).OfType<Guid>()).ToHashSet();
}
