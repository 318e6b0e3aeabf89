using Headgate.Domain;
using Headgate.Operations.Telemetry;
using Headgate.Persistence;
using Headgate.Primitives;

namespace Headgate.Operations;

/// <summary>One operation, step by step.</summary>
public sealed partial class OperationEngine
{
    private async Task RunAsync(OperationDetails held)
    {
        using var work = OperationTelemetry.Begin(held.Operation);
        try
        {
            while (Progress.Current(held) is >= 0 and var index && held.Operation.LeaseOwner is not null)
            {
                var step = held.Steps[index];
                var (intended, acted, recorded) = step.Status is StepStatus.Undoing
                    ? ("undo-intended", "undo-acted", "undo-recorded")
                    : ("intended", "acted", "recorded");
                var place = $"{held.Operation.Kind}/{step.Name}/";

                await _faults.ReachAsync(place + intended, _stop.Token).ConfigureAwait(false);
                if (_stop.IsCancellationRequested) return; // intended, not tried: the next engine tries it
                using var attempt = OperationTelemetry.Begin(step);
                var result = await ActAsync(held, step).ConfigureAwait(false);
                OperationTelemetry.End(attempt, held.Operation, result);
                await _faults.ReachAsync(place + acted, _stop.Token).ConfigureAwait(false);

                // Journalled even while stopping: what happened is worth knowing.
                var next = await _journal.RecordAsync(held, result, CancellationToken.None).ConfigureAwait(false);
                LogStep(held.Operation.Kind, held.Operation.Id, step.Name, Told(result));
                await _faults.ReachAsync(place + recorded, _stop.Token).ConfigureAwait(false);
                if (next is null) return;
                held = next;
            }
            OperationTelemetry.End(work, held.Operation);
            if (held.Operation.Status is OperationStatus.Succeeded) LogSucceeded(held.Operation.Kind, held.Operation.Id);
            else if (held.Operation.HasEnded) LogFailed(held.Operation.Kind, held.Operation.Id, held.Operation.Fault);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The journal could not be written, or a test ended us here. The lease runs out and the step is tried again.
            LogRunFailed(e, held.Operation.Kind, held.Operation.Id);
        }
    }

    private static string Told(StepResult result) => result switch
    {
        StepResult.TryAgain again => again.Why,
        StepResult.ComeBack later => later.Why,
        _ => result.GetType().Name,
    };

    private async Task<StepResult> ActAsync(OperationDetails held, OperationStep journalled)
    {
        var step = _catalog.Get(held.Operation.Kind).Steps[journalled.Index];
        var undoing = journalled.Status is StepStatus.Undoing;
        var context = new StepContext(held.Operation, undoing ? journalled.UndoAttempts : journalled.Attempts);
        // The first step's undo is what sets the rows right, and asks no storage: it is never left out.
        if (undoing && held.Operation.AbandonRequested && journalled.Index > 0)
            return new StepResult.Advance("left as it is: the operation was abandoned; check its pool");
        try
        {
            return undoing
                ? await step.UndoAsync(context, _stop.Token).ConfigureAwait(false)
                : await step.RunAsync(context, _stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return new StepResult.TryAgain("the server stopped", TimeSpan.Zero);
        }
        catch (DatabaseUnavailableException e)
        {
            return new StepResult.ComeBack(e.Message, Retry.Pause(1)); // nobody's failure: not counted as an attempt
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A driver or a step broke its contract. What it did is not known, so it is a doubt first and a failure later,
            // and its undo looks before it acts.
            LogStepThrew(e, held.Operation.Kind, held.Operation.Id, journalled.Name);
            return undoing || context.Attempt < Retry.AttemptsBeforeGivingUp
                ? new StepResult.TryAgain($"internal error: {e.GetType().Name}", Retry.Pause(context.Attempt))
                : new StepResult.GiveUp(new Fault("internal-error",
                    $"Step {journalled.Name} of {held.Operation.Kind} failed {context.Attempt} times ({e.GetType().Name}); the server's log has the details.",
                    Recovery.AskOperator));
        }
    }
}
