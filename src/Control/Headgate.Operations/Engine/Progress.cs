using Headgate.Domain;
using Headgate.Primitives;

namespace Headgate.Operations;

//  Pending ──claimed──▶ Running ──last step done──▶ Succeeded
//                          │
//                          │ a step gave up, or cancelled
//                          ▼
//                       Undoing ──first step undone──▶ Failed
//
// Steps: Pending ▶ Running (intended) ▶ Done; or ▶ Failed. Undo, newest first, from the step that failed: ▶ Undoing ▶ Undone.
// Exactly one step of an operation is Running or Undoing while it is under way: the one doubt that a crash can leave.

/// <summary>Where an operation stands after a result. Pure.</summary>
internal static class Progress
{
    /// <summary>The step that is intended, by its index; -1 when the operation has ended.</summary>
    public static int Current(OperationDetails held)
    {
        for (var i = 0; i < held.Steps.Count; i++)
            if (held.Steps[i].Status is StepStatus.Running or StepStatus.Undoing) return i;
        return -1;
    }

    /// <summary>
    /// True when both stand at the same attempt of the same step. Every claim counts an attempt, so a run whose operation
    /// was claimed again meanwhile finds itself outdated.
    /// </summary>
    public static bool IsSameRun(OperationDetails seen, OperationDetails stored)
    {
        var current = Current(seen);
        if (current < 0 || current != Current(stored)) return false;
        var (then, now) = (seen.Steps[current], stored.Steps[current]);
        return (then.Status, then.Attempts, then.UndoAttempts) == (now.Status, now.Attempts, now.UndoAttempts);
    }

    /// <summary>Taken up, for the first time or again: the intent counts one more attempt.</summary>
    public static OperationDetails Resume(OperationDetails held, OperationDefinition definition, DateTimeOffset now)
    {
        if (MustCancel(held.Operation, definition)) return BeginUndo(held, Cancelled(held.Operation), now);
        var current = Current(held);
        if (current < 0) return Intend(held with { Operation = held.Operation with { Status = OperationStatus.Running } }, 0, now);
        var step = held.Steps[current];
        return With(held, current, step.Status is StepStatus.Undoing
            ? step with { UndoAttempts = step.UndoAttempts + 1 }
            : step with { Attempts = step.Attempts + 1 });
    }

    /// <summary>After the current step answered <paramref name="result"/>.</summary>
    public static OperationDetails After(
        OperationDetails held, StepResult result, OperationDefinition definition, DateTimeOffset now)
    {
        var current = Current(held);
        var step = held.Steps[current];
        var undoing = step.Status is StepStatus.Undoing;
        return result switch
        {
            StepResult.Advance a when undoing => IntendUndo(
                With(held, current, step with { Status = StepStatus.Undone, Note = a.Note }), current - 1, now),
            StepResult.Advance a => Onward(
                With(held, current, step with { Status = StepStatus.Done, Note = a.Note }), current + 1, definition, now),
            // Who cancelled while the attempt was under way has woken nobody: there is nothing to wait for any more.
            StepResult.TryAgain t => Later(With(held, current, step with { Note = t.Why }), MustCancel(held.Operation, definition) ? now : now + t.After),
            StepResult.ComeBack c => Later(With(held, current, Uncounted(step) with { Note = c.Why }), MustCancel(held.Operation, definition) ? now : now + c.After),
            // An undo has nothing to fall back on, so it is tried until it is through.
            StepResult.GiveUp g when undoing => Later(
                With(held, current, step with { Note = g.Fault.ToString() }), now + Retry.Pause(step.UndoAttempts)),
            StepResult.GiveUp g => BeginUndo(
                With(held, current, step with { Status = StepStatus.Failed, Note = g.Fault.ToString() }), g.Fault, now),
            _ => throw new ArgumentOutOfRangeException(nameof(result)),
        };
    }

    /// <summary>Safe to count again: the lease tells runs apart as well, and one process never runs an operation twice.</summary>
    private static OperationStep Uncounted(OperationStep step) => step.Status is StepStatus.Undoing
        ? step with { UndoAttempts = step.UndoAttempts - 1 }
        : step with { Attempts = step.Attempts - 1 };

    private static OperationDetails Onward(OperationDetails held, int index, OperationDefinition definition, DateTimeOffset now)
    {
        if (index < held.Steps.Count && MustCancel(held.Operation, definition))
            return BeginUndo(held, Cancelled(held.Operation), now);
        return Intend(held, index, now);
    }

    private static OperationDetails Intend(OperationDetails held, int index, DateTimeOffset now) => index < held.Steps.Count
        ? With(held, index, held.Steps[index] with { Status = StepStatus.Running, Attempts = held.Steps[index].Attempts + 1 })
        : End(held, OperationStatus.Succeeded, now);

    private static OperationDetails BeginUndo(OperationDetails held, Fault why, DateTimeOffset now)
    {
        // A cancelled operation may stand at a step that was intended but not settled: that one is undone too.
        held = held with { Operation = held.Operation with { Status = OperationStatus.Undoing, Fault = why } };
        var newest = held.Steps.Count - 1;
        while (newest > 0 && held.Steps[newest].Status is StepStatus.Pending) newest--;
        return IntendUndo(held, newest, now);
    }

    private static OperationDetails IntendUndo(OperationDetails held, int index, DateTimeOffset now) => index >= 0
        ? With(held, index, held.Steps[index] with { Status = StepStatus.Undoing, UndoAttempts = held.Steps[index].UndoAttempts + 1 })
        : End(held, OperationStatus.Failed, now);

    private static OperationDetails Later(OperationDetails held, DateTimeOffset at) =>
        held with { Operation = held.Operation with { NotBefore = at, LeaseOwner = null, LeaseUntil = null } };

    private static OperationDetails End(OperationDetails held, OperationStatus status, DateTimeOffset now) =>
        held with { Operation = held.Operation with { Status = status, EndedAt = now, LeaseOwner = null, LeaseUntil = null } };

    private static OperationDetails With(OperationDetails held, int index, OperationStep step) =>
        held with { Steps = [.. held.Steps.Select((old, i) => i == index ? step : old)] };

    private static bool MustCancel(Operation operation, OperationDefinition definition) =>
        operation.Status is not OperationStatus.Undoing
        && (operation.AbandonRequested || (operation.CancelRequested && (definition.CanCancel || operation.Status is OperationStatus.Pending)));

    private static Fault Cancelled(Operation operation) => operation.AbandonRequested ? Abandoned(operation) : new(
        "operation-cancelled", $"{operation.Kind} was cancelled on request; ask for it again if it is still wanted.", Recovery.FixRequest);

    private static Fault Abandoned(Operation operation) => new(
        "operation-abandoned", $"{operation.Kind} was abandoned by an administrator; check its pool for what it may have left on the storage.", Recovery.AskOperator);
}
