using Headgate.Domain;
using Headgate.Operations.Templates;
using Headgate.Secrets;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Operations.Volumes;

/// <summary>The operations on volumes, as lists of steps.</summary>
internal static class VolumeOperations
{
    public static IEnumerable<OperationDefinition> All(ArrayDirectory arrays, SecretBox box, TemplateTools templates) =>
    [
        new(OperationKinds.VolumeCreate, [BeginCreate(), new ProvisionLun(arrays), ConfirmCreate(arrays)]),

        new(OperationKinds.VolumeCreateFromTemplate,
        [
            BeginCreate(),
            new AwaitTemplate(arrays),
            new ProvisionLun(arrays),
            new LetMoverIn(AwaitTemplate.Seek(arrays)),
            new WriteContent(AwaitTemplate.Seek(arrays), templates),
            new ShutMoverOut(AwaitTemplate.Seek(arrays)),
            ConfirmCreate(arrays),
        ]),

        new(OperationKinds.VolumeDelete,
        [
            new Begin("takes no new connections", Undo("volume.delete-failed", "could not be deleted", _ => new VolumeCommand.ReportDeleteFailed())),
            new RevokeAllAccess(arrays),
            new Conclude("to-recycle-bin", context => async (db, now, stop) =>
            {
                var purgeAt = await RecycleBin.PurgeAtAsync(db, context.SubjectId, now, stop).ConfigureAwait(false);
                var volume = await db.ApplyAsync(context.SubjectId, new VolumeCommand.ConfirmDeleted(now, purgeAt), stop).ConfigureAwait(false);
                db.Tell(now, context.Operation, volume, "volume.deleted", volume.State is VolumeState.Expunged
                    ? $"Volume {volume.Name} was ended; it had never been made."
                    : $"Volume {volume.Name} was moved to the recycle bin{(purgeAt is { } end ? $" and is expunged at {end:u}" : "")}.");
            }),
        ]),

        new(OperationKinds.VolumeRecover,
        [
            new ConfirmLun(arrays, (_, volume) => volume.Promises, (context, _, promises) => async (db, now, stop) =>
            {
                var volume = await db.ApplyAsync(context.SubjectId, new VolumeCommand.Recover(), stop).ConfigureAwait(false);
                db.Put(volume with { Promises = promises });
                db.Tell(now, context.Operation, volume, "volume.recovered", $"Volume {volume.Name} was taken out of the recycle bin.");
            }),
        ]),

        new(OperationKinds.VolumeExpunge,
        [
            new Begin("no way back from here", Undo("volume.expunge-failed", "could not be expunged", c => new VolumeCommand.ReportExpungeFailed(c.Cause))),
            new RevokeAllAccess(arrays),
            new DeleteLun(arrays),
            new Conclude("release", context => async (db, now, stop) =>
            {
                var volume = await db.ApplyAsync(context.SubjectId, new VolumeCommand.ConfirmExpunged(), stop).ConfigureAwait(false);
                db.Tell(now, context.Operation, volume, "volume.expunged", $"Volume {volume.Name} and its data are gone.");
            }),
        ]) { CanCancel = false },

        new(OperationKinds.VolumeResize,
        [
            new Begin("reserved", Undo("volume.resize-failed", "could not be resized", _ => new VolumeCommand.ReportResizeFailed())),
            new ApplyLimits(arrays, context => context.Input<ResizeInput>().Promises),
            new GrowLun(arrays),
            new ConfirmLun(arrays, (context, _) => context.Input<ResizeInput>().Promises, (context, view, promises) => async (db, now, stop) =>
            {
                var volume = await db.ApplyAsync(context.SubjectId, new VolumeCommand.ConfirmResized(view.Size, promises), stop).ConfigureAwait(false);
                db.Tell(now, context.Operation, volume, "volume.resized", $"Volume {volume.Name} has {volume.Size} now.");
            }),
        ]) { CanCancel = false },

        Change(OperationKinds.VolumeSetQos, "volume.qos-changed", arrays),
        Change(OperationKinds.VolumeChangeOffering, "volume.offering-changed", arrays),

        .. LazyOperations.All(arrays, box),
        .. TransferOperations.All(arrays),

        new(OperationKinds.VolumeConnect, [new Begin("recorded", ConnectFailed), new GrantAccess(arrays, box)]),

        new(OperationKinds.VolumeRepair,
        [
            new Begin("held", context => async (db, now, stop) =>
            {
                var volume = await db.Volumes.SingleAsync(v => v.Id == context.SubjectId, stop).ConfigureAwait(false);
                db.Tell(
                    now, context.Operation, "volume", volume.Id, volume.Name, null, "volume.repair-failed",
                    $"Volume {volume.Name} could not be set right on the storage: {context.Cause.Message}", EventSeverity.Error);
            }),
            new ReapplyLimits(arrays),
            new RegrantAccess(arrays, box),
            new RevokeStaleAccess(arrays),
            new ConfirmLun(arrays, (_, volume) => volume.Promises, (context, _, promises) => async (db, now, stop) =>
            {
                var volume = await db.Volumes.SingleAsync(v => v.Id == context.SubjectId, stop).ConfigureAwait(false);
                db.Put(volume with { Promises = promises });
                db.Tell(
                    now, context.Operation, "volume", volume.Id, volume.Name, null, "volume.repaired",
                    $"Limits and access of volume {volume.Name} were set right on the storage."); // for admins, as the check itself is
            }),
        ]) { CanCancel = false },

        new(OperationKinds.VolumeDisconnect, [new Begin("recorded", DisconnectFailed), new RevokeAccess(arrays)]) { CanCancel = false },
    ];

