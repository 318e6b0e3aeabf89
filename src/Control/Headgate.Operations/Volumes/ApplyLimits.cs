using Headgate.Domain;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using VolumeView = Headgate.Storage.Sdk.VolumeView;

namespace Headgate.Operations.Volumes;

/// <summary>Sets new limits on the array, live; its undo sets the old ones, which the row keeps until the operation's end.</summary>
internal sealed class ApplyLimits(ArrayDirectory arrays, Func<StepContext, IReadOnlyList<Promise>> wanted) : IOperationStep
{
    public string Name => "apply-limits";

    public async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var outcome = await SetAsync(context, _ => wanted(context), stop).ConfigureAwait(false);
        return Retry.After(outcome, context.Attempt, view => new StepResult.Advance(view is null ? "as before" : view.Qos.ToString()));
    }

    public async ValueTask<StepResult> UndoAsync(StepContext context, CancellationToken stop)
    {
        var outcome = await SetAsync(context, volume => volume.Promises, stop, force: true).ConfigureAwait(false);
        // A volume that is gone from its array has no limits to put back; the pool check reports it.
        if (outcome is Outcome<VolumeView?>.Refused { Fault.Code: FaultCodes.VolumeNotFound }) return new StepResult.Advance("the volume is gone");
        return Retry.AfterUndo(outcome, context.Attempt, _ => new StepResult.Advance("as before"));
    }

    private async Task<Outcome<VolumeView?>> SetAsync(
        StepContext context, Func<Volume, IReadOnlyList<Promise>> choose, CancellationToken stop, bool force = false)
    {
        var target = await arrays.VolumeAsync(context.SubjectId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedVolume>.Done { Value: var volume }) return target.Problem!;
        var (qos, before) = (choose(volume.Volume).ForStorage(), volume.Volume.Promises.ForStorage());
        if (volume.Driver.Facet<IQosControl>() is not { } control)
            return force || qos == before ? (VolumeView?)null : ArrayDirectory.Lacks(volume.Pool, "change limits of a volume that exists");
        var set = await control.SetQosAsync(volume.Key, volume.Handle, qos, stop).ConfigureAwait(false);
        return set.Map(view => (VolumeView?)view);
    }
}
