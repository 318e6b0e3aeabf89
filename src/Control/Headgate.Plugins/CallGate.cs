using Headgate.Primitives;
using Microsoft.Extensions.Logging;

namespace Headgate.Plugins;

/// <summary>
/// What every call into a provider's code passes: it counts the calls under way, so that a provider can be taken out of service
/// between calls; and it turns what must not happen (an exception, null) into an outcome that says that nothing is known.
/// </summary>
internal sealed partial class CallGate(string provider, ILogger log)
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _underWay;
    private bool _closed;

    public string Provider => provider;

    public ILogger Log => log;

    public bool IsClosed
    {
        get
        {
            lock (_gate) return _closed;
        }
    }

    /// <summary>Makes the call, unless the gate is closed. Cancellation that was asked for is the one exception that comes through.</summary>
    public async ValueTask<Outcome<T>> RunAsync<T>(string call, Func<ValueTask<Outcome<T>>> make, CancellationToken stop)
    {
        if (!TryEnter()) return ProviderFaults.Withdrawn(provider);
        try
        {
            return await make().ConfigureAwait(false) ?? new Outcome<T>.Unknown(ProviderFaults.AnsweredNothing(provider, call));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogThrew(e, provider, call);
            return new Outcome<T>.Unknown(ProviderFaults.Threw(provider, call, e));
        }
        finally
        {
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
            LogThrew(e, provider, call);
            return otherwise;
        }
        finally
        {
            Leave();
        }
    }

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
