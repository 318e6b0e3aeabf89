using Headgate.Domain;
using Headgate.Operations;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control;

/// <summary>POST /operations/{id}/retry: what waits for its next attempt makes it now.</summary>
public sealed class HurryOperation(HeadgateDatabase database, OperationFeed feed, TimeProvider time)
{
    public Task<Outcome<OperationDetails>> ExecuteAsync(Caller caller, Guid id, CancellationToken stop) => OperationChange.MakeAsync(
        database, feed, caller, id,
        (operation, _) => operation.HasEnded
            ? new Fault("operation-ended",
                $"{operation.Kind} has {operation.Status.ToString().ToLowerInvariant()}; what it was about is as if it had not been asked for, or done. Ask for it again if it is still wanted.",
                Recovery.FixRequest)
            : operation with { NotBefore = null },
        operation => ("operation.retry-requested", $"Trying {operation.Kind} again at once was asked for."), time, stop);
}

/// <summary>
/// POST /operations/{id}/abandon, for admins: an operation whose storage will never answer again is undone in the database without it, so
/// that nothing waits for it any more. What may be left on the storage is for a pool check to find.
/// </summary>
public sealed class AbandonOperation(HeadgateDatabase database, OperationFeed feed, TimeProvider time)
{
    /// <summary>Attempts that a step must have had: what never failed is not stuck.</summary>
    public const int LeastAttempts = 2;

    public async Task<Outcome<OperationDetails>> ExecuteAsync(Caller caller, Guid id, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.MayNot("abandonOperation") is { } refusal) return refusal;
        return await OperationChange.MakeAsync(
            database, feed, caller, id, Abandoned,
            operation => ("operation.abandon-requested", $"Abandoning {operation.Kind} was asked for: its storage is not asked any more."), time, stop).ConfigureAwait(false);
    }

    private static Outcome<Operation> Abandoned(Operation operation, IReadOnlyList<OperationStep> steps)
    {
        if (operation.HasEnded)
            return new Fault("operation-ended", $"{operation.Kind} has {operation.Status.ToString().ToLowerInvariant()}; there is nothing to abandon.", Recovery.FixRequest);
        var tried = steps.Where(s => s.Status is StepStatus.Running or StepStatus.Undoing).Select(s => Math.Max(s.Attempts, s.UndoAttempts)).DefaultIfEmpty(0).Max();
        return tried < LeastAttempts
            ? new Fault("operation-not-stuck",
                $"{operation.Kind} is {operation.Status.ToString().ToLowerInvariant()} and was tried {tried} time(s); let it run, or cancel it. Abandoning leaves things on the storage.",
                Recovery.FixRequest)
            : operation with { AbandonRequested = true, NotBefore = null };
    }
}

internal static class OperationChange
{
    /// <summary>Finds, changes and wakes.</summary>
    public static async Task<Outcome<OperationDetails>> MakeAsync(
        HeadgateDatabase database, OperationFeed feed, Caller caller, Guid id, Func<Operation, IReadOnlyList<OperationStep>, Outcome<Operation>> change,
        Func<Operation, (string Code, string Message)> told, TimeProvider time, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        var outcome = await database.WriteAsync<Outcome<OperationDetails>>(
            async (db, cancel) =>
            {
                var operation = await db.Operations.SingleOrDefaultAsync(o => o.Id == id, cancel).ConfigureAwait(false);
                if (operation is null || !caller.MaySee(operation.AccountId)) return References.NotFound("operation", id.ToString());
                var steps = await db.OperationSteps.Where(s => s.OperationId == id).OrderBy(s => s.Index).ToListAsync(cancel).ConfigureAwait(false);
                var changed = change(operation, steps);
                if (changed is not Outcome<Operation>.Done { Value: var next }) return changed.Problem!;
                db.Put(next);
                var (code, message) = told(operation);
                db.Record(time.GetUtcNow(), caller.Actor, code, operation.SubjectType, operation.SubjectId, null, operation.AccountId, message);
                return new OperationDetails(next, steps);
            },
            stop).ConfigureAwait(false);
        if (outcome.IsDone) feed.Wake(id);
        return outcome;
    }
}
