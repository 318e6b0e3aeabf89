using Headgate.Domain;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using VolumeView = Headgate.Storage.Sdk.VolumeView;

namespace Headgate.Operations.Pools;

/// <summary>What a storage has, and what is on it that is not ours.</summary>
internal sealed record Survey(PoolFindings Findings, int Foreign)
{
    public static async Task<Outcome<Survey>> OfAsync(ReachedPool pool, CancellationToken stop)
    {
        var facts = await pool.Store.LifeCycle.InitializeAsync(stop).ConfigureAwait(false);
        if (facts is not Outcome<PoolFacts>.Done { Value: var found }) return facts.Map<Survey>(static _ => null!);
        IReadOnlyList<VolumeView> foreign = [];
        if (pool.Driver.Facet<IInventory>() is { } inventory)
        {
            var listed = await inventory.ListAsync(stop).ConfigureAwait(false);
            if (listed is not Outcome<IReadOnlyList<VolumeView>>.Done { Value: var all }) return listed.Map<Survey>(static _ => null!);
            foreign = [.. all.Where(v => v.Key is null)];
        }
        return new Survey(
            new PoolFindings(
                found.BackendId, found.Description, found.CapacityBytes, found.CapacityIops, CapabilitiesText.Write(found.Capabilities),
                new ByteSize(foreign.Sum(v => v.Size.Bytes)), foreign.Sum(v => v.Qos.MinIops ?? 0)),
            foreign.Count);
    }

    public override string ToString() => $"{Findings.Bytes?.ToString() ?? "unknown size"}, {Foreign} volume(s) of others";
}

/// <summary>
/// Tells the storage, where it is the storage that has to give: an array volume grows, a budget is written down. Elsewhere
/// the pool's own books keep to the bound, and there is nothing to do.
/// </summary>
internal sealed class ChangeStorageCapacity(ArrayDirectory arrays) : IOperationStep
{
    public string Name => "change-storage";

    public async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var target = await arrays.PoolAsync(context.SubjectId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedPool>.Done { Value: var pool }) return Retry.NotDone(target, context.Attempt);
        var input = context.Input<CapacityInput>();
        if (ToTell(pool, input.Before, input.After) is not var (control, capacity)) return new StepResult.Advance("kept to in the pool's own books");
        var changed = await control.ChangeCapacityAsync(capacity, stop).ConfigureAwait(false);
        return Retry.After(changed, context.Attempt, facts => new StepResult.Advance(facts.Description));
    }

    /// <summary>What it had before, where the storage can go back to that; an array volume that has grown stays as it is.</summary>
    public async ValueTask<StepResult> UndoAsync(StepContext context, CancellationToken stop)
    {
        var target = await arrays.PoolAsync(context.SubjectId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedPool>.Done { Value: var pool }) return Retry.NotUndone(target, context.Attempt);
        var input = context.Input<CapacityInput>();
        if (ToTell(pool, input.After, input.Before) is not var (control, capacity)) return new StepResult.Advance("nothing to take back");
        var changed = await control.ChangeCapacityAsync(capacity, stop).ConfigureAwait(false);
        return changed is Outcome<PoolFacts>.Refused { Fault: { Recovery: not Recovery.RetryWithBackoff } fault }
            ? new StepResult.Advance($"the storage stays as it is: {fault}")
            : Retry.AfterUndo(changed, context.Attempt, _ => new StepResult.Advance("put back"));
    }

    /// <summary>
    /// The whole of what the storage shall give, in the kinds that it declares; null when none of those changes. What an admin
    /// bound in our books only, before the storage could be told, is told with the first change that it has to hear of.
    /// </summary>
    private static (ICapacityControl Control, PoolCapacity Capacity)? ToTell(ReachedPool pool, PoolCommand.Bound from, PoolCommand.Bound to)
    {
        if (pool.Store.LifeCycle.Facet<ICapacityControl>() is not { } control || CapabilitiesText.Read(pool.Pool.Capabilities) is not { } can) return null;
        var (bytes, iops) = (can.CapacityBytesChange == Support.Native, can.CapacityIopsChange == Support.Native);
        return (bytes && from.Bytes != to.Bytes) || (iops && from.Iops != to.Iops)
            ? (control, new PoolCapacity(bytes ? to.Bytes : null, iops ? to.Iops : null))
            : null;
    }
}

/// <summary>Asks the storage anew what it has, takes that up, and with it the bound that was asked for, if any was.</summary>
internal sealed class TakeUpStorage(
    ArrayDirectory arrays, Func<StepContext, PoolCommand.Bound?> bound, Func<StoragePool, (string Code, string Message)> done) : ForwardStep("take-up")
{
    public override async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var target = await arrays.PoolAsync(context.SubjectId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedPool>.Done { Value: var pool }) return Retry.NotDone(target, context.Attempt);
        var surveyed = await Survey.OfAsync(pool, stop).ConfigureAwait(false);
        return Retry.After(surveyed, context.Attempt, found => new StepResult.Advance(found.ToString(), async (db, now, cancel) =>
        {
            PoolCommand takeUp = new PoolCommand.TakeUp(found.Findings);
            PoolCommand[] commands = bound(context) is { } asked ? [takeUp, asked] : [takeUp];
            var row = await db.ApplyAsync(context.SubjectId, commands, cancel).ConfigureAwait(false);
            var (code, message) = done(row);
            db.Tell(now, context.Operation, "pool", row.Id, row.Name, null, code, message);
            if (PoolCapacityRules.Overdrawn(row) is { } overdrawn)
            {
                db.Tell(now, context.Operation, "pool", row.Id, row.Name, null, "pool.overdrawn",
                    $"Pool {row.Name} has promised more than its storage has: {overdrawn}. Give the storage more, or move volumes away.", EventSeverity.Warning);
            }
        }));
    }
}
