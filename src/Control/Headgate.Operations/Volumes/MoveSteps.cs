using Headgate.DataMover;
using Headgate.Domain;
using Headgate.Operations.Templates;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using Microsoft.EntityFrameworkCore;
using VolumeView = Headgate.Storage.Sdk.VolumeView;

namespace Headgate.Operations.Volumes;

/// <summary>
/// Makes the volume on the target, with the limits that it shall have there. Crash window: found by the move's key, it was made before. Undoing
/// the move leaves it to <see cref="ReleaseCopy"/>, so that a target that does not answer keeps nobody from the volume.
/// </summary>
internal sealed class ProvisionTarget(ArrayDirectory arrays) : ForwardStep("provision-target")
{
    public override async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var reached = await ReachedMove.ReachAsync(arrays, context, stop).ConfigureAwait(false);
        if (reached is not Outcome<ReachedMove>.Done { Value: var move }) return Retry.NotDone(reached, context.Attempt);
        if (context.Attempt > 1)
        {
            var earlier = await move.Target.Pool.Driver.FindAsync(move.Target.Key, stop).ConfigureAwait(false);
            if (earlier is not Outcome<VolumeView?>.Done found) return Retry.NotDone(earlier, context.Attempt);
            if (found.Value is { Problem: null } there) return Made("found", move.Move, there);
        }
        var spec = new VolumeSpec(move.Volume.Name, new ByteSize(move.Input.SizeBytes), move.Input.Promises.ForStorage()) { AccountId = move.Volume.AccountId };
        var made = await move.Target.Pool.Driver.CreateAsync(move.Target.Key, spec, stop).ConfigureAwait(false);
        return Retry.After(made, context.Attempt, view => Made("made", move.Move, view));
    }

    private static StepResult.Advance Made(string how, VolumeMove move, VolumeView made) => new(
        $"{how} {made.Handle}",
        async (db, _, stop) =>
        {
            var row = await db.VolumeMoves.SingleAsync(m => m.Id == move.Id, stop).ConfigureAwait(false);
            db.Put(row with { Handle = made.Handle.Value });
        });
}

/// <summary>Lets this server in to both copies. Its undo shuts it out of the source; the target goes as a whole.</summary>
internal sealed class LetMoverInToBoth(ArrayDirectory arrays) : IOperationStep
{
    public string Name => "let-mover-in";

    public async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var reached = await ReachedMove.ReachAsync(arrays, context, stop).ConfigureAwait(false);
        if (reached is not Outcome<ReachedMove>.Done { Value: var move }) return Retry.NotDone(reached, context.Attempt);
        foreach (var copy in new[] { move.Source, move.Target })
        {
            var granted = await copy.GrantAsync(stop).ConfigureAwait(false);
            if (!granted.IsDone) return Retry.NotDone(granted, context.Attempt);
        }
        return new StepResult.Advance("granted to this server on both pools");
    }

    public async ValueTask<StepResult> UndoAsync(StepContext context, CancellationToken stop)
    {
        var volume = await arrays.VolumeRowAsync(context.SubjectId, stop).ConfigureAwait(false);
        var pool = await arrays.PoolAsync(volume.PoolId, stop).ConfigureAwait(false);
        if (pool is not Outcome<ReachedPool>.Done { Value: var source }) return Retry.NotUndone(pool, context.Attempt);
        var revoked = await new CopyOfVolume(source, new(volume.Key), volume.Handle).RevokeAsync(stop).ConfigureAwait(false);
        return Retry.AfterUndo(revoked, context.Attempt, _ => new StepResult.Advance("revoked"));
    }
}

/// <summary>
/// Copies, flushes, reads all of the target back and compares. Crash window: copied again from the start; nobody is connected, so the source is what
/// it was, and the same bytes go to the same places. The volume's own limits hold for it, on both pools: neighbours are not disturbed.
/// </summary>
internal sealed class CopyData(ArrayDirectory arrays, TemplateTools tools, StepNotes notes) : ForwardStep("copy")
{
    public override async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var reached = await ReachedMove.ReachAsync(arrays, context, stop).ConfigureAwait(false);
        if (reached is not Outcome<ReachedMove>.Done { Value: var move }) return Retry.NotDone(reached, context.Attempt);
        using var turn = tools.Moving.TryTake(move.Volume.AccountId);
        if (turn is null) return TemplateTools.NoTurn("other volumes are being written");
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var bytes = move.Volume.Size;
        var running = notes.Of(context.Operation.Id, Name);

