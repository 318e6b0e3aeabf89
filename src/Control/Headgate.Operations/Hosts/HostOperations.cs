using Headgate.Domain;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Operations.Hosts;

/// <summary>What pools are told of hosts. Told until it is heard: a pool's failure never keeps a host out of service.</summary>
internal static class HostOperations
{
    public const string Added = "tell-added";
    public const string AboutToBeRemoved = "tell-about-to-be-removed";
    public const string Removed = "tell-removed";

    public static readonly string[] JoinSteps = [Added];
    public static readonly string[] LeaveSteps = [AboutToBeRemoved, Removed];

    public static IEnumerable<OperationDefinition> All(ArrayDirectory arrays) =>
    [
        new(OperationKinds.HostJoin, [new TellStorage(Added, arrays, static (listener, host, stop) => listener.HostAddedAsync(host, stop))]),
        new(OperationKinds.HostLeave,
        [
            new TellStorage(AboutToBeRemoved, arrays, static (listener, host, stop) => listener.HostAboutToBeRemovedAsync(host, stop)),
            new TellStorage(Removed, arrays, static (listener, host, stop) => listener.HostRemovedAsync(host, stop)),
        ]),
    ];
}

/// <summary>One thing told to one pool of one host.</summary>
internal sealed class TellStorage(
    string name, ArrayDirectory arrays, Func<IHypervisorHostListener, StorageHost, CancellationToken, ValueTask<Outcome<Nothing>>> tell) : ForwardStep(name)
{
    public override async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var input = context.Input<HostInput>();
        var row = await arrays.PoolRowAsync(input.PoolId, stop).ConfigureAwait(false);
        if (row.State is PoolState.Removed or PoolState.Error) return new StepResult.Advance($"pool {row.Name} is gone");
        if (Name == HostOperations.Added && !await arrays.HasHostAsync(context.SubjectId, stop).ConfigureAwait(false))
            return new StepResult.Advance($"host {input.Name} is gone");
        var target = await arrays.PoolAsync(input.PoolId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedPool>.Done { Value: var pool }) return Retry.NotUndone(target, context.Attempt);
        var told = await tell(pool.Store.HostListener, new StorageHost(context.SubjectId, input.Name, input.InitiatorName), stop).ConfigureAwait(false);
        // As an undo: there is nobody to give up to, and the storage must know in the end.
        return Retry.AfterUndo(told, context.Attempt, _ => new StepResult.Advance($"pool {row.Name} knows"));
    }
}
