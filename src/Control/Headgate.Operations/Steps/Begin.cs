namespace Headgate.Operations;

/// <summary>
/// First step of every operation. What it stands for (the state, the reservation, the row) was committed with the request
/// itself; its undo takes that back and says so in an event.
/// </summary>
internal sealed class Begin(string note, Func<StepContext, StepCommit> undo) : IOperationStep
{
    public string Name => "begin";

    public ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop) =>
        ValueTask.FromResult<StepResult>(new StepResult.Advance(note));

    public ValueTask<StepResult> UndoAsync(StepContext context, CancellationToken stop) =>
        ValueTask.FromResult<StepResult>(new StepResult.Advance("taken back", undo(context)));
}

/// <summary>A step that cannot be or need not be taken back.</summary>
internal abstract class ForwardStep(string name) : IOperationStep
{
    public string Name => name;

    public abstract ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop);

    public ValueTask<StepResult> UndoAsync(StepContext context, CancellationToken stop) =>
        ValueTask.FromResult<StepResult>(new StepResult.Advance("nothing to take back"));
}

/// <summary>Last step of most operations: nothing but a commit.</summary>
internal sealed class Conclude(string name, Func<StepContext, StepCommit> commit) : ForwardStep(name)
{
    public override ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop) =>
        ValueTask.FromResult<StepResult>(new StepResult.Advance("recorded", commit(context)));
}