        async Task ToldAsync(MoverPhase phase, long done)
        {
            var shallStop = await running.TellAsync(
                () => $"{new ByteSize(done)} of {bytes} {(phase is MoverPhase.Copying ? "copied" : "read back and compared")}", stop).ConfigureAwait(false);
            if (shallStop) await cancelled.CancelAsync().ConfigureAwait(false);
        }

        try
        {
            var copied = await CopyAsync(move, ToldAsync, cancelled.Token).ConfigureAwait(false);
            return Retry.After(copied, context.Attempt, sha256 => new StepResult.Advance($"{bytes} copied, read back and compared, sha256:{sha256}"));
        }
        catch (OperationCanceledException) when (cancelled.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            return new StepResult.ComeBack("stopped, because a cancel was asked for", TimeSpan.Zero);
        }
    }

    private async Task<Outcome<string>> CopyAsync(ReachedMove move, Func<MoverPhase, long, Task> told, CancellationToken stop)
    {
        var source = await OpenAsync(move.Source, stop).ConfigureAwait(false);
        if (source is not Outcome<IBlocks>.Done { Value: var from }) return source.Problem!;
        await using (from.ConfigureAwait(false))
        {
            var target = await OpenAsync(move.Target, stop).ConfigureAwait(false);
            if (target is not Outcome<IBlocks>.Done { Value: var to }) return target.Problem!;
            await using (to.ConfigureAwait(false))
                return await tools.Mover.CopyAndVerifyAsync(from, to, move.Volume.Size.Bytes, null, stop, told).ConfigureAwait(false);
        }
    }

    private async Task<Outcome<IBlocks>> OpenAsync(CopyOfVolume copy, CancellationToken stop)
    {
        var granted = await copy.GrantAsync(stop).ConfigureAwait(false); // the same answer as the step before had
        return granted is Outcome<Connection>.Done { Value: var connection }
            ? await tools.Mover.OpenAsync(connection, copy.Mover, stop).ConfigureAwait(false)
            : granted.Map<IBlocks>(_ => null!);
    }
}

/// <summary>Takes this server's access to both copies away again.</summary>
internal sealed class ShutMoverOutOfBoth(ArrayDirectory arrays) : ForwardStep("shut-mover-out")
{
    public override async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var reached = await ReachedMove.ReachAsync(arrays, context, stop).ConfigureAwait(false);
        if (reached is not Outcome<ReachedMove>.Done { Value: var move }) return Retry.NotDone(reached, context.Attempt);
        foreach (var copy in new[] { move.Source, move.Target })
        {
            var revoked = await copy.RevokeAsync(stop).ConfigureAwait(false);
            if (!revoked.IsDone) return Retry.NotDone(revoked, context.Attempt);
        }
        return new StepResult.Advance("revoked on both pools");
    }
}

