using Headgate.Primitives;

namespace Headgate.Storage.Filters;

/// <summary>What shall go wrong with one call.</summary>
public abstract record InjectedFault
{
    private InjectedFault() { }

    /// <summary>The call is made and its effect stays, but the caller gets Unknown.</summary>
    public sealed record LoseReply : InjectedFault;

    /// <summary>The call is never made, and the caller gets Unknown: it cannot tell this from <see cref="LoseReply"/>.</summary>
    public sealed record LoseRequest : InjectedFault;

    /// <summary>The call is never made and is refused with this.</summary>
    public sealed record Refuse(Fault Fault) : InjectedFault;

    /// <summary>The call is made once <paramref name="Until"/> has completed.</summary>
    public sealed record Hold(Task Until) : InjectedFault;

    /// <summary>The caller dies before the call is made: <see cref="StoreCrashException"/>.</summary>
    public sealed record CrashBefore : InjectedFault;

    /// <summary>The call is made, then the caller dies before it learns the answer: <see cref="StoreCrashException"/>.</summary>
    public sealed record CrashAfter : InjectedFault;
}

/// <summary>Stands for the death of the caller's process: nothing may catch it and go on.</summary>
public sealed class StoreCrashException(StoreCall call, string when) : Exception($"Simulated crash {when} {call}.");

/// <summary>
/// What shall go wrong, and a trace of what was called. One plan may serve several stores (the one before a crash and
/// the one after). Thread-safe.
/// </summary>
public sealed class FaultPlan
{
    private readonly Lock _gate = new();
    private readonly List<(StoreCall Call, InjectedFault Fault)> _planned = [];
    private readonly List<StoreCall> _calls = [];

    /// <summary>The calls made so far, in order; those that were refused or crashed here included.</summary>
    public IReadOnlyList<StoreCall> Calls
    {
        get
        {
            lock (_gate) return [.. _calls];
        }
    }

    /// <summary>The next <paramref name="call"/> that has nothing planned yet meets <paramref name="fault"/>; later ones are left alone.</summary>
    public FaultPlan Next(StoreCall call, InjectedFault fault)
    {
        lock (_gate) _planned.Add((call, fault));
        return this;
    }

    /// <summary>Drops what is planned and has not happened.</summary>
    public void Clear()
    {
        lock (_gate) _planned.Clear();
    }

    internal InjectedFault? Take(StoreCall call)
    {
        lock (_gate)
        {
            _calls.Add(call);
            var at = _planned.FindIndex(p => p.Call == call);
            if (at < 0) return null;
            var fault = _planned[at].Fault;
            _planned.RemoveAt(at);
            return fault;
        }
    }

    internal async ValueTask<Outcome<T>> RunAsync<T>(StoreCall call, Func<ValueTask<Outcome<T>>> inner)
    {
        switch (Take(call))
        {
            case InjectedFault.LoseReply:
                await inner().ConfigureAwait(false);
                return Lost<T>(call);
            case InjectedFault.LoseRequest:
                return Lost<T>(call);
            case InjectedFault.Refuse refuse:
                return refuse.Fault;
            case InjectedFault.Hold hold:
                await hold.Until.ConfigureAwait(false);
                break;
            case InjectedFault.CrashBefore:
                throw new StoreCrashException(call, "before");
            case InjectedFault.CrashAfter:
                await inner().ConfigureAwait(false);
                throw new StoreCrashException(call, "after");
        }
        return await inner().ConfigureAwait(false);
    }

    private static Outcome<T>.Unknown Lost<T>(StoreCall call) => new(Storage.Sdk.Faults.NoReply($"Simulated: the reply to {call} was lost."));
}
