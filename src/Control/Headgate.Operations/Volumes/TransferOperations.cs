using Headgate.Domain;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using Microsoft.EntityFrameworkCore;
using VolumeView = Headgate.Storage.Sdk.VolumeView;

namespace Headgate.Operations.Volumes;

/// <summary>Input of volume.import: the storage's name for what is to be taken over.</summary>
public sealed record ImportInput(string Handle);

/// <summary>Input of volume.unmanage and pool.remove: whether the storage is left out of it, because it will never answer again.</summary>
public sealed record ForceInput(bool Force = false);

/// <summary>Volumes that come from others' hands and go into them, with their data.</summary>
internal static class TransferOperations
{
    public static IEnumerable<OperationDefinition> All(ArrayDirectory arrays) =>
    [
        new(OperationKinds.VolumeImport,
        [
            new Begin("recorded and reserved", VolumeOperations.Undo(
                "volume.import-failed", "could not be imported", c => new VolumeCommand.ReportCreateFailed(c.Cause))),
            new AdoptLun(arrays),
            new TakeUpImported(arrays),
        ]),
        new(OperationKinds.VolumeUnmanage,
        [
            new Begin("takes no new connections", VolumeOperations.Undo(
                "volume.unmanage-failed", "is still managed here", _ => new VolumeCommand.ReportUnmanageFailed())),
            new UnlessForced(new RevokeAllAccess(arrays)),
            new UnlessForced(new ReleaseLun(arrays)),
            new Conclude("forget", Forgotten),
        ]) { CanCancel = false },
    ];

    private static StepCommit Forgotten(StepContext context) => async (db, now, stop) =>
    {
        var id = context.SubjectId;
        db.VolumeAccesses.RemoveRange(await db.VolumeAccesses.Where(a => a.VolumeId == id).ToListAsync(stop).ConfigureAwait(false));
        // Only whoever forces it has any left; they are out of reach with their volume.
        foreach (var snapshot in await db.Snapshots.Where(s => s.VolumeId == id && s.State != SnapshotState.Deleted).ToListAsync(stop).ConfigureAwait(false))
            db.Put(snapshot with { State = SnapshotState.Deleted, Cause = new Cause("volume-unmanaged", "Its volume is not managed here any more.") });
        var handle = await db.Volumes.Where(v => v.Id == id).Select(v => v.Handle).SingleAsync(stop).ConfigureAwait(false);
        var volume = await db.ApplyAsync(id, new VolumeCommand.ConfirmUnmanaged(), stop).ConfigureAwait(false);
        db.Tell(now, context.Operation, volume, "volume.unmanaged", context.Input<ForceInput>().Force
            ? $"Volume {volume.Name} was forgotten here; its storage was not asked, and what is there may come back as an orphan."
            : $"Volume {volume.Name} is not managed here any more; its data is on the storage as {handle ?? "nothing: it had never been made"}.", EventSeverity.Warning);
    };
}

/// <summary>A step that an admin can leave out, because its storage will never answer again.</summary>
internal sealed class UnlessForced(ForwardStep step) : ForwardStep(step.Name)
{
    public override async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop) => context.Input<ForceInput>().Force
        ? new StepResult.Advance("left out on request")
        : await step.RunAsync(context, stop).ConfigureAwait(false);
}

/// <summary>Marks somebody else's volume as ours. Crash windows: before the call (it is marked now) and after it (it is marked already).</summary>
internal sealed class AdoptLun(ArrayDirectory arrays) : IOperationStep
{
    public string Name => "adopt-lun";

    public async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var target = await arrays.VolumeAsync(context.SubjectId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedVolume>.Done { Value: var volume }) return Retry.NotDone(target, context.Attempt);
        if (volume.Driver.Facet<IAdoption>() is not { } adoption) return new StepResult.GiveUp(ArrayDirectory.Lacks(volume.Pool, "take over volumes of others"));
        var spec = new AdoptionSpec(volume.Volume.Name) { AccountId = volume.Volume.AccountId };
        var adopted = await adoption.AdoptAsync(volume.Key, new VolumeHandle(context.Input<ImportInput>().Handle), spec, stop).ConfigureAwait(false);
        return Retry.After(adopted, context.Attempt, view => new StepResult.Advance($"adopted {view.Handle}", async (db, _, cancel) =>
        {
            var row = await db.Volumes.SingleAsync(v => v.Id == context.SubjectId, cancel).ConfigureAwait(false);
            db.Put(row with { Handle = view.Handle.Value });
        }));
    }

    public async ValueTask<StepResult> UndoAsync(StepContext context, CancellationToken stop)
    {
        var target = await arrays.VolumeAsync(context.SubjectId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedVolume>.Done { Value: var volume }) return Retry.NotUndone(target, context.Attempt);
        if (volume.Driver.Facet<IAdoption>() is not { } adoption) return new StepResult.Advance("nothing was adopted");
        var sought = await volume.Driver.FindAsync(volume.Key, stop).ConfigureAwait(false);
        if (sought is not Outcome<VolumeView?>.Done found) return Retry.NotUndone(sought, context.Attempt);
        if (found.Value is not { } there) return new StepResult.Advance("nothing was adopted");
        var released = await adoption.ReleaseAsync(volume.Key, there.Handle, stop).ConfigureAwait(false);
        return Retry.AfterUndo(released, context.Attempt, _ => new StepResult.Advance($"released {there.Handle}"));
    }
}

/// <summary>Reads what was imported, and takes it up with the size and the limits that it has.</summary>
internal sealed class TakeUpImported(ArrayDirectory arrays) : ForwardStep("take-up")
{
    public override async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var target = await arrays.VolumeAsync(context.SubjectId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedVolume>.Done { Value: var volume }) return Retry.NotDone(target, context.Attempt);
        var sought = await volume.Driver.FindAsync(volume.Key, stop).ConfigureAwait(false);
        return Retry.After(sought, context.Attempt, found => found switch
        {
            null => new StepResult.GiveUp(Faults.VolumeNotFound(volume.Key, volume.Handle)),
            { Problem: { } unreadable } => new StepResult.GiveUp(unreadable),
            _ => new StepResult.Advance($"{found.Size}, {found.Qos}", async (db, now, cancel) =>
            {
                var made = new VolumeCommand.ConfirmCreated(found.Handle.Value, found.Size, FoundPromises.Of(found.Qos));
                var row = await db.ApplyAsync(context.SubjectId, made, cancel).ConfigureAwait(false);
                db.Tell(now, context.Operation, row, "volume.imported", $"Volume {row.Name} of {row.Size} was on the storage already and is managed here from now on.");
            }),
        });
    }
}

/// <summary>Takes our mark off; the volume and its data stay. One that was never made, or is gone, has none.</summary>
internal sealed class ReleaseLun(ArrayDirectory arrays) : ForwardStep("release-lun")
{
    public override async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var target = await arrays.VolumeAsync(context.SubjectId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedVolume>.Done { Value: var volume }) return Retry.NotDone(target, context.Attempt);
        if (volume.Volume.Handle is null) return new StepResult.Advance("it was never made");
        if (volume.Driver.Facet<IAdoption>() is not { } adoption) return new StepResult.GiveUp(ArrayDirectory.Lacks(volume.Pool, "give a volume up without ending it"));
        var released = await adoption.ReleaseAsync(volume.Key, volume.Handle, stop).ConfigureAwait(false);
        return Retry.After(released, context.Attempt, _ => new StepResult.Advance($"released {volume.Handle}"));
    }
}
