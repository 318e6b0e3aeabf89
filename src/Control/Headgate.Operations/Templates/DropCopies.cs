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
        foreach (var copy in copies)
        {
            var target = await arrays.PoolAsync(copy.PoolId, stop).ConfigureAwait(false);
            if (target is not Outcome<ReachedPool>.Done { Value: var pool }) return Retry.NotDone(target, context.Attempt);
            var gone = await CopyOnStorage.DeleteAsync(pool.Driver, copy, stop).ConfigureAwait(false);
            if (!gone.IsDone) return Retry.NotDone(gone, context.Attempt);
        }
        return new StepResult.Advance($"{copies.Count} deleted", (db, _, cancel) => CopyOnStorage.ForgetAsync(db, copies, cancel));
    }
}

/// <summary>A template's copy as its storage has it.</summary>
internal static class CopyOnStorage
{
    /// <summary>Done when it is not there (any more); looks before it acts.</summary>
    public static async Task<Outcome<Nothing>> DeleteAsync(IPrimaryDataStoreDriver driver, TemplateCopy copy, CancellationToken stop)
    {
        var key = new ObjectKey(copy.Id);
        var sought = await driver.FindAsync(key, stop).ConfigureAwait(false);
        if (sought is not Outcome<VolumeView?>.Done found)
            return sought is Outcome<VolumeView?>.Unknown { Fault: var doubt } ? new Outcome<Nothing>.Unknown(doubt) : sought.Problem!;
        return found.Value is { } there ? await driver.DeleteAsync(key, there.Handle, stop).ConfigureAwait(false) : default(Nothing);
    }

    /// <summary>Takes the rows away and their reservations back.</summary>
    public static async Task ForgetAsync(Persistence.HeadgateDbContext db, IReadOnlyList<TemplateCopy> copies, CancellationToken stop)
    {
        var ids = copies.Select(c => c.Id).ToList();
        foreach (var row in await db.TemplateCopies.Where(c => ids.Contains(c.Id)).ToListAsync(stop).ConfigureAwait(false))
        {
            await ReserveAsync(db, row, default, stop).ConfigureAwait(false);
            db.TemplateCopies.Remove(row);
        }
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
