using Headgate.Domain;
using Headgate.Operations;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control;

/// <summary>DELETE /volumes/{ref}: to the recycle bin; its connections are taken away, its data is kept.</summary>
public sealed class DeleteVolume(OperationStarter starter)
{
    public Task<Outcome<OperationDetails>> ExecuteAsync(Caller caller, string reference, CancellationToken stop) =>
        VolumeCommands.StartAsync(starter, caller, reference, OperationKinds.VolumeDelete, new VolumeCommand.Delete(), stop);
}

/// <summary>POST /volumes/{ref}/recover: out of the recycle bin.</summary>
public sealed class RecoverVolume(OperationStarter starter)
{
    public Task<Outcome<OperationDetails>> ExecuteAsync(Caller caller, string reference, CancellationToken stop) =>
        VolumeCommands.StartAsync(starter, caller, reference, OperationKinds.VolumeRecover, new VolumeCommand.Recover(), stop);
}

/// <summary>POST /volumes/{ref}/expunge: the end of it and of its data. Its snapshots have to go first.</summary>
public sealed class ExpungeVolume(OperationStarter starter)
{
    public Task<Outcome<OperationDetails>> ExecuteAsync(Caller caller, string reference, CancellationToken stop) =>
        VolumeCommands.StartAsync(starter, caller, reference, OperationKinds.VolumeExpunge, new VolumeCommand.Expunge(), stop);
}

internal static class VolumeCommands
{
    /// <summary>Finds, decides, stores the new state and begins the operation.</summary>
    public static Task<Outcome<OperationDetails>> StartAsync(
        OperationStarter starter, Caller caller, string reference, string kind, VolumeCommand command, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return starter.StartAsync(
            caller.Actor, caller.IdempotencyKey, OperationInput.Fingerprint(kind, reference),
            async (db, now, cancel) =>
            {
                var found = await db.FindVolumeAsync(caller, reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<Volume>.Done { Value: var volume }) return found.Problem!;
                var decided = VolumeMachine.Decide(volume, command);
                if (decided.Refusal is { } refusal) return refusal;
                if (decided.Event is null) return Already(volume, command);
                if (command is VolumeCommand.Expunge && await SnapshotsOfAsync(db, volume, cancel).ConfigureAwait(false) is { } kept) return kept;
                if (command is VolumeCommand.Expunge && await RecoveryOfAsync(db, volume, cancel).ConfigureAwait(false) is { } recovering) return recovering;
                // A volume leaves the recycle bin when the storage has been seen to have it still, not before.
                if (command is not VolumeCommand.Recover) db.Put(VolumeMachine.Evolve(volume, decided.Event));
                db.Record(now, caller.Actor, $"{kind}-requested", "volume", volume.Id, volume.Name, volume.AccountId,
                    $"{kind} of volume {volume.Name} was asked for.");
                return new NewOperation(kind, "volume", volume.Id, volume.AccountId);
            },
            stop);
    }

    /// <summary>The refusal of what is so already or under way: there is no operation to hand back.</summary>
    public static Fault Already(Volume volume, VolumeCommand command) => new("volume-state",
        $"{command.GetType().Name} was asked of volume {volume.Name}, which is {volume.State.ToString().ToLowerInvariant()} already.", Recovery.FixRequest);

    /// <summary>A volume that is being recovered is still in the recycle bin by its state; what was promised first counts.</summary>
    private static async Task<Fault?> RecoveryOfAsync(HeadgateDbContext db, Volume volume, CancellationToken stop)
    {
        // A place in the volume's queue goes when its operation ends.
        var underWay = await db.Operations.AnyAsync(
            o => o.Kind == OperationKinds.VolumeRecover && o.SubjectId == volume.Id && db.OperationSubjects.Any(s => s.OperationId == o.Id), stop).ConfigureAwait(false);
        return underWay
            ? new Fault("volume-state",
                $"Expunge was asked of volume {volume.Name}, which is being recovered; cancel that first, or delete the volume again when it is through.",
                Recovery.FixRequest)
            : null;
    }

    internal static async Task<Fault?> SnapshotsOfAsync(HeadgateDbContext db, Volume volume, CancellationToken stop)
    {
        var snapshots = await db.Snapshots.CountAsync(s => s.VolumeId == volume.Id && s.State != SnapshotState.Deleted, stop).ConfigureAwait(false);
        return snapshots == 0
            ? null
            : new Fault("volume-has-snapshots", $"Volume {volume.Name} has {snapshots} snapshot(s); delete them first.", Recovery.FixRequest);
    }
}
