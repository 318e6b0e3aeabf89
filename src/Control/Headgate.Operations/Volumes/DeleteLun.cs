using Headgate.Primitives;
using VolumeView = Headgate.Storage.Sdk.VolumeView;

namespace Headgate.Operations.Volumes;

/// <summary>Ends the volume on its array for good. Crash window: found absent, it was done before.</summary>
internal sealed class DeleteLun(ArrayDirectory arrays) : ForwardStep("delete-lun")
{
    public override async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var target = await arrays.VolumeAsync(context.SubjectId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedVolume>.Done { Value: var volume })
            return Retry.NotDone(target, context.Attempt);
        var sought = await volume.Driver.FindAsync(volume.Key, stop).ConfigureAwait(false);
        if (sought is not Outcome<VolumeView?>.Done found) return Retry.NotDone(sought, context.Attempt);
        if (found.Value is not { } there) return new StepResult.Advance("was not there");
        var gone = await volume.Driver.DeleteAsync(volume.Key, there.Handle, stop).ConfigureAwait(false);
        return Retry.After(gone, context.Attempt, _ => new StepResult.Advance($"deleted {there.Handle}"));
    }
}