/// <summary>
/// Looks at the target once more and makes it the volume, in one transaction: from then on the source is the other copy, and an operation of its
/// own deletes it.
/// </summary>
internal sealed class SwitchOver(ArrayDirectory arrays) : ForwardStep("switch")
{
    public override async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var reached = await ReachedMove.ReachAsync(arrays, context, stop).ConfigureAwait(false);
        if (reached is not Outcome<ReachedMove>.Done { Value: var move }) return Retry.NotDone(reached, context.Attempt);
        var sought = await move.Target.Pool.Driver.FindAsync(move.Target.Key, stop).ConfigureAwait(false);
        return Retry.After(sought, context.Attempt, found =>
        {
            if (Problem(move, found) is { } problem) return new StepResult.GiveUp(problem);
            var promises = move.Input.Promises.WithApplied(found!.Qos);
            return new StepResult.Advance($"on pool {move.Target.Pool.Pool.Name} as {found.Handle}", Commit(context, move, found, promises));
        });
    }

    private static Fault? Problem(ReachedMove move, VolumeView? found)
    {
        var pool = move.Target.Pool.Pool.Name;
        if (found is null)
            return new Fault(FaultCodes.VolumeNotFound, $"Pool {pool} lost the copy of volume {move.Volume.Name} that was just written; the volume stays where it is.", Recovery.AskOperator);
        if (found.Problem is { } unreadable) return unreadable;
        if (found.Size < move.Volume.Size)
            return new Fault("mover-too-small", $"Pool {pool} shows {found.Size} for volume {move.Volume.Name} of {move.Volume.Size}; the volume stays where it is.", Recovery.AskOperator);
        return move.Input.Promises.WithApplied(found.Qos).FirstOrDefault(p => p.Required && p.EnforcedBy is Enforcer.Storage && p.Applied != p.Granted) is { } broken
            ? new Fault("qos-not-applied",
                $"{OfferingResolution.Name(broken.Kind)} {broken.Granted} is required; pool {pool} was told so but has " +
                $"{broken.Applied?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"}.", Recovery.AskOperator)
            : null;
    }

    private static StepCommit Commit(StepContext context, ReachedMove move, VolumeView found, IReadOnlyList<Promise> promises) => async (db, now, stop) =>
    {
        var volume = await db.Volumes.SingleAsync(v => v.Id == context.SubjectId, stop).ConfigureAwait(false);
        var row = await db.VolumeMoves.SingleAsync(m => m.Id == move.Move.Id, stop).ConfigureAwait(false);
        var command = new VolumeCommand.ConfirmMoved(
            move.Input.TargetPoolId, row.StorageKey, found.Handle.Value, found.Size, move.Input.DiskOfferingId, promises);
        var decided = VolumeMachine.Apply(volume, command);
        if (decided is not Outcome<Domain.Volume>.Done { Value: var moved }) throw new CommitRefusedException(decided.Problem!);
        var target = await db.Pools.SingleAsync(p => p.Id == move.Input.TargetPoolId, stop).ConfigureAwait(false);
        var needs = Reservation.For(moved.Size, moved.Promises);
        db.Put(Ledger.Replace(target, row.Reserved, needs));
        db.Put(moved.Holding(needs));
        db.Put(row.LeftBehind(volume));
        MoveOperations.Release(db, row.Id, context.Operation.Actor, now);
        db.Tell(now, context.Operation, moved, "volume.migrated",
            $"Volume {moved.Name} is on pool {target.Name} now, with {promises.Requested()}; its data was read back there and compared. What was on pool {move.Source.Pool.Pool.Name} is being deleted.");
    };
}

/// <summary>
/// Deletes the copy that does not count: the source after the switch, the target of a move that failed. It is tried until its storage answers; a
/// cancel leaves it there, for the pool check to report.
/// </summary>
internal sealed class ReleaseCopy(ArrayDirectory arrays) : ForwardStep("delete-copy")
{
    public override async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        if (await arrays.MoveAsync(context.SubjectId, stop).ConfigureAwait(false) is not { } move) return new StepResult.Advance("was gone already");
        var pool = await arrays.PoolAsync(move.PoolId, stop).ConfigureAwait(false);
        if (pool is not Outcome<ReachedPool>.Done { Value: var reached }) return Retry.NotUndone(pool, context.Attempt);
        var copy = new CopyOfVolume(reached, new(move.StorageKey), move.Handle);
        var revoked = await copy.RevokeAsync(stop).ConfigureAwait(false);
        if (!revoked.IsDone) return Retry.NotUndone(revoked, context.Attempt);
        var sought = await reached.Driver.FindAsync(copy.Key, stop).ConfigureAwait(false);
        if (sought is not Outcome<VolumeView?>.Done found) return Retry.NotUndone(sought, context.Attempt);
        if (found.Value is not { } there) return new StepResult.Advance("was not there", Forget(context, move));
        var gone = await reached.Driver.DeleteAsync(copy.Key, there.Handle, stop).ConfigureAwait(false);
        return Retry.AfterUndo(gone, context.Attempt, _ => new StepResult.Advance($"deleted {there.Handle} from pool {reached.Pool.Name}", Forget(context, move)));
    }

    private static StepCommit Forget(StepContext context, VolumeMove move) => async (db, now, stop) =>
    {
        var pool = await MoveOperations.ForgetAsync(db, move.Id, stop).ConfigureAwait(false);
        if (pool is null) return;
        var volume = await db.Volumes.SingleAsync(v => v.Id == move.VolumeId, stop).ConfigureAwait(false);
        db.Tell(now, context.Operation, "volume", volume.Id, volume.Name, null, "volume.copy-released", $"The copy of volume {volume.Name} on pool {pool.Name} is gone.");
    };
}