    internal static Begin BeginCreate() =>
        new("placed and reserved", Undo("volume.create-failed", "could not be made", c => new VolumeCommand.ReportCreateFailed(c.Cause)));

    internal static ConfirmLun ConfirmCreate(ArrayDirectory arrays) =>
        new(arrays, (_, volume) => volume.Promises, (context, view, promises) => async (db, now, stop) =>
        {
            var made = new VolumeCommand.ConfirmCreated(view.Handle.Value, view.Size, promises);
            var volume = await db.ApplyAsync(context.SubjectId, made, stop).ConfigureAwait(false);
            db.Tell(now, context.Operation, volume, "volume.created", $"Volume {volume.Name} of {volume.Size} was made with {promises.Requested()}.");
        });

    private static OperationDefinition Change(string kind, string code, ArrayDirectory arrays) => new(kind,
    [
        new Begin("reserved", Undo($"{kind}-failed", "kept its limits", _ => new VolumeCommand.ReportChangeFailed())),
        new ApplyLimits(arrays, context => context.Input<ChangeInput>().Promises),
        new ConfirmLun(arrays, (context, _) => context.Input<ChangeInput>().Promises, (context, _, promises) => async (db, now, stop) =>
        {
            var changed = new VolumeCommand.ConfirmChanged(context.Input<ChangeInput>().DiskOfferingId, promises);
            var volume = await db.ApplyAsync(context.SubjectId, changed, stop).ConfigureAwait(false);
            db.Tell(now, context.Operation, volume, code, $"Volume {volume.Name} has {promises.Requested()} now.");
        }),
    ]);

    internal static Func<StepContext, StepCommit> Undo(string code, string what, Func<StepContext, VolumeCommand> report) =>
        context => async (db, now, stop) =>
        {
            var volume = await db.ReportAsync(context.SubjectId, report(context), stop).ConfigureAwait(false);
            db.Tell(now, context.Operation, volume, code, $"Volume {volume.Name} {what}: {context.Cause.Message}", EventSeverity.Error);
        };

    private static StepCommit ConnectFailed(StepContext context) => async (db, now, stop) =>
    {
        var accessId = context.Input<AccessInput>().AccessId;
        if (await db.VolumeAccesses.SingleOrDefaultAsync(a => a.Id == accessId, stop).ConfigureAwait(false) is not { } access) return;
        var wasGranted = access.State is AccessState.Granted;
        if (!wasGranted) db.VolumeAccesses.Remove(access);
        var volume = await db.Volumes.SingleAsync(v => v.Id == context.SubjectId, stop).ConfigureAwait(false);
        db.Tell(now, context.Operation, volume, "volume.connect-failed",
            $"Volume {volume.Name} could not be connected to {access.InitiatorName}{(wasGranted ? " again, and stays connected as it was" : "")}: " +
            context.Cause.Message, EventSeverity.Error);
    };

    private static StepCommit DisconnectFailed(StepContext context) => async (db, now, stop) =>
    {
        var accessId = context.Input<AccessInput>().AccessId;
        if (await db.VolumeAccesses.SingleOrDefaultAsync(a => a.Id == accessId, stop).ConfigureAwait(false) is not { } access) return;
        db.Put(access with { State = AccessState.Granted });
        var volume = await db.Volumes.SingleAsync(v => v.Id == context.SubjectId, stop).ConfigureAwait(false);
        db.Tell(now, context.Operation, volume, "volume.disconnect-failed",
            $"Volume {volume.Name} is still connected to {access.InitiatorName}: {context.Cause.Message}", EventSeverity.Error);
    };
}
