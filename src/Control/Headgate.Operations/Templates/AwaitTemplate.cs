using Headgate.Domain;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Operations.Templates;

/// <summary>Waits until the template is on the volume's pool. Where the storage does not clone there is nothing to wait for.</summary>
internal sealed class AwaitTemplate(ArrayDirectory arrays) : IOperationStep
{
    public string Name => "await-template";

    public async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var target = await arrays.VolumeAsync(context.SubjectId, stop).ConfigureAwait(false);
        // Looks are no attempts, however many it took until the copy was there.
        if (target.Problem is { Recovery: Recovery.RetryWithBackoff } passing) return new StepResult.TryAgain(passing.ToString(), Retry.Pause(context.Attempt));
        if (target is not Outcome<ReachedVolume>.Done { Value: var volume }) return Retry.NotDone(target, context.Attempt);
        if (volume.Driver.Facet<IClones>() is null) return new StepResult.Advance("written straight into the volume");
        var copy = await arrays.TemplateCopyAsync(volume.Volume.FromTemplateId!.Value, volume.Pool.Id, stop).ConfigureAwait(false);
        if (copy is { State: TemplateCopyState.Ready })
        {
            // Cloned from what was cut, a volume would read as zeros where its content should be.
            var sought = await volume.Driver.FindAsync(new ObjectKey(copy.Id), stop).ConfigureAwait(false);
            return Retry.After(sought, context.Attempt, view => CopyOnStorage.IsWhole(view, copy)
                ? new StepResult.Advance($"ready as {copy.Handle}")
                : new StepResult.GiveUp(Lost(volume.Pool)));
        }
        return copy switch
        {
            { State: TemplateCopyState.Making } => new StepResult.TryAgain($"the template is being written to pool {volume.Pool.Name}", Retry.Pause(context.Attempt)),
            _ => new StepResult.GiveUp(new Fault(
                copy?.Cause?.Code ?? "template-not-copied",
                $"The template could not be written to pool {volume.Pool.Name}: its copy {(copy is null ? "was taken away" : "failed, and the template's event says why")}. The next volume that is asked for tries again.",
                Recovery.AskOperator)),
        };
    }

    private static Fault Lost(StoragePool pool) => new(
        FaultCodes.VolumeNotFound, $"The template's copy on pool {pool.Name} is gone or damaged. The next volume that is asked for makes it again.", Recovery.AskOperator);

    /// <summary>Where the storage did not find what it was to clone, the copy is looked for: one that is gone or damaged is made again by the next volume.</summary>
    public async ValueTask<StepResult> UndoAsync(StepContext context, CancellationToken stop)
    {
        var nothing = new StepResult.Advance("nothing to take back");
        if (context.Cause.Code != FaultCodes.VolumeNotFound) return nothing;
        var target = await arrays.VolumeAsync(context.SubjectId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedVolume>.Done { Value: var volume }) return Retry.NotUndone(target, context.Attempt);
        var copy = await arrays.TemplateCopyAsync(volume.Volume.FromTemplateId!.Value, volume.Pool.Id, stop).ConfigureAwait(false);
        if (copy is not { State: TemplateCopyState.Ready }) return nothing;
        var sought = await volume.Driver.FindAsync(new ObjectKey(copy.Id), stop).ConfigureAwait(false);
        if (sought is not Outcome<VolumeView?>.Done found) return Retry.NotUndone(sought, context.Attempt);
        return CopyOnStorage.IsWhole(found.Value, copy) ? nothing : new StepResult.Advance("the copy is gone from the storage or damaged", async (db, _, cancel) =>
        {
            var row = await db.TemplateCopies.SingleOrDefaultAsync(c => c.Id == copy.Id && c.Version == copy.Version, cancel).ConfigureAwait(false);
            if (row is null) return; // made again since, perhaps: what was found says nothing of that one
            var lost = row.Lost(new Cause(FaultCodes.VolumeNotFound, "It was deleted or damaged on the storage."));
            db.Put(await CopyOnStorage.ReserveAsync(db, lost, default, cancel).ConfigureAwait(false));
        });
    }

    /// <summary>For the steps that write: the volume itself, where the storage does not clone.</summary>
    public static SeekTarget Seek(ArrayDirectory arrays) => async (context, stop) =>
    {
        var target = await arrays.VolumeAsync(context.SubjectId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedVolume>.Done { Value: var volume }) return target.Map<WriteTarget?>(_ => null);
        if (volume.Driver.Facet<IClones>() is not null) return new Outcome<WriteTarget?>.Done(null);
        var template = await arrays.TemplateAsync(volume.Volume.FromTemplateId!.Value, stop).ConfigureAwait(false);
        var pool = await arrays.PoolAsync(volume.Pool.Id, stop).ConfigureAwait(false);
        return pool.Map<WriteTarget?>(reached => new WriteTarget(template, volume.Volume.AccountId, reached, volume.Key, volume.Handle));
    };
}
