using Headgate.Domain;
using Headgate.Operations.Hosts;
using Headgate.Operations.Templates;
using Headgate.Operations.Volumes;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Operations.Pools;

/// <summary>The operations on pools, as lists of steps.</summary>
internal static class PoolOperations
{
    public static IEnumerable<OperationDefinition> All(ArrayDirectory arrays, StoreCache stores) =>
    [
        new(OperationKinds.PoolCreate,
        [
            new Begin("recorded", Undo("pool.create-failed", "could not be added", c => new PoolCommand.ReportInitializeFailed(c.Cause))),
            new ReachStorage(arrays),
            new AttachPool(arrays, stores),
            new SurveyPool(arrays),
        ]),
        new(OperationKinds.PoolChangeCapacity,
        [
            new Begin("kept to the lower of both", UndoCapacity),
            new ChangeStorageCapacity(arrays),
            new TakeUpStorage(arrays, context => context.Input<CapacityInput>().After, Changed),
        ]) { CanCancel = false },
        new(OperationKinds.PoolRefresh,
        [
            new Begin("asked", context => async (db, now, stop) =>
            {
                var pool = await db.Pools.SingleAsync(p => p.Id == context.SubjectId, stop).ConfigureAwait(false);
                db.Tell(now, context.Operation, "pool", pool.Id, pool.Name, null, "pool.refresh-failed",
                    $"Pool {pool.Name} could not be asked what it has: {context.Cause.Message}", EventSeverity.Error);
            }),
            new TakeUpStorage(arrays, _ => null, pool => ("pool.refreshed", $"Pool {pool.Name} has {Has(pool)}.")),
        ]),
        new(OperationKinds.PoolRemove,
        [
            new Begin("takes no volumes any more", Undo("pool.remove-failed", "could not be removed", c => new PoolCommand.ReportRemoveFailed(c.Cause))),
            new DetachPool(arrays, stores),
        ]) { CanCancel = false },
    ];

    /// <summary>The capacity of a pool in words.</summary>
    internal static string Has(StoragePool pool) =>
        $"{pool.CapacityBytes?.ToString() ?? "no bound of bytes"} and {(pool.CapacityIops is { } iops ? $"{iops} IOPS" : "no bound of IOPS")}";

    private static (string Code, string Message) Changed(StoragePool pool) => ("pool.capacity-changed", $"Pool {pool.Name} has {Has(pool)} now.");

    private static StepCommit UndoCapacity(StepContext context) => async (db, now, stop) =>
    {
        var input = context.Input<CapacityInput>();
        var pool = await db.ReportAsync(context.SubjectId, input.Before, stop).ConfigureAwait(false);
        db.Tell(now, context.Operation, "pool", pool.Id, pool.Name, null, "pool.capacity-change-failed",
            $"Pool {pool.Name} keeps its capacity, {Has(pool)}: {context.Cause.Message}", EventSeverity.Error);
    };

    private static Func<StepContext, StepCommit> Undo(string code, string what, Func<StepContext, PoolCommand> report) =>
        context => async (db, now, stop) =>
        {
            var pool = await db.ReportAsync(context.SubjectId, report(context), stop).ConfigureAwait(false);
            db.Tell(now, context.Operation, "pool", pool.Id, pool.Name, null, code, $"Pool {pool.Name} {what}: {context.Cause.Message}", EventSeverity.Error);
        };
}

/// <summary>Checks address, credentials and rights against the real storage. Changes nothing there.</summary>
internal sealed class ReachStorage(ArrayDirectory arrays) : ForwardStep("reach-storage")
{
    private const int MostAttempts = 3;

    public override async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var target = await arrays.PoolAsync(context.SubjectId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedPool>.Done { Value: var pool })
            return Retry.NotDone(target, context.Attempt);
        var facts = await pool.Store.LifeCycle.InitializeAsync(stop).ConfigureAwait(false);
        // Nothing was changed, so there is no doubt to settle; and who mistyped an address wants to know soon.
        if (facts.Problem is { } problem && context.Attempt >= MostAttempts) return new StepResult.GiveUp(problem);
        return Retry.After(facts, context.Attempt, found => new StepResult.Advance(found.Description));
    }
}

/// <summary>Makes on the storage what volumes will need.</summary>
internal sealed class AttachPool(ArrayDirectory arrays, StoreCache stores) : IOperationStep
{
    public string Name => "attach";

