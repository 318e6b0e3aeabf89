using Headgate.Domain;
using Headgate.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Operations;

/// <summary>
/// The transactions of the engine. Each journals a result together with what follows from it and the intent of the next
/// step, so a crash between two of them leaves one doubt only: whether the last intended step happened.
/// </summary>
internal sealed class OperationJournal(HeadgateDatabase database, OperationCatalog catalog, OperationFeed feed, TimeProvider time, string owner)
{
    /// <summary>Whether other servers write to the same database.</summary>
    public bool IsShared => database.IsShared;

    /// <summary>As whom this engine holds leases.</summary>
    public string Owner => owner;

    /// <summary>The operation with its steps in order; null when there is none.</summary>
    public static async Task<OperationDetails?> LoadAsync(HeadgateDbContext db, Guid id, CancellationToken stop)
    {
        var operation = await db.Operations.SingleOrDefaultAsync(o => o.Id == id, stop).ConfigureAwait(false);
        if (operation is null) return null;
        var steps = await db.OperationSteps.Where(s => s.OperationId == id).OrderBy(s => s.Index).ToListAsync(stop).ConfigureAwait(false);
        return new OperationDetails(operation, steps);
    }

    /// <summary>
    /// Takes up to <paramref name="most"/> operations that are due, that nobody works on and that have no earlier one before
    /// them on any of their subjects, and journals the intent of the step at which each stands. Never one of
    /// <paramref name="running"/>: what this process still works on is not free, even when its lease could not be renewed in time.
    /// </summary>
    public Task<IReadOnlyList<OperationDetails>> ClaimAsync(int most, TimeSpan lease, IReadOnlyCollection<Guid> running, CancellationToken stop) =>
        database.WriteAsync<IReadOnlyList<OperationDetails>>(
            async (db, cancel) =>
            {
                var now = time.GetUtcNow();
                var due = await Due(db, running, now)
                    .OrderBy(o => o.Id).Take(most).Select(o => o.Id).ToListAsync(cancel).ConfigureAwait(false);
                var claimed = new List<OperationDetails>(due.Count);
                foreach (var id in due)
                {
                    var held = (await LoadAsync(db, id, cancel).ConfigureAwait(false))!;
                    held = held with { Operation = held.Operation with { LeaseOwner = owner, LeaseUntil = now + lease, NotBefore = null } };
                    claimed.Add(Store(db, held, Progress.Resume(held, catalog.Get(held.Operation.Kind), now)));
                }
                return claimed;
            },
            stop);

    /// <summary>
    /// Whether there is anything to claim. For a database that is shared: a look costs the others nothing, a claim their turn to write.
    /// </summary>
    public Task<bool> IsAnyDueAsync(IReadOnlyCollection<Guid> running, CancellationToken stop) =>
        database.ReadAsync((db, cancel) => Due(db, running, time.GetUtcNow()).AnyAsync(cancel), stop);

    /// <summary>When the next operation that nobody works on falls due; null when none will.</summary>
    public Task<DateTimeOffset?> NextDueAsync(CancellationToken stop) => database.ReadAsync<DateTimeOffset?>(
        async (db, cancel) =>
        {
            var retry = await Unfinished(db).Where(o => o.LeaseOwner == null).MinAsync(o => o.NotBefore, cancel).ConfigureAwait(false);
            var lease = await Unfinished(db).Where(o => o.LeaseOwner != null && o.LeaseOwner != owner)
                .MinAsync(o => o.LeaseUntil, cancel).ConfigureAwait(false);
            return retry is null || lease < retry ? lease ?? retry : retry;
        },
        stop);

