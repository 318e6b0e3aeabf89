using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Operations;

/// <summary>
/// What a step wanted to record is not lawful any more. Thrown out of a commit, so that nothing of it is kept; the engine
/// takes it as the step's refusal, and the operation is undone instead of reporting a success that was none.
/// </summary>
internal sealed class CommitRefusedException(Fault fault) : Exception(fault.Message)
{
    public Fault Fault => fault;
}

/// <summary>
/// Changes that steps commit. What a success stands for is applied or the step fails (<c>ApplyAsync</c>); the report of a
/// failure that comes when it is not lawful any more changes nothing (<c>ReportAsync</c>), since an undo must come to its end.
/// </summary>
internal static class StepChanges
{
    /// <summary>Applies <paramref name="command"/> and moves the volume's reservation to what it needs from then on.</summary>
    /// <exception cref="CommitRefusedException">The command is not lawful now.</exception>
    public static async Task<Volume> ApplyAsync(this HeadgateDbContext db, Guid volumeId, VolumeCommand command, CancellationToken stop)
    {
        var (volume, outcome) = await DecideAsync(db, volumeId, command, stop).ConfigureAwait(false);
        return await StoreAsync(db, volume, Lawful(outcome), stop).ConfigureAwait(false);
    }

    /// <summary>The same for what an undo reports: nothing happens when it is not lawful.</summary>
    public static async Task<Volume> ReportAsync(this HeadgateDbContext db, Guid volumeId, VolumeCommand command, CancellationToken stop)
    {
        var (volume, outcome) = await DecideAsync(db, volumeId, command, stop).ConfigureAwait(false);
        return await StoreAsync(db, volume, outcome is Outcome<Volume>.Done { Value: var next } ? next : volume, stop).ConfigureAwait(false);
    }

    /// <summary>Applies <paramref name="command"/>.</summary>
    /// <exception cref="CommitRefusedException">The command is not lawful now.</exception>
    public static async Task<Snapshot> ApplyAsync(this HeadgateDbContext db, Guid snapshotId, SnapshotCommand command, CancellationToken stop)
    {
        var snapshot = await db.Snapshots.SingleAsync(s => s.Id == snapshotId, stop).ConfigureAwait(false);
        return Store(db, snapshot, Lawful(SnapshotMachine.Apply(snapshot, command)));
    }

    /// <summary>The same for what an undo reports.</summary>
    public static async Task<Snapshot> ReportAsync(this HeadgateDbContext db, Guid snapshotId, SnapshotCommand command, CancellationToken stop)
    {
        var snapshot = await db.Snapshots.SingleAsync(s => s.Id == snapshotId, stop).ConfigureAwait(false);
        return Store(db, snapshot, SnapshotMachine.Apply(snapshot, command) is Outcome<Snapshot>.Done { Value: var next } ? next : snapshot);
    }

    /// <summary>Applies <paramref name="command"/>.</summary>
    /// <exception cref="CommitRefusedException">The command is not lawful now.</exception>
    public static Task<StoragePool> ApplyAsync(this HeadgateDbContext db, Guid poolId, PoolCommand command, CancellationToken stop) =>
        db.ApplyAsync(poolId, [command], stop);

    /// <summary>Applies all of <paramref name="commands"/>, one after the other.</summary>
    /// <exception cref="CommitRefusedException">One of them is not lawful then.</exception>
    public static async Task<StoragePool> ApplyAsync(this HeadgateDbContext db, Guid poolId, IReadOnlyList<PoolCommand> commands, CancellationToken stop)
    {
        var pool = await db.Pools.SingleAsync(p => p.Id == poolId, stop).ConfigureAwait(false);
        return Store(db, pool, commands.Aggregate(pool, static (now, command) => Lawful(PoolMachine.Apply(now, command))));
    }

    /// <summary>The same for what an undo reports.</summary>
    public static async Task<StoragePool> ReportAsync(this HeadgateDbContext db, Guid poolId, PoolCommand command, CancellationToken stop)
    {
        var pool = await db.Pools.SingleAsync(p => p.Id == poolId, stop).ConfigureAwait(false);
        return Store(db, pool, PoolMachine.Apply(pool, command) is Outcome<StoragePool>.Done { Value: var next } ? next : pool);
    }

    /// <summary>Applies <paramref name="command"/>.</summary>
    /// <exception cref="CommitRefusedException">The command is not lawful now.</exception>
    public static async Task<Template> ApplyAsync(this HeadgateDbContext db, Guid templateId, TemplateCommand command, CancellationToken stop)
    {
        var template = await db.Templates.SingleAsync(t => t.Id == templateId, stop).ConfigureAwait(false);
        return Store(db, template, Lawful(TemplateMachine.Apply(template, command)));
    }

    /// <summary>The same for what an undo reports.</summary>
    public static async Task<Template> ReportAsync(this HeadgateDbContext db, Guid templateId, TemplateCommand command, CancellationToken stop)
    {
        var template = await db.Templates.SingleAsync(t => t.Id == templateId, stop).ConfigureAwait(false);
        return Store(db, template, TemplateMachine.Apply(template, command) is Outcome<Template>.Done { Value: var next } ? next : template);
    }

    /// <summary>An event about a template, for its owner.</summary>
    public static void Tell(
        this HeadgateDbContext db, DateTimeOffset at, Operation operation, Template template, string code, string message,
        EventSeverity severity = EventSeverity.Info) =>
        Tell(db, at, operation, "template", template.Id, template.Name, template.AccountId, code, message, severity);

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

    private static T Lawful<T>(Outcome<T> outcome) =>
        outcome is Outcome<T>.Done { Value: var next } ? next : throw new CommitRefusedException(outcome.Problem!);

    private static async Task<(Volume Volume, Outcome<Volume> Outcome)> DecideAsync(
        HeadgateDbContext db, Guid volumeId, VolumeCommand command, CancellationToken stop)
    {
        var volume = await db.Volumes.SingleAsync(v => v.Id == volumeId, stop).ConfigureAwait(false);
        return (volume, VolumeMachine.Apply(volume, command));
    }

    private static async Task<Volume> StoreAsync(HeadgateDbContext db, Volume volume, Volume next, CancellationToken stop)
    {
        if (next == volume) return volume;
        var pool = await db.Pools.SingleAsync(p => p.Id == volume.PoolId, stop).ConfigureAwait(false);
        var gone = next.State is VolumeState.Expunged;
        (pool, next) = Ledger.Move(pool, next, gone ? Reservation.None : Reservation.For(next.Size, next.Promises));
        db.Put(pool);
        db.Put(next);
        return next;
    }

    private static T Store<T>(HeadgateDbContext db, T before, T next)
        where T : class, IAggregate
    {
        if (!next.Equals(before)) db.Put(next);
        return next;
    }
}
