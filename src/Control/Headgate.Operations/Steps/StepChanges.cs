using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Operations;

/// <summary>
/// Changes that steps commit. A report that comes when it is not lawful any more changes nothing: the journal, not the
/// report, decides what happens next.
/// </summary>
internal static class StepChanges
{
    /// <summary>Applies <paramref name="command"/> and moves the volume's reservation to what it needs from then on.</summary>
    public static async Task<Volume> ApplyAsync(this HeadgateDbContext db, Guid volumeId, VolumeCommand command, CancellationToken stop)
    {
        var volume = await db.Volumes.SingleAsync(v => v.Id == volumeId, stop).ConfigureAwait(false);
        if (VolumeMachine.Apply(volume, command) is not Outcome<Volume>.Done { Value: var next } || next == volume) return volume;
        var pool = await db.Pools.SingleAsync(p => p.Id == volume.PoolId, stop).ConfigureAwait(false);
        var gone = next.State is VolumeState.Expunged;
        (pool, next) = Ledger.Move(pool, next, gone ? default : next.Size, gone ? 0 : next.Promises.ReservedIops());
        db.Put(pool);
        db.Put(next);
        return next;
    }

    /// <summary>Applies <paramref name="command"/>.</summary>
    public static async Task<Snapshot> ApplyAsync(this HeadgateDbContext db, Guid snapshotId, SnapshotCommand command, CancellationToken stop)
    {
        var snapshot = await db.Snapshots.SingleAsync(s => s.Id == snapshotId, stop).ConfigureAwait(false);
        if (SnapshotMachine.Apply(snapshot, command) is not Outcome<Snapshot>.Done { Value: var next } || next == snapshot) return snapshot;
        db.Put(next);
        return next;
    }

    /// <summary>Applies <paramref name="command"/>.</summary>
    public static async Task<StoragePool> ApplyAsync(this HeadgateDbContext db, Guid poolId, PoolCommand command, CancellationToken stop)
    {
        var pool = await db.Pools.SingleAsync(p => p.Id == poolId, stop).ConfigureAwait(false);
        if (PoolMachine.Apply(pool, command) is not Outcome<StoragePool>.Done { Value: var next } || next == pool) return pool;
        db.Put(next);
        return next;
    }

    /// <summary>An event about the operation's volume.</summary>
    public static void Tell(
        this HeadgateDbContext db, DateTimeOffset at, Operation operation, Volume volume, string code, string message,
        EventSeverity severity = EventSeverity.Info) =>
        Tell(db, at, operation, "volume", volume.Id, volume.Name, volume.AccountId, code, message, severity);

    /// <summary>An event about something.</summary>
    public static void Tell(
        this HeadgateDbContext db, DateTimeOffset at, Operation operation, string subjectType, Guid subjectId, string subject,
        Guid? accountId, string code, string message, EventSeverity severity = EventSeverity.Info) => db.Events.Add(new Event
        {
            At = at,
            Code = code,
            Severity = severity,
            SubjectType = subjectType,
            SubjectId = subjectId,
            Subject = subject,
            AccountId = accountId,
            Actor = operation.Actor,
            Message = message,
        });
}
