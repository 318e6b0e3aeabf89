using System.Globalization;
using Headgate.Domain;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using Microsoft.EntityFrameworkCore;
using VolumeView = Headgate.Storage.Sdk.VolumeView;

namespace Headgate.Operations.Volumes;

/// <summary>Input of volume.adopt and orphan.delete.</summary>
public sealed record OrphanInput(Guid OrphanId);

/// <summary>Limits that a volume has on its storage already, as promises: nobody asked for them here, and the storage keeps them.</summary>
public static class FoundPromises
{
    /// <summary>The four, granted as they are there.</summary>
    public static IReadOnlyList<Promise> Of(QosSpec found)
    {
        ArgumentNullException.ThrowIfNull(found);
        return [.. Enum.GetValues<PromiseKind>().Select(kind => Of(kind, found.Of(kind)))];
    }

    private static Promise Of(PromiseKind kind, long? there) =>
        new(kind, there, Required: false, there, there is null ? Enforcer.Nobody : Enforcer.Storage, there);
}

/// <summary>
/// Reads what was adopted and takes it up as it is. Nothing was made, so there is nothing to take back on the storage. An orphan that was
/// changed since its check is taken up as it is now.
/// </summary>
internal sealed class TakeUpAdopted(ArrayDirectory arrays) : ForwardStep("take-up")
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
            _ when found.Handle != volume.Handle => new StepResult.GiveUp(Faults.WrongVolume(volume.Key, volume.Handle.Value, found.Key)),
            _ => new StepResult.Advance($"{found.Size}, {found.Qos}", Commit(context, found)),
        });
    }

    private static StepCommit Commit(StepContext context, VolumeView found) => async (db, now, stop) =>
    {
        var made = new VolumeCommand.ConfirmCreated(found.Handle.Value, found.Size, FoundPromises.Of(found.Qos));
        var volume = await db.ApplyAsync(context.SubjectId, made, stop).ConfigureAwait(false);
        var orphan = await db.Orphans.SingleAsync(o => o.Id == context.Input<OrphanInput>().OrphanId, stop).ConfigureAwait(false);
        db.Put(orphan with { State = OrphanState.Adopted, EndedAt = now, Cause = null });
        db.Tell(now, context.Operation, volume, "volume.adopted",
            $"Volume {volume.Name} of {volume.Size} was on the storage already and belongs to this account from now on.");
    };
}

/// <summary>Ends an orphan on its storage. Crash window: found absent, it was done before.</summary>
internal sealed class DeleteOrphan(ArrayDirectory arrays) : ForwardStep("delete-orphan")
{
    public override async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var orphan = await arrays.OrphanAsync(context.SubjectId, stop).ConfigureAwait(false);
        if (await arrays.IsKnownAsync(orphan.Key, stop).ConfigureAwait(false))
        {
            return new StepResult.GiveUp(new Fault("orphan-known",
                $"{orphan.Handle} was to be deleted, but a volume here has its key {orphan.Key:N} by now. It is left alone.", Recovery.FixRequest));
        }
        var target = await arrays.PoolAsync(orphan.PoolId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedPool>.Done { Value: var pool }) return Retry.NotDone(target, context.Attempt);
        var gone = await pool.Driver.DeleteAsync(new ObjectKey(orphan.Key), new VolumeHandle(orphan.Handle), stop).ConfigureAwait(false);
        return Retry.After(gone, context.Attempt, _ => new StepResult.Advance($"deleted {orphan.Handle}", async (db, now, cancel) =>
        {
            var row = await db.Orphans.SingleAsync(o => o.Id == orphan.Id, cancel).ConfigureAwait(false);
            db.Put(row with { State = OrphanState.Deleted, EndedAt = now, Cause = null });
            db.Tell(now, context.Operation, "orphan", row.Id, row.Handle, null, "orphan.deleted",
                string.Create(CultureInfo.InvariantCulture, $"{row.Handle} ({row.Name}, {row.Size}) was deleted on the storage: no volume here knew of it."));
        }));
    }
}

/// <summary>The operations on orphans, as lists of steps.</summary>
internal static class OrphanOperations
{
    public static IEnumerable<OperationDefinition> All(ArrayDirectory arrays) =>
    [
        new(OperationKinds.VolumeAdopt, [new Begin("recorded", AdoptFailed), new TakeUpAdopted(arrays)]),
        new(OperationKinds.OrphanDelete, [new Begin("no way back from here", DeleteFailed), new DeleteOrphan(arrays)]) { CanCancel = false },
    ];

    private static StepCommit AdoptFailed(StepContext context) => async (db, now, stop) =>
    {
        var volume = await db.ReportAsync(context.SubjectId, new VolumeCommand.ReportCreateFailed(context.Cause), stop).ConfigureAwait(false);
        await BackAsync(context, context.Input<OrphanInput>().OrphanId, db, stop).ConfigureAwait(false);
        db.Tell(now, context.Operation, "volume", volume.Id, volume.Name, null, "volume.adopt-failed",
            $"{volume.Name} could not be adopted: {context.Cause.Message}", EventSeverity.Error);
    };

    private static StepCommit DeleteFailed(StepContext context) => async (db, now, stop) =>
    {
        var orphan = await BackAsync(context, context.SubjectId, db, stop).ConfigureAwait(false);
        db.Tell(now, context.Operation, "orphan", orphan.Id, orphan.Handle, null, "orphan.delete-failed",
            $"{orphan.Handle} could not be deleted on the storage: {context.Cause.Message}", EventSeverity.Error);
    };

    private static async Task<Orphan> BackAsync(StepContext context, Guid id, Persistence.HeadgateDbContext db, CancellationToken stop)
    {
        var orphan = await db.Orphans.SingleAsync(o => o.Id == id, stop).ConfigureAwait(false);
        var back = orphan with { State = OrphanState.Quarantined, Cause = context.Cause };
        db.Put(back);
        return back;
    }
}
