using Headgate.Domain;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using SnapshotView = Headgate.Storage.Sdk.SnapshotView;

namespace Headgate.Operations.Snapshots;

/// <summary>The operations on snapshots, as lists of steps.</summary>
internal static class SnapshotOperations
{
    public static IEnumerable<OperationDefinition> All(ArrayDirectory arrays) =>
    [
        new(OperationKinds.SnapshotCreate,
        [
            new Begin("recorded", Undo("snapshot.create-failed", "could not be taken", c => new SnapshotCommand.ReportCreateFailed(c.Cause))),
            new TakeSnapshot(arrays),
        ]),
        new(OperationKinds.SnapshotDelete,
        [
            new Begin("no way back from here", Undo("snapshot.delete-failed", "could not be deleted", c => new SnapshotCommand.ReportDeleteFailed(c.Cause))),
            new DeleteSnapshot(arrays),
        ]) { CanCancel = false },
        .. GroupOperations.All(arrays),
        new(OperationKinds.SnapshotRevert, [new Begin("recorded", RevertFailed), new RevertToSnapshot(arrays)]) { CanCancel = false },
    ];

    private static Func<StepContext, StepCommit> Undo(string code, string what, Func<StepContext, SnapshotCommand> report) =>
        context => async (db, now, stop) =>
        {
            var snapshot = await db.ReportAsync(context.SubjectId, report(context), stop).ConfigureAwait(false);
            db.Tell(now, context.Operation, "snapshot", snapshot.Id, snapshot.Name, snapshot.AccountId, code,
                $"Snapshot {snapshot.Name} {what}: {context.Cause.Message}", EventSeverity.Error);
        };

    private static StepCommit RevertFailed(StepContext context) => async (db, now, stop) =>
    {
        var snapshot = await db.ReportAsync(context.SubjectId, new SnapshotCommand.EndRevert(), stop).ConfigureAwait(false);
        var volume = await db.ReportAsync(snapshot.VolumeId, new VolumeCommand.ReportRevertFailed(), stop).ConfigureAwait(false);
        db.Tell(now, context.Operation, volume, "snapshot.revert-failed",
            $"Volume {volume.Name} was not put back to snapshot {snapshot.Name}: {context.Cause.Message}", EventSeverity.Error);
    };
}

/// <summary>A snapshot with its volume's driver.</summary>
internal sealed record ReachedSnapshot(Domain.Snapshot Snapshot, ReachedVolume Volume, ISnapshots Facet)
{
    public ObjectKey Key => new(Snapshot.Id);

    public static async Task<Outcome<ReachedSnapshot>> ReachAsync(ArrayDirectory arrays, Guid snapshotId, CancellationToken stop)
    {
        var snapshot = await arrays.SnapshotAsync(snapshotId, stop).ConfigureAwait(false);
        var volume = await arrays.VolumeAsync(snapshot.VolumeId, stop).ConfigureAwait(false);
        if (volume is not Outcome<ReachedVolume>.Done { Value: var reached }) return volume.Problem!;
        return reached.Driver.Facet<ISnapshots>() is { } facet
            ? new ReachedSnapshot(snapshot, reached, facet)
            : ArrayDirectory.Lacks(reached.Pool, "take snapshots");
    }
}

/// <summary>Takes the snapshot. Crash window: found by its key, it was taken before.</summary>
internal sealed class TakeSnapshot(ArrayDirectory arrays) : IOperationStep
{
    public string Name => "take-snapshot";

