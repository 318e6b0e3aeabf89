using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using Headgate.Primitives;
using Microsoft.Extensions.Logging;

namespace Headgate.Plugins;

/// <summary>
/// What every call into a provider's code passes: it counts the calls under way, so that a provider can be taken out of service
/// between calls; it turns what must not happen (an exception, null) into an outcome that says that nothing is known; and it gives
/// up a call that does not end, so that it holds one thread of its own and nothing else.
/// </summary>
/// <remarks>
/// A call that was given up may still do something at any time. Until it has ended, no other call for the same thing is made: each is
/// answered <see cref="ProviderFaults.DriverHangs"/>, as unknown as the first.
/// </remarks>
internal sealed partial class CallGate(string provider, ILogger log, TimeProvider time)
{
    /// <summary>
    /// How long a call may take. Drivers give their own requests up after a minute or so (callTimeoutSeconds is 60, and goes up to 600);
    /// a copy may take hours, and asking again for one that goes on costs nothing.
    /// </summary>
    public static readonly TimeSpan CallTakes = TimeSpan.FromMinutes(11);

    /// <summary>How long a call may take to notice that it was cancelled: a server's stop waits for no more than this.</summary>
    public static readonly TimeSpan CancelTakes = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<string, GivenUp> _givenUp = new(StringComparer.Ordinal);
    private int _underWay;
    private bool _closed;

    public string Provider => provider;

    public bool IsClosed
    {
        get
        {
            lock (_gate) return _closed;
        }
    }

    /// <summary>Calls that were given up and have not ended, by name and since when.</summary>
    public IReadOnlyList<GivenUp> Hanging => [.. _givenUp.Values];

    /// <summary>Makes the call, unless the gate is closed. Cancellation that was asked for is the one exception that comes through.</summary>
    /// <param name="call">Its name.</param>
    /// <param name="about">What it is about: while a call about it was given up and goes on, there is no second.</param>
    /// <param name="make">Runs on a thread of its own until it first waits: a driver that blocks blocks nobody else.</param>
    /// <param name="stop">Asks the driver to end.</param>
    /// <param name="late">Told the outcome of a call that was given up and ended after all.</param>
    public async ValueTask<Outcome<T>> RunAsync<T>(
        string call, string about, Func<ValueTask<Outcome<T>>> make, CancellationToken stop, Action<Outcome<T>>? late = null)
    {
        if (!TryEnter()) return ProviderFaults.Withdrawn(provider);
        if (_givenUp.TryGetValue(about, out var earlier))
        {
            Leave();
            return new Outcome<T>.Unknown(ProviderFaults.StillHangs(provider, call, earlier));
        }
        var since = time.GetUtcNow();
        using var activity = CallTelemetry.Begin(provider, call);
        var begun = Stopwatch.GetTimestamp();
        Outcome<T>? outcome = null;
        var made = Task.Factory.StartNew(() => make().AsTask(), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
        await EndAsync(made, stop).ConfigureAwait(false);
        if (!made.IsCompleted)
        {
            GiveUp(new GivenUp(call, since), about, made, late);
            CallTelemetry.End(activity, provider, call, outcome, begun);
            stop.ThrowIfCancellationRequested();
            return new Outcome<T>.Unknown(ProviderFaults.Hangs(provider, call, CallTakes));
        }
        try
        {
            outcome = await made.ConfigureAwait(false) ?? new Outcome<T>.Unknown(ProviderFaults.AnsweredNothing(provider, call));
            return outcome;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogThrew(provider, call, ForeignText.Of(e));
            return new Outcome<T>.Unknown(ProviderFaults.Threw(provider, call, e));
        }
        finally
        {
            CallTelemetry.End(activity, provider, call, outcome, begun);
            Leave();
        }
    }

    /// <summary>A question without an outcome; <paramref name="otherwise"/> when the gate is closed or the answer is an exception.</summary>
    public T Ask<T>(string call, Func<T> make, T otherwise)
    {
        if (!TryEnter()) return otherwise;
        try
        {
            return make();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogThrew(provider, call, ForeignText.Of(e));
            return otherwise;
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>For the one call that is made when this one is closed.</summary>
    public CallGate Another() => new(provider, log, time);

    /// <summary>Lets no further call in; the task ends when the last one is out.</summary>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            _closed = true;
            if (_underWay == 0) _empty.TrySetResult();
        }
        return _empty.Task;
    }

    /// <summary>Ends when the call does, when its time is over, or a little after it was cancelled; whatever came of it is in the task itself.</summary>
    private async Task EndAsync(Task made, CancellationToken stop)
    {
        await made.WaitAsync(CallTakes, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!made.IsCompleted && stop.IsCancellationRequested) await made.WaitAsync(CancelTakes, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void GiveUp<T>(GivenUp call, string about, Task<Outcome<T>> made, Action<Outcome<T>>? late)
    {
        _givenUp[about] = call;
        LogGivenUp(provider, call.Call);
        _ = made.ContinueWith(
            ended =>
            {
                _givenUp.TryRemove(new(about, call));
                LogCameBack(provider, call.Call, ended.Exception is null ? "" : ForeignText.Of(ended.Exception));
                if (late is not null && ended is { IsCompletedSuccessfully: true, Result: { } outcome }) late(outcome);
                Leave();
            },
            CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private bool TryEnter()
    {
        lock (_gate)
        {
            if (_closed) return false;
            _underWay++;
            return true;
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            if (--_underWay == 0 && _closed) _empty.TrySetResult();
        }
    }
}

/// <summary>A call that nobody waits for any more.</summary>
/// <param name="Call">Its name.</param>
/// <param name="Since">When it was made.</param>
internal sealed record GivenUp(string Call, DateTimeOffset Since);

/// <summary>What an exception of foreign code says of itself: its properties are foreign code as well, and may throw.</summary>
internal static class ForeignText
{
    /// <summary>All of it, for the log.</summary>
    public static string Of(Exception exception) => Ask(exception, static e => e.ToString());

    /// <summary>Its kind and message, for people.</summary>
    public static string MessageOf(Exception exception) => Ask(
        exception is TargetInvocationException { InnerException: { } met } ? met : exception, static e => $"{e.GetType().Name}: {e.Message}");

    private static string Ask(Exception exception, Func<Exception, string> text)
    {
        try
        {
            return text(exception);
        }
#pragma warning disable CA1031 // see the class
        catch (Exception)
#pragma warning restore CA1031
        {
            return $"{exception.GetType().Name}, which cannot say more";
        }
    }
}
