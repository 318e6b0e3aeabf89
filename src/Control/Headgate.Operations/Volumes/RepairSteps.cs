using Headgate.Domain;
using Headgate.Primitives;
using Headgate.Secrets;
using Headgate.Storage.Sdk;
using Microsoft.EntityFrameworkCore;
using VolumeView = Headgate.Storage.Sdk.VolumeView;

namespace Headgate.Operations.Volumes;

/// <summary>Sets the limits that were granted once more. They are what holds by right, so there is nothing to take back.</summary>
internal sealed class ReapplyLimits(ArrayDirectory arrays) : ForwardStep("apply-limits")
{
    public override async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var target = await arrays.VolumeAsync(context.SubjectId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedVolume>.Done { Value: var volume }) return Retry.NotDone(target, context.Attempt);
        if (volume.Driver.Facet<IQosControl>() is not { } control) return new StepResult.Advance("limits are fixed when a volume is made");
        var set = await control.SetQosAsync(volume.Key, volume.Handle, volume.Volume.Promises.ForStorage(), stop).ConfigureAwait(false);
        return Retry.After(set, context.Attempt, view => new StepResult.Advance(view.Qos.ToString()));
    }
}

/// <summary>Grants again what was granted. The storage may answer with new secrets, so what initiators need is sealed anew.</summary>
internal sealed class RegrantAccess(ArrayDirectory arrays, SecretBox box) : ForwardStep("grant-access")
{
    public override async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var target = await arrays.VolumeAsync(context.SubjectId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedVolume>.Done { Value: var volume }) return Retry.NotDone(target, context.Attempt);
        var connections = new Dictionary<Guid, Connection>();
        foreach (var access in await arrays.AccessesAsync(context.SubjectId, stop).ConfigureAwait(false))
        {
            var request = new AccessRequest(access.InitiatorName, volume.Pool.RequireChap);
            var granted = await volume.Driver.GrantAccessAsync(volume.Key, volume.Handle, request, stop).ConfigureAwait(false);
            if (granted is not Outcome<Connection>.Done { Value: var connection }) return Retry.NotDone(granted, context.Attempt);
            connections[access.Id] = connection;
        }
        return new StepResult.Advance($"granted to {connections.Count} initiator(s)", async (db, _, cancel) =>
        {
            foreach (var row in await db.VolumeAccesses.Where(a => a.VolumeId == context.SubjectId).ToListAsync(cancel).ConfigureAwait(false))
            {
                if (connections.TryGetValue(row.Id, out var connection))
                    db.Put(row with { SealedConnection = SealedConnection.Seal(box, row.Id, connection) });
            }
        });
    }
}

/// <summary>Takes access away from whoever has it on the storage and was never granted it, and looks that it is gone.</summary>
internal sealed class RevokeStaleAccess(ArrayDirectory arrays) : ForwardStep("revoke-stale")
{
    public override async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var target = await arrays.VolumeAsync(context.SubjectId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedVolume>.Done { Value: var volume }) return Retry.NotDone(target, context.Attempt);
        if (CapabilitiesText.Read(volume.Pool.Capabilities)?.AccessPerHost is not Support.Native) return new StepResult.Advance("the storage keeps no list");
        var stale = await StaleAsync(volume, stop).ConfigureAwait(false);
        if (stale is not Outcome<IReadOnlyList<string>>.Done { Value: var names }) return Retry.NotDone(stale, context.Attempt);
        Fault? problem = null;
        foreach (var name in names) // one that will not go does not keep the others
        {
            var revoked = await volume.Driver.RevokeAccessAsync(volume.Key, volume.Handle, name, stop).ConfigureAwait(false);
            if (revoked is Outcome<Nothing>.Refused { Fault: { Recovery: not Recovery.RetryWithBackoff } refusal }) problem ??= refusal;
            else if (!revoked.IsDone) return Retry.NotDone(revoked, context.Attempt);
        }
        if (problem is not null) return new StepResult.GiveUp(problem);
        var left = await StaleAsync(volume, stop).ConfigureAwait(false);
        return Retry.After(left, context.Attempt, still => still.Count == 0
            ? new StepResult.Advance($"revoked from {names.Count} initiator(s)")
            : new StepResult.GiveUp(new Fault(
                "access-not-revoked", $"The storage was told to revoke volume {volume.Volume.Name} from {string.Join(", ", still)} and still lets it in; end that there.",
                Recovery.AskOperator)));
    }

    private async Task<Outcome<IReadOnlyList<string>>> StaleAsync(ReachedVolume volume, CancellationToken stop)
    {
        var seen = await SeenAsync(volume, stop).ConfigureAwait(false);
        if (seen is not Outcome<VolumeView?>.Done { Value: var view }) return seen.Problem!;
        var granted = (await arrays.AccessesAsync(volume.Volume.Id, stop).ConfigureAwait(false)).Select(a => a.InitiatorName);
        return new Outcome<IReadOnlyList<string>>.Done([.. (view?.Initiators ?? []).Except(granted)]);
    }

    /// <summary>As the check saw it: a list may know of more than a find does.</summary>
    private static async Task<Outcome<VolumeView?>> SeenAsync(ReachedVolume volume, CancellationToken stop)
    {
        if (volume.Driver.Facet<IInventory>() is not { } inventory) return await volume.Driver.FindAsync(volume.Key, stop).ConfigureAwait(false);
        var listed = await inventory.ListAsync(stop).ConfigureAwait(false);
        return listed.Map(all => all.FirstOrDefault(v => v.Key == volume.Key && v.Handle == volume.Handle));
    }
}
