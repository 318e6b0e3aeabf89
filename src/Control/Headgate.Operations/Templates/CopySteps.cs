using Headgate.Domain;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Operations.Templates;

/// <summary>A template's copy with its template and the driver of its pool.</summary>
internal sealed record ReachedCopy(TemplateCopy Copy, Template Template, ReachedPool Pool)
{
    public ObjectKey Key => new(Copy.Id);

    public static async Task<Outcome<ReachedCopy>> ReachAsync(ArrayDirectory arrays, StepContext context, CancellationToken stop)
    {
        var copy = await arrays.TemplateCopyAsync(context.SubjectId, stop).ConfigureAwait(false);
        var template = await arrays.TemplateAsync(copy.TemplateId, stop).ConfigureAwait(false);
        var pool = await arrays.PoolAsync(copy.PoolId, stop).ConfigureAwait(false);
        return pool.Map(reached => new ReachedCopy(copy, template, reached));
    }

    /// <summary>For the steps that write.</summary>
    public static SeekTarget Seek(ArrayDirectory arrays) => async (context, stop) =>
        (await ReachAsync(arrays, context, stop).ConfigureAwait(false)).Map<WriteTarget?>(reached => new WriteTarget(
            reached.Template, reached.Template.AccountId, reached.Pool, reached.Key,
            new VolumeHandle(reached.Copy.Handle ?? throw new InvalidOperationException($"Copy {reached.Copy.Id} has no handle."))));
}

/// <summary>Makes the volume that the content goes into. Crash windows as with a tenant's volume: found by its key, it was made before.</summary>
internal sealed class ProvisionCopy(ArrayDirectory arrays) : IOperationStep
{
    public string Name => "provision-copy";

    public async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var target = await ReachedCopy.ReachAsync(arrays, context, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedCopy>.Done { Value: var copy }) return Retry.NotDone(target, context.Attempt);
        var earlier = await copy.Pool.Driver.FindAsync(copy.Key, stop).ConfigureAwait(false);
        if (earlier is not Outcome<VolumeView?>.Done found) return Retry.NotDone(earlier, context.Attempt);
        if (found.Value is { } there)
        {
            if (context.Attempt > 1 && CopyOnStorage.IsWhole(there, copy.Copy)) return Made("found", context, there);
            // The remains of a copy that was damaged: what is written next relies on zeros.
            var gone = await copy.Pool.Driver.DeleteAsync(copy.Key, there.Handle, stop).ConfigureAwait(false);
            if (!gone.IsDone) return Retry.NotDone(gone, context.Attempt);
        }
        // No limits: it serves no host, and what writes it once shall be quick.
        var spec = new VolumeSpec(copy.Template.Name, copy.Copy.Size, QosSpec.None) { AccountId = copy.Template.AccountId };
        var made = await copy.Pool.Driver.CreateAsync(copy.Key, spec, stop).ConfigureAwait(false);
        return Retry.After(made, context.Attempt, view => Made("made", context, view));
    }

    public async ValueTask<StepResult> UndoAsync(StepContext context, CancellationToken stop)
    {
        var target = await ReachedCopy.ReachAsync(arrays, context, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedCopy>.Done { Value: var copy }) return Retry.NotUndone(target, context.Attempt);
        var gone = await CopyOnStorage.DeleteAsync(copy.Pool.Driver, copy.Copy, stop).ConfigureAwait(false);
        return Retry.AfterUndo(gone, context.Attempt, _ => new StepResult.Advance("nothing of it is left"));
    }

    private static StepResult.Advance Made(string how, StepContext context, VolumeView view) => new(
        $"{how} {view.Handle}",
        async (db, _, stop) =>
        {
            var row = await db.TemplateCopies.SingleAsync(c => c.Id == context.SubjectId, stop).ConfigureAwait(false);
            var made = row with { Handle = view.Handle.Value, Size = view.Size };
            db.Put(await CopyOnStorage.ReserveAsync(db, made, view.Size, stop).ConfigureAwait(false));
        });
}

/// <summary>Lets volumes be cloned from it, and wakes those that wait for it.</summary>
internal sealed class OfferCopy() : ForwardStep("offer")
{
    public override ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop) => ValueTask.FromResult<StepResult>(new StepResult.Advance(
        "ready",
        async (db, now, cancel) =>
        {
            var row = await db.TemplateCopies.SingleAsync(c => c.Id == context.SubjectId, cancel).ConfigureAwait(false);
            db.Put(row.Made());
            await Waiters.WakeAsync(db, row, cancel).ConfigureAwait(false);
            var template = await db.Templates.SingleAsync(t => t.Id == row.TemplateId, cancel).ConfigureAwait(false);
            var pool = await db.Pools.SingleAsync(p => p.Id == row.PoolId, cancel).ConfigureAwait(false);
            db.Tell(now, context.Operation, "template", template.Id, template.Name, null, "template.copied",
                $"Template {template.Name} was written to pool {pool.Name}; volumes are cloned from there.");
        }));
}

/// <summary>
/// Volumes that wait for a copy. Woken, they look at once; by themselves they look ever more seldom, for the one that looked a moment
/// before the copy was there and began to wait a moment after.
/// </summary>
internal static class Waiters
{
    public static async Task WakeAsync(Persistence.HeadgateDbContext db, TemplateCopy copy, CancellationToken stop)
    {
        var waiting = await db.Operations
            .Where(o => o.Kind == OperationKinds.VolumeCreateFromTemplate && o.LeaseOwner == null && o.NotBefore != null)
            .Where(o => db.Volumes.Any(v => v.Id == o.SubjectId && v.FromTemplateId == copy.TemplateId && v.PoolId == copy.PoolId))
            .ToListAsync(stop).ConfigureAwait(false);
        foreach (var operation in waiting) db.Put(operation with { NotBefore = null });
    }
}
