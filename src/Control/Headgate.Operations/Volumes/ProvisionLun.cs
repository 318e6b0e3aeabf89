using Headgate.Domain;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using Microsoft.EntityFrameworkCore;
using VolumeView = Headgate.Storage.Sdk.VolumeView;

namespace Headgate.Operations.Volumes;

/// <summary>
/// Makes the volume on its array, empty or as a copy (of a template: of the template's copy there; see <see cref="Templates.AwaitTemplate"/>). Crash windows: before the call (nothing there, it is made now) and
/// after it (found by its key, taken as it is).
/// </summary>
internal sealed class ProvisionLun(ArrayDirectory arrays) : IOperationStep
{
    public string Name => "provision-lun";

    public async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var target = await arrays.VolumeAsync(context.SubjectId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedVolume>.Done { Value: var volume })
            return Retry.NotDone(target, context.Attempt);

        // A repeat asks before it acts: an earlier run may have made the volume and then lost the answer.
        if (context.Attempt > 1)
        {
            var earlier = await volume.Driver.FindAsync(volume.Key, stop).ConfigureAwait(false);
            if (earlier is not Outcome<VolumeView?>.Done found) return Retry.NotDone(earlier, context.Attempt);
            // A copy may still be running: asking for it again with the same key waits for its end.
            if (found.Value is { Problem: null } made && !IsCopy(volume.Volume, volume.Driver)) return Made("found", context, made);
        }
        var outcome = await MakeAsync(volume, stop).ConfigureAwait(false);
        return Retry.After(outcome, context.Attempt, made => Made("made", context, made));
    }

    public async ValueTask<StepResult> UndoAsync(StepContext context, CancellationToken stop)
    {
        var target = await arrays.VolumeAsync(context.SubjectId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedVolume>.Done { Value: var volume })
            return Retry.NotUndone(target, context.Attempt);
        var sought = await volume.Driver.FindAsync(volume.Key, stop).ConfigureAwait(false);
        if (sought is not Outcome<VolumeView?>.Done found)
            return Retry.NotUndone(sought, context.Attempt); // a doubt is not an absence
        if (found.Value is not { } there) return new StepResult.Advance("nothing was there");
        var gone = await volume.Driver.DeleteAsync(volume.Key, there.Handle, stop).ConfigureAwait(false);
        return Retry.AfterUndo(gone, context.Attempt, _ => new StepResult.Advance($"deleted {there.Handle}"));
    }

    private static StepResult.Advance Made(string how, StepContext context, VolumeView made) => new(
        $"{how} {made.Handle}",
        async (db, _, stop) =>
        {
            var volume = await db.Volumes.SingleAsync(v => v.Id == context.SubjectId, stop).ConfigureAwait(false);
            db.Put(volume with { Handle = made.Handle.Value });
        });

    private async Task<Outcome<VolumeView>> MakeAsync(ReachedVolume target, CancellationToken stop)
    {
        var (volume, driver) = (target.Volume, target.Driver);
        var spec = new VolumeSpec(volume.Name, volume.Size, volume.Promises.ForStorage()) { AccountId = volume.AccountId };
        if (!IsCopy(volume, driver)) return await driver.CreateAsync(target.Key, spec, stop).ConfigureAwait(false);
        if (driver.Facet<IClones>() is not { } clones) return ArrayDirectory.Lacks(target.Pool, "make a volume from another");

        if (volume.FromTemplateId is { } templateId)
        {
            var copy = await arrays.TemplateCopyAsync(templateId, volume.PoolId, stop).ConfigureAwait(false);
            return copy is { State: TemplateCopyState.Ready, Handle: { } original }
                ? await clones.CloneAsync(target.Key, spec, new VolumeHandle(original), null, stop).ConfigureAwait(false)
                : new Fault("template-not-copied", $"The template is not on pool {target.Pool.Name} any more; ask for the volume again.", Recovery.AskOperator);
        }
        if (volume.FromSnapshotId is not { } snapshotId)
        {
            var source = await arrays.VolumeAsync(volume.FromVolumeId!.Value, stop).ConfigureAwait(false);
            return source is Outcome<ReachedVolume>.Done { Value: var from }
                ? await clones.CloneAsync(target.Key, spec, from.Handle, null, stop).ConfigureAwait(false)
                : source.Problem!;
        }
        var snapshot = await arrays.SnapshotAsync(snapshotId, stop).ConfigureAwait(false);
        var owner = await arrays.VolumeAsync(snapshot.VolumeId, stop).ConfigureAwait(false);
        return owner is Outcome<ReachedVolume>.Done { Value: var of }
            ? await clones.CloneAsync(target.Key, spec, of.Handle, new SnapshotHandle(snapshot.Handle!), stop).ConfigureAwait(false)
            : owner.Problem!;
    }

    /// <summary>A template's content is written into an empty volume where the storage does not clone.</summary>
    private static bool IsCopy(Volume volume, IPrimaryDataStoreDriver driver) => (volume.FromSnapshotId ?? volume.FromVolumeId) is not null
        || (volume.FromTemplateId is not null && driver.Facet<IClones>() is not null);
}
