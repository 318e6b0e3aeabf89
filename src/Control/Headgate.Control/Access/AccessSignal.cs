namespace Headgate.Control.Access;

/// <summary>
/// Told when a key, user or account of this server stops opening something, so that streams that it opened end at once. Those of other
/// servers find it out by asking the database.
/// </summary>
public sealed class AccessSignal
{
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the next change. Take it before you ask the database, or a change between the two is missed.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Something was taken away, and that is committed.</summary>
    public void Changed() =>
        Interlocked.Exchange(ref _next, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
