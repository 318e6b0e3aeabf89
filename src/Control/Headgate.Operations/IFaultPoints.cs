namespace Headgate.Operations;

/// <summary>
/// Named places at which a test may end the server. Names: <c>KIND/STEP/intended</c> (journalled, not yet tried),
/// <c>…/acted</c> (tried, not yet journalled), <c>…/recorded</c>; the same with <c>undo-</c> in front of the last word.
/// </summary>
public interface IFaultPoints
{
    /// <summary>Called at <paramref name="name"/>. Throwing here leaves everything as a crash would.</summary>
    ValueTask ReachAsync(string name, CancellationToken stop);
}

/// <summary>Nothing ever happens.</summary>
public sealed class NoFaultPoints : IFaultPoints
{
    /// <inheritdoc/>
    public ValueTask ReachAsync(string name, CancellationToken stop) => ValueTask.CompletedTask;
}
