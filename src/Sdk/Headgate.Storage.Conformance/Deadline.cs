namespace Headgate.Storage.Conformance;

/// <summary>Waits for a driver no longer than it may take, whether it heeds cancellation or not.</summary>
internal static class Deadline
{
    /// <summary>
    /// What <paramref name="work"/> comes to. It is cancelled after <paramref name="limit"/>, and left to itself when it has not
    /// returned <see cref="ConformanceOptions.Grace"/> later; it runs on a thread of its own, so that one that blocks holds up nobody.
    /// </summary>
    /// <exception cref="ConformanceException">It did not end in time.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public static async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work, TimeSpan limit, ConformanceOptions options, CancellationToken stop)
    {
        using var time = new CancellationTokenSource(limit, options.Clock);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(time.Token, stop);
        using var givenUp = new CancellationTokenSource();
        await using var stopped = stop.Register(() => givenUp.CancelAfter(options.Grace));
        var token = ended.Token;
        var started = new TaskCompletionSource<Task<T>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = started.Task.Unwrap();
        var inTime = running.WaitAsync(limit + options.Grace, options.Clock, givenUp.Token); // before the work begins, so that both clocks start as one
        started.SetResult(Task.Factory.StartNew(() => work(token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap());
        try
        {
            return await inTime;
        }
        catch (TimeoutException) when (!running.IsCompleted)
        {
            _ = running.ContinueWith(static left => left.Exception, TaskScheduler.Default); // whatever it ends with one day has been said
            throw new DeafDriverException($"did not return within {limit}, and not when it was cancelled either");
        }
        catch (Exception e) when (e is not ConformanceException && time.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            throw new ConformanceException($"did not end within {limit}");
        }
    }
}

/// <summary>The driver goes on with a call that was cancelled: nothing further may be asked of it in this rule.</summary>
internal sealed class DeafDriverException(string message) : ConformanceException(message);
