using System.Text.Json;
using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;

namespace Headgate.Operations;

/// <summary>What a step's success changes in the database; runs in the transaction that journals the success.</summary>
/// <param name="db">Act on nothing but this.</param>
/// <param name="now">The time to record.</param>
/// <param name="stop">Cancels.</param>
public delegate Task StepCommit(HeadgateDbContext db, DateTimeOffset now, CancellationToken stop);

/// <summary>What one step wants next. The engine, never the step, writes it down and acts on it.</summary>
public abstract record StepResult
{
    private StepResult() { }

    /// <summary>Happened. <paramref name="Commit"/> is what follows from it in the database.</summary>
    public sealed record Advance(string Note, StepCommit? Commit = null) : StepResult;

    /// <summary>Not settled: a passing failure, or a doubt about what happened. Never the end of an operation.</summary>
    public sealed record TryAgain(string Why, TimeSpan After) : StepResult;

    /// <summary>
    /// Not over, and nothing failed: it comes back, which is not counted as an attempt. For turns that others have, and for many things
    /// done one by one. <paramref name="Commit"/> is what has happened so far.
    /// </summary>
    public sealed record ComeBack(string Why, TimeSpan After, StepCommit? Commit = null) : StepResult;

    /// <summary>Refused for good: undo what was done, newest first. Not for use in an undo, which must come to an end.</summary>
    public sealed record GiveUp(Fault Fault) : StepResult;
}

/// <summary>
/// What the engine hands a step. <paramref name="Attempt"/> is 1 on the first run and counts on over restarts, because it
/// comes from the journal.
/// </summary>
public sealed record StepContext(Operation Operation, int Attempt)
{
    /// <summary>What the operation acts on.</summary>
    public Guid SubjectId => Operation.SubjectId;

    /// <summary>What was asked, as the kind's own record.</summary>
    public T Input<T>() => JsonSerializer.Deserialize<T>(Operation.Input, OperationInput.Json)
        ?? throw new InvalidOperationException($"Operation {Operation.Id} has no input.");

    /// <summary>Why the operation is being undone.</summary>
    public Cause Cause => Cause.Of(Operation.Fault ?? new Fault("unknown", "The cause was not recorded.", Recovery.AskOperator));
}

/// <summary>
/// One effect on the world. The engine journals the intent before <see cref="RunAsync"/> and the result after it, so a
/// crash leaves one doubt: did the last intended step happen? Running it again settles the doubt, which is why a step
/// must be safe to repeat. Steps hold no state of their own between calls.
/// </summary>
public interface IOperationStep
{
    /// <summary>Short, kebab-case, unique within its operation.</summary>
    string Name { get; }

    /// <summary>Does it, or finds it done.</summary>
    ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop);

    /// <summary>Takes it back, or finds nothing to take back. Called for the step that failed as well.</summary>
    ValueTask<StepResult> UndoAsync(StepContext context, CancellationToken stop);
}

/// <summary>A kind of operation.</summary>
/// <param name="Kind">For example <c>volume.create</c>.</param>
/// <param name="Steps">In order.</param>
public sealed record OperationDefinition(string Kind, IReadOnlyList<IOperationStep> Steps)
{
    /// <summary>False for what cannot be taken back once begun.</summary>
    public bool CanCancel { get; init; } = true;
}

/// <summary>All kinds of operations there are.</summary>
public sealed class OperationCatalog(IEnumerable<OperationDefinition> definitions)
{
    private readonly Dictionary<string, OperationDefinition> _byKind = definitions.ToDictionary(d => d.Kind, StringComparer.Ordinal);

    /// <summary>The definition of <paramref name="kind"/>.</summary>
    /// <exception cref="InvalidOperationException">None was registered: a build that does not fit its database.</exception>
    public OperationDefinition Get(string kind) => _byKind.TryGetValue(kind, out var definition)
        ? definition
        : throw new InvalidOperationException($"No operation of kind '{kind}' is registered.");
}
