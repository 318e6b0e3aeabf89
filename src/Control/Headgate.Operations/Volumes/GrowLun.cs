using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Operations.Volumes;

/// <summary>Grows the volume on its array. Not taken back: what is grown stays grown, and everything that can fail comes before.</summary>
internal sealed class GrowLun(ArrayDirectory arrays) : ForwardStep("grow-lun")
{
    public override async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var size = new ByteSize(context.Input<ResizeInput>().SizeBytes);
        var target = await arrays.VolumeAsync(context.SubjectId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedVolume>.Done { Value: var volume })
            return Retry.After(target, context.Attempt, _ => new StepResult.Advance(""));
        if (volume.Driver is not IResize resize) return new StepResult.GiveUp(ArrayDirectory.Lacks(volume.Pool, "grow a volume"));
        var grown = await resize.ResizeAsync(volume.Key, volume.Handle, size, stop).ConfigureAwait(false);
        return Retry.After(grown, context.Attempt, view => new StepResult.Advance($"{view.Size}"));
    }
}
