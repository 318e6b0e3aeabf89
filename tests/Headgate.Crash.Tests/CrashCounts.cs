using System.Collections.Concurrent;

namespace Headgate.Crash.Tests;

/// <summary>What a run has done, and the numbers that its writes carry; wakes who waits for so much to be acknowledged.</summary>
internal sealed class CrashCounts
{
    private readonly ConcurrentDictionary<string, int> _done = new();
    private TaskCompletionSource _reached = new();
    private long _value;
    private int _left;

    public long NextValue() => Interlocked.Increment(ref _value);

    public void Count(string what)
    {
        _done.AddOrUpdate(what, 1, static (_, count) => count + 1);
        if (Interlocked.Decrement(ref _left) == 0) _reached.TrySetResult();
    }

    /// <summary>Ends when so many more have been counted.</summary>
    public Task After(int more)
    {
        _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _left, more);
        return _reached.Task;
    }

    public override string ToString() => string.Join(", ", _done.OrderBy(one => one.Key).Select(one => $"{one.Value} {one.Key}"));
}
