using Headgate.Domain;
using Headgate.Operations.Templates;
using Headgate.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Operations.Volumes;

/// <summary>The operations that take a volume to another pool, as lists of steps (docs/adr/0015-migration.md).</summary>
internal static class MoveOperations
{
    private static readonly string[] ReleaseSteps = ["begin", "delete-copy"];

    public static IEnumerable<OperationDefinition> All(ArrayDirectory arrays, TemplateTools tools, StepNotes notes) =>
    [
        new(OperationKinds.VolumeMigrate,
        [
            new Begin("reserved on the target", StaysWhereItIs),
            new ProvisionTarget(arrays),
            new LetMoverInToBoth(arrays),
            new CopyData(arrays, tools, notes),
            new ShutMoverOutOfBoth(arrays),
            new SwitchOver(arrays),
        ]),
        new(OperationKinds.VolumeReleaseCopy, [new Begin("recorded", LeftThere), new ReleaseCopy(arrays)]),
    ];

    /// <summary>Begins to delete the copy that <paramref name="moveId"/> stands for, in the transaction that makes it the one that does not count.</summary>
    public static void Release(HeadgateDbContext db, Guid moveId, string actor, DateTimeOffset now) => OperationStarter.Write(
        db, new NewOperation(OperationKinds.VolumeReleaseCopy, "volume-move", moveId, AccountId: null), [moveId], ReleaseSteps, actor, null, null, now);

    /// <summary>Gives back what the copy held, and forgets it; its pool, or null when it was forgotten before.</summary>
    public static async Task<StoragePool?> ForgetAsync(HeadgateDbContext db, Guid moveId, CancellationToken stop)
    {
        if (await db.VolumeMoves.SingleOrDefaultAsync(m => m.Id == moveId, stop).ConfigureAwait(false) is not { } move) return null;
        var pool = await db.Pools.SingleAsync(p => p.Id == move.PoolId, stop).ConfigureAwait(false);
        db.Put(Ledger.Replace(pool, move.Reserved, Reservation.None));
        db.VolumeMoves.Remove(move);
        return pool;
    }

    private static StepCommit StaysWhereItIs(StepContext context) => async (db, now, stop) =>
    {
        var volume = await db.ReportAsync(context.SubjectId, new VolumeCommand.ReportMoveFailed(), stop).ConfigureAwait(false);
        Release(db, context.Input<MoveInput>().MoveId, context.Operation.Actor, now);
        db.Tell(now, context.Operation, volume, "volume.migrate-failed",
            $"Volume {volume.Name} stays where it is, as it was: {context.Cause.Message}", EventSeverity.Error);
    };

    private static StepCommit LeftThere(StepContext context) => async (db, now, stop) =>
    {
        var move = await db.VolumeMoves.SingleOrDefaultAsync(m => m.Id == context.SubjectId, stop).ConfigureAwait(false);
        if (move is null || await ForgetAsync(db, move.Id, stop).ConfigureAwait(false) is not { } pool) return;
        var volume = await db.Volumes.SingleAsync(v => v.Id == move.VolumeId, stop).ConfigureAwait(false);
        db.Tell(now, context.Operation, "volume", volume.Id, volume.Name, null, "volume.copy-left",
            $"A copy of volume {volume.Name} is left on pool {pool.Name} ({move.Handle ?? "never made"}): {context.Cause.Message} The pool check reports it as an orphan.",
            EventSeverity.Warning);
    };
}