    /// <summary>
    /// Journals a step's result, and what follows. Null when somebody else goes on with it: the lease was lost, or the step
    /// was taken up again since. A result whose commit is refused is journalled as that refusal.
    /// </summary>
    public async Task<OperationDetails?> RecordAsync(OperationDetails seen, StepResult result, CancellationToken stop)
    {
        OperationDetails? stored;
        try
        {
            stored = await WriteAsync(seen, result, stop).ConfigureAwait(false);
        }
        catch (CommitRefusedException refused)
        {
            stored = await WriteAsync(seen, new StepResult.GiveUp(refused.Fault), stop).ConfigureAwait(false);
        }
        feed.Changed(seen.Operation.Id);
        return stored;
    }

    private Task<OperationDetails?> WriteAsync(OperationDetails seen, StepResult result, CancellationToken stop) =>
        database.WriteAsync(
            async (db, cancel) =>
            {
                var held = await LoadAsync(db, seen.Operation.Id, cancel).ConfigureAwait(false);
                if (held is null || held.Operation.LeaseOwner != owner || !Progress.IsSameRun(seen, held)) return null;
                var now = time.GetUtcNow();
                var commit = result switch { StepResult.Advance a => a.Commit, StepResult.ComeBack c => c.Commit, _ => null };
                if (commit is not null) await commit(db, now, cancel).ConfigureAwait(false);
                var next = Progress.After(held, result, catalog.Get(held.Operation.Kind), now);
                if (next.Operation.HasEnded)
                {
                    db.OperationSubjects.RemoveRange(
                        await db.OperationSubjects.Where(s => s.OperationId == held.Operation.Id).ToListAsync(cancel).ConfigureAwait(false));
                }
                return Store(db, held, next);
            },
            stop);

    /// <summary>
    /// Makes the leases of <paramref name="running"/> last until <paramref name="lease"/> from now. Of those only: the lease
    /// of a run that ended without a journal entry has to expire, or nobody would ever take it up again.
    /// </summary>
    public Task RenewAsync(TimeSpan lease, IReadOnlyCollection<Guid> running, CancellationToken stop) => database.WriteAsync(
        async (db, cancel) =>
        {
            var mine = Unfinished(db).Where(o => o.LeaseOwner == owner && running.Contains(o.Id));
            foreach (var held in await mine.ToListAsync(cancel).ConfigureAwait(false))
                db.Put(held with { LeaseUntil = time.GetUtcNow() + lease });
        },
        stop);

    /// <summary>
    /// Frees what <paramref name="ownerPrefix"/> holds: at start what an earlier life of this server left behind, at the end
    /// what this one did not finish.
    /// </summary>
    public Task<int> ReleaseAsync(string ownerPrefix, CancellationToken stop) => database.WriteAsync(
        async (db, cancel) =>
        {
            var left = await Unfinished(db).Where(o => o.LeaseOwner != null && o.LeaseOwner.StartsWith(ownerPrefix))
                .ToListAsync(cancel).ConfigureAwait(false);
            foreach (var held in left) db.Put(held with { LeaseOwner = null, LeaseUntil = null });
            return left.Count;
        },
        stop);

    private static IQueryable<Operation> Due(HeadgateDbContext db, IReadOnlyCollection<Guid> running, DateTimeOffset now) => Unfinished(db)
        .Where(o => !running.Contains(o.Id))
        .Where(o => o.NotBefore == null || o.NotBefore <= now)
        .Where(o => o.LeaseOwner == null || o.LeaseUntil <= now)
        .Where(o => !db.OperationSubjects.Any(mine => mine.OperationId == o.Id && db.OperationSubjects.Any(
            other => other.SubjectId == mine.SubjectId && other.Position < mine.Position && other.OperationId != o.Id)));

    private static IQueryable<Operation> Unfinished(HeadgateDbContext db) => db.Operations.Where(o =>
        o.Status == OperationStatus.Pending || o.Status == OperationStatus.Running || o.Status == OperationStatus.Undoing);

    private static OperationDetails Store(HeadgateDbContext db, OperationDetails before, OperationDetails after)
    {
        db.Put(after.Operation);
        foreach (var (old, step) in before.Steps.Zip(after.Steps))
            if (old != step) db.OperationSteps.Update(step);
        return after;
    }
}
