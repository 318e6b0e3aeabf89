using Headgate.Domain;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Operations.Templates;

/// <summary>Ends the copies of a template on their storages and gives their room back. Crash window: found absent, it was done before.</summary>
internal sealed class DropCopies(ArrayDirectory arrays) : ForwardStep("drop-copies")
{
    public override async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var copies = await arrays.TemplateCopiesAsync(context.SubjectId, stop).ConfigureAwait(false);
        if (copies is not [var copy, ..]) return new StepResult.Advance("none is left");
        var target = await arrays.PoolAsync(copy.PoolId, stop).ConfigureAwait(false);
        return target is Outcome<ReachedPool>.Done { Value: var pool }
            ? await CopyOnStorage.DropAsync(pool, copy, context, stop).ConfigureAwait(false)
            : Retry.NotDone(target, context.Attempt);
    }
}

/// <summary>A template's copy as its storage has it.</summary>
internal static class CopyOnStorage
{
    /// <summary>True for one that the storage shows without a complaint and at its size.</summary>
    public static bool IsWhole(VolumeView? view, TemplateCopy copy) => view is { Problem: null } && view.Size >= copy.Size;

    /// <summary>Done when it is not there (any more); looks before it acts.</summary>
    public static async Task<Outcome<Nothing>> DeleteAsync(IPrimaryDataStoreDriver driver, TemplateCopy copy, CancellationToken stop)
    {
        var key = new ObjectKey(copy.Id);
        var sought = await driver.FindAsync(key, stop).ConfigureAwait(false);
        if (sought is not Outcome<VolumeView?>.Done found)
            return sought is Outcome<VolumeView?>.Unknown { Fault: var doubt } ? new Outcome<Nothing>.Unknown(doubt) : sought.Problem!;
        return found.Value is { } there ? await driver.DeleteAsync(key, there.Handle, stop).ConfigureAwait(false) : default(Nothing);
    }

    /// <summary>
    /// Ends one copy and forgets it before the next is begun: should another not go, on a pool that is not reached, what is gone already
    /// is held no longer.
    /// </summary>
    public static async Task<StepResult> DropAsync(ReachedPool pool, TemplateCopy copy, StepContext context, CancellationToken stop)
    {
        var gone = await DeleteAsync(pool.Driver, copy, stop).ConfigureAwait(false);
        return Retry.After(gone, context.Attempt, _ => new StepResult.ComeBack(
            $"deleted from pool {pool.Pool.Name}",
            TimeSpan.Zero,
            async (db, _, cancel) =>
            {
                if (await db.TemplateCopies.SingleOrDefaultAsync(c => c.Id == copy.Id, cancel).ConfigureAwait(false) is not { } row) return;
                await ReserveAsync(db, row, default, cancel).ConfigureAwait(false);
                db.TemplateCopies.Remove(row);
            }));
    }

    /// <summary>Moves the copy's reservation in its pool's ledger to <paramref name="bytes"/>; returns the copy, not yet put.</summary>
    public static async Task<TemplateCopy> ReserveAsync(Persistence.HeadgateDbContext db, TemplateCopy copy, ByteSize bytes, CancellationToken stop)
    {
        // One that this transaction has moved already counts as it is by now.
        var pool = db.Pools.Local.FirstOrDefault(p => p.Id == copy.PoolId) ?? await db.Pools.SingleAsync(p => p.Id == copy.PoolId, stop).ConfigureAwait(false);
        var (moved, next) = Ledger.Move(pool, copy, bytes);
        db.Put(moved);
        return next;
    }
}
