using Headgate.Domain;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Operations.Volumes;

/// <summary>
/// Grows the volume on its array. What is grown stays grown, so the undo takes nothing back there: it records the size that
/// the array really has, or the ledger would give away the difference a second time.
/// </summary>
internal sealed class GrowLun(ArrayDirectory arrays) : IOperationStep
{
    public string Name => "grow-lun";

    public async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var size = new ByteSize(context.Input<ResizeInput>().SizeBytes);
        var target = await arrays.VolumeAsync(context.SubjectId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedVolume>.Done { Value: var volume })
            return Retry.NotDone(target, context.Attempt);
        if (volume.Driver.Facet<IResize>() is not { } resize) return new StepResult.GiveUp(ArrayDirectory.Lacks(volume.Pool, "grow a volume"));
        var grown = await resize.ResizeAsync(volume.Key, volume.Handle, size, stop).ConfigureAwait(false);
        return Retry.After(grown, context.Attempt, view => new StepResult.Advance($"{view.Size}"));
    }

    public async ValueTask<StepResult> UndoAsync(StepContext context, CancellationToken stop)
    {
        var target = await arrays.VolumeAsync(context.SubjectId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedVolume>.Done { Value: var volume })
            return Retry.NotUndone(target, context.Attempt);
        var sought = await volume.Driver.FindAsync(volume.Key, stop).ConfigureAwait(false);
        return Retry.AfterUndo(sought, context.Attempt, found => found is null
            ? new StepResult.Advance("the volume is gone") // the pool check reports it
            : new StepResult.Advance($"stays at {found.Size}", Keep(context, found.Size)));
    }

    /// <summary>Still resizing: the reservation follows the size when the undo of the first step ends that state.</summary>
    private static StepCommit Keep(StepContext context, ByteSize there) => async (db, _, stop) =>
    {
        var row = await db.Volumes.SingleAsync(v => v.Id == context.SubjectId, stop).ConfigureAwait(false);
        if (row.State is VolumeState.Resizing && there > row.Size) db.Put(row with { Size = there });
    };
}