    public async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var target = await ReachedSnapshot.ReachAsync(arrays, context.SubjectId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedSnapshot>.Done { Value: var snapshot })
            return Retry.NotDone(target, context.Attempt);
        if (context.Attempt > 1)
        {
            var earlier = await snapshot.Facet.FindSnapshotAsync(snapshot.Key, snapshot.Volume.Handle, stop).ConfigureAwait(false);
            if (earlier is not Outcome<SnapshotView?>.Done found) return Retry.NotDone(earlier, context.Attempt);
            if (found.Value is { } there) return Taken("found", context, there);
        }
        var taken = await snapshot.Facet.CreateSnapshotAsync(
            snapshot.Key, snapshot.Volume.Key, snapshot.Volume.Handle, snapshot.Snapshot.Name, stop).ConfigureAwait(false);
        return Retry.After(taken, context.Attempt, view => Taken("taken", context, view));
    }

    public async ValueTask<StepResult> UndoAsync(StepContext context, CancellationToken stop)
    {
        var target = await ReachedSnapshot.ReachAsync(arrays, context.SubjectId, stop).ConfigureAwait(false);
        if (target is Outcome<ReachedSnapshot>.Refused { Fault.Code: "unsupported" }) return new StepResult.Advance("nothing was there");
        if (target is not Outcome<ReachedSnapshot>.Done { Value: var snapshot })
            return Retry.NotUndone(target, context.Attempt);
        var sought = await snapshot.Facet.FindSnapshotAsync(snapshot.Key, snapshot.Volume.Handle, stop).ConfigureAwait(false);
        if (sought is not Outcome<SnapshotView?>.Done found) return Retry.NotUndone(sought, context.Attempt);
        if (found.Value is not { } there) return new StepResult.Advance("nothing was there");
        var gone = await snapshot.Facet.DeleteSnapshotAsync(snapshot.Key, there.Handle, stop).ConfigureAwait(false);
        return Retry.AfterUndo(gone, context.Attempt, _ => new StepResult.Advance($"deleted {there.Handle.Value}"));
    }

    private static StepResult.Advance Taken(string how, StepContext context, SnapshotView view) => new(
        $"{how} {view.Handle.Value}",
        async (db, now, stop) =>
        {
            var row = await db.ApplyAsync(context.SubjectId, new SnapshotCommand.ConfirmCreated(view.Handle.Value, view.Size), stop).ConfigureAwait(false);
            db.Tell(now, context.Operation, "snapshot", row.Id, row.Name, row.AccountId, "snapshot.created", $"Snapshot {row.Name} was taken.");
        });
}

/// <summary>Ends the snapshot on the array.</summary>
internal sealed class DeleteSnapshot(ArrayDirectory arrays) : ForwardStep("delete-snapshot")
{
    public override async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var target = await ReachedSnapshot.ReachAsync(arrays, context.SubjectId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedSnapshot>.Done { Value: var snapshot })
            return Retry.NotDone(target, context.Attempt);
        var handle = new SnapshotHandle(snapshot.Snapshot.Handle!);
        var gone = await snapshot.Facet.DeleteSnapshotAsync(snapshot.Key, handle, stop).ConfigureAwait(false);
        return Retry.After(gone, context.Attempt, _ => new StepResult.Advance(
            $"deleted {handle.Value}",
            async (db, now, cancel) =>
            {
                var row = await db.ApplyAsync(context.SubjectId, new SnapshotCommand.ConfirmDeleted(), cancel).ConfigureAwait(false);
                db.Tell(now, context.Operation, "snapshot", row.Id, row.Name, row.AccountId, "snapshot.deleted", $"Snapshot {row.Name} was deleted.");
            }));
    }
}

/// <summary>Puts the volume's data back. Done twice it has the effect of once: the volume is not connected meanwhile.</summary>
internal sealed class RevertToSnapshot(ArrayDirectory arrays) : ForwardStep("revert")
{
    public override async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var target = await ReachedSnapshot.ReachAsync(arrays, context.SubjectId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedSnapshot>.Done { Value: var snapshot })
            return Retry.NotDone(target, context.Attempt);
        var (volume, handle) = (snapshot.Volume, new SnapshotHandle(snapshot.Snapshot.Handle!));
        var reverted = await snapshot.Facet.RevertAsync(volume.Key, volume.Handle, snapshot.Key, handle, stop).ConfigureAwait(false);
        return Retry.After(reverted, context.Attempt, _ => new StepResult.Advance(
            $"put back to {handle.Value}",
            async (db, now, cancel) =>
            {
                var row = await db.ApplyAsync(context.SubjectId, new SnapshotCommand.EndRevert(), cancel).ConfigureAwait(false);
                var back = await db.ApplyAsync(row.VolumeId, new VolumeCommand.ConfirmReverted(), cancel).ConfigureAwait(false);
                db.Tell(now, context.Operation, back, "volume.reverted", $"Volume {back.Name} was put back to snapshot {row.Name}.");
            }));
    }
}
