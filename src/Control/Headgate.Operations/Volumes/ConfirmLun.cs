using Headgate.Domain;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using VolumeView = Headgate.Storage.Sdk.VolumeView;

namespace Headgate.Operations.Volumes;

/// <summary>Reads the volume back and compares it with what was granted: a required limit that the array did not take fails the operation.</summary>
/// <param name="arrays">Finds drivers.</param>
/// <param name="promised">What shall hold.</param>
/// <param name="commit">What to record, given the array's view and the promises with what is applied.</param>
internal sealed class ConfirmLun(
    ArrayDirectory arrays, Func<StepContext, Volume, IReadOnlyList<Promise>> promised,
    Func<StepContext, VolumeView, IReadOnlyList<Promise>, StepCommit> commit) : ForwardStep("confirm")
{
    public override async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var target = await arrays.VolumeAsync(context.SubjectId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedVolume>.Done { Value: var volume })
            return Retry.NotDone(target, context.Attempt);
        var sought = await volume.Driver.FindAsync(volume.Key, stop).ConfigureAwait(false);
        return Retry.After(sought, context.Attempt, found =>
        {
            if (found is null)
                return new StepResult.GiveUp(new Fault(FaultCodes.VolumeNotFound,
                    $"Pool {volume.Pool.Name} does not have volume {volume.Volume.Name} ({volume.Volume.Handle}) that it was asked for.",
                    Recovery.AskOperator));
            if (found.Problem is { } unreadable) return new StepResult.GiveUp(unreadable);
            var promises = promised(context, volume.Volume).WithApplied(found.Qos);
            var broken = promises.FirstOrDefault(p => p.Required && p.EnforcedBy is Enforcer.Storage && p.Applied != p.Granted);
            return broken is null
                ? new StepResult.Advance($"{found.Size}, {found.Qos}", commit(context, found, promises))
                : new StepResult.GiveUp(new Fault("qos-not-applied",
                    $"{OfferingResolution.Name(broken.Kind)} {broken.Granted} is required; pool {volume.Pool.Name} was told so but has " +
                    $"{broken.Applied?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"}.", Recovery.AskOperator));
        });
    }
}