    public async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var target = await arrays.PoolAsync(context.SubjectId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedPool>.Done { Value: var pool })
            return Retry.NotDone(target, context.Attempt);
        var scope = pool.Pool.Scope switch
        {
            StorageScope.Zone => PoolScope.Zone,
            StorageScope.Cluster => PoolScope.Cluster,
            _ => PoolScope.Host,
        };
        var attached = await pool.Store.LifeCycle.AttachAsync(scope, stop).ConfigureAwait(false);
        return Retry.After(attached, context.Attempt, _ => new StepResult.Advance("attached"));
    }

    public async ValueTask<StepResult> UndoAsync(StepContext context, CancellationToken stop)
    {
        var target = await arrays.PoolAsync(context.SubjectId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedPool>.Done { Value: var pool })
            return Retry.NotUndone(target, context.Attempt);
        var removed = await pool.Store.LifeCycle.RemoveAsync(stop).ConfigureAwait(false);
        if (removed.IsDone) await stores.EvictAsync(pool.Pool.Id).ConfigureAwait(false);
        return Retry.AfterUndo(removed, context.Attempt, _ => new StepResult.Advance("detached"));
    }
}

/// <summary>Reads capacity and capabilities, and counts what is there that is not ours.</summary>
internal sealed class SurveyPool(ArrayDirectory arrays) : ForwardStep("survey")
{
    public override async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var target = await arrays.PoolAsync(context.SubjectId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedPool>.Done { Value: var pool })
            return Retry.NotDone(target, context.Attempt);
        var surveyed = await Survey.OfAsync(pool, stop).ConfigureAwait(false);
        if (surveyed is not Outcome<Survey>.Done { Value: var found }) return Retry.NotDone(surveyed, context.Attempt);
        return new StepResult.Advance(
            found.ToString(),
            async (db, now, cancel) =>
            {
                var row = await db.ApplyAsync(context.SubjectId, new PoolCommand.ConfirmInitialized(found.Findings), cancel).ConfigureAwait(false);
                db.Tell(now, context.Operation, "pool", row.Id, row.Name, null, "pool.added", $"Pool {row.Name} is up: {row.Description}.");
                await HostNotices.IntroduceAsync(db, row, context.Operation.Actor, now, cancel).ConfigureAwait(false);
            });
    }
}

/// <summary>Takes away the templates' copies and what attaching made, and forgets the secrets.</summary>
internal sealed class DetachPool(ArrayDirectory arrays, StoreCache stores) : ForwardStep("detach")
{
    public override async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        if (context.Input<ForceInput>().Force) return new StepResult.Advance("forgotten without its storage", Forgotten(context));
        var target = await arrays.PoolAsync(context.SubjectId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedPool>.Done { Value: var pool })
            return Retry.NotDone(target, context.Attempt);
        var copies = await arrays.TemplateCopiesAsync(pool.Pool.Id, stop).ConfigureAwait(false);
        if (copies is [var copy, ..]) return await CopyOnStorage.DropAsync(pool, copy, context, stop).ConfigureAwait(false); // no tenant's, and nothing here needs it any more
        var removed = await pool.Store.LifeCycle.RemoveAsync(stop).ConfigureAwait(false);
        if (removed.IsDone) await stores.EvictAsync(pool.Pool.Id).ConfigureAwait(false);
        return Retry.After(removed, context.Attempt, _ => new StepResult.Advance("detached", Removed(context)));
    }

    private static StepCommit Removed(StepContext context) => async (db, now, stop) =>
    {
        var row = await db.ApplyAsync(context.SubjectId, new PoolCommand.ConfirmRemoved(), stop).ConfigureAwait(false);
        db.Put(row with { SealedSecrets = new Dictionary<string, string>() });
        db.Tell(now, context.Operation, "pool", row.Id, row.Name, null, "pool.removed", $"Pool {row.Name} was removed.");
    };

    /// <summary>With the templates' copies, which are out of reach on it.</summary>
    private static StepCommit Forgotten(StepContext context) => async (db, now, stop) =>
    {
        db.TemplateCopies.RemoveRange(await db.TemplateCopies.Where(c => c.PoolId == context.SubjectId).ToListAsync(stop).ConfigureAwait(false));
        await Removed(context)(db, now, stop).ConfigureAwait(false);
    };
}
