using Headgate.Domain;
using Headgate.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Findings;

/// <summary>Operations on a pool's things that do not get on: tried over and over, or left by a server that nobody stands in for.</summary>
internal static class StuckOperations
{
    /// <summary>Attempts at one step from which on people are told: a quarter of an hour with the engine's pauses.</summary>
    public const int Attempts = 20;

    /// <summary>A lease that ran out this long ago was taken over by nobody; servers look every few seconds.</summary>
    public static readonly TimeSpan Abandoned = TimeSpan.FromMinutes(5);

    public static async Task<IReadOnlyList<CheckFinding>> OnAsync(HeadgateDbContext db, StoragePool pool, DateTimeOffset now, CancellationToken stop)
    {
        var before = now - Abandoned;
        var operations = await db.Operations
            .Where(o => o.Status == OperationStatus.Pending || o.Status == OperationStatus.Running || o.Status == OperationStatus.Undoing)
            .Where(o => o.SubjectId == pool.Id || db.Volumes.Any(v => v.Id == o.SubjectId && v.PoolId == pool.Id)
                || db.Snapshots.Any(s => s.Id == o.SubjectId && s.PoolId == pool.Id))
            .Where(o => (o.LeaseOwner != null && o.LeaseUntil < before) || db.OperationSteps.Any(s => s.OperationId == o.Id
                && ((s.Status == StepStatus.Running && s.Attempts >= Attempts) || (s.Status == StepStatus.Undoing && s.UndoAttempts >= Attempts))))
            .ToListAsync(stop).ConfigureAwait(false);
        var ids = operations.Select(o => o.Id).ToList();
        var steps = (await db.OperationSteps.Where(s => ids.Contains(s.OperationId) && (s.Status == StepStatus.Running || s.Status == StepStatus.Undoing))
            .ToListAsync(stop).ConfigureAwait(false)).ToLookup(s => s.OperationId);
        return [.. operations.Select(o => Of(o, steps[o.Id].FirstOrDefault()))];
    }

    private static CheckFinding Of(Operation operation, OperationStep? step) => new(
        CheckKinds.OperationStuck, operation.SubjectType == "volume" ? operation.SubjectId : null, null, "",
        $"Operation {operation.Id} ({operation.Kind} of {operation.SubjectType} {operation.SubjectId}) does not get on: step {step?.Name ?? "none"} was tried "
        + $"{Math.Max(step?.Attempts ?? 0, step?.UndoAttempts ?? 0)} times{(step?.Note is { } note ? $", last: {note}" : "")}.",
        $"It goes on by itself when its storage answers; at once with: headgate operation retry {operation.Id}. When the storage is gone for good: headgate operation abandon {operation.Id}")
    {
        Subject = operation.Id,
    };
}
