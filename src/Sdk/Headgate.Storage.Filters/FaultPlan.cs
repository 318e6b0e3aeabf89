using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Storage.Filters;

/// <summary>
/// What shall go wrong, and a trace of what was called. One plan may serve several stores (the one before a crash and
/// the one after). Thread-safe.
/// </summary>
public sealed class FaultPlan
{
    private readonly Lock _gate = new();
    private readonly List<(StoreCall Call, InjectedFault Fault)> _planned = [];
    private readonly Dictionary<StoreCall, InjectedFault> _always = [];
    private readonly List<StoreCall> _calls = [];
    private FaultRates? _rates;
    private Random? _chance;

    /// <summary>The calls made so far, in order; those that were refused or crashed here included.</summary>
    public IReadOnlyList<StoreCall> Calls
    {
        get
        {
            lock (_gate) return [.. _calls];
        }
    }

    /// <summary>Told of every call that the driver inside answered, lost or not. Called on the thread of the call.</summary>
    public Action<ObservedCall>? Observer { get; init; }

    /// <summary>The next <paramref name="call"/> that has nothing planned yet meets <paramref name="fault"/>; later ones are left alone.</summary>
    public FaultPlan Next(StoreCall call, InjectedFault fault)
    {
        lock (_gate) _planned.Add((call, fault));
        return this;
    }

    /// <summary>Every <paramref name="call"/> that has nothing else planned meets <paramref name="fault"/>, until <see cref="Clear"/>.</summary>
    public FaultPlan Always(StoreCall call, InjectedFault fault)
    {
        lock (_gate) _always[call] = fault;
        return this;
    }

    /// <summary>Calls that have nothing else planned meet trouble by chance, until <see cref="Clear"/>.</summary>
    /// <exception cref="ArgumentException">The rates are no shares of a whole.</exception>
    public FaultPlan ByChance(FaultRates rates)
    {
        ArgumentNullException.ThrowIfNull(rates);
        double[] shares = [rates.LostRequests, rates.LostReplies, rates.Refusals];
        if (shares.Any(s => s is not (>= 0 and <= 1)) || shares.Sum() > 1)
            throw new ArgumentException("Each rate must be from 0 to 1, and all of them together at most 1.", nameof(rates));
        lock (_gate) (_rates, _chance) = (rates, new Random(rates.Seed));
        return this;
    }

    /// <summary>Drops what is planned and has not happened.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _planned.Clear();
            _always.Clear();
            _rates = null;
        }
    }

    internal InjectedFault? Take(StoreCall call)
    {
        lock (_gate)
        {
            _calls.Add(call);
            var at = _planned.FindIndex(p => p.Call == call);
            if (at < 0) return _always.GetValueOrDefault(call) ?? Drawn(call);
            var fault = _planned[at].Fault;
            _planned.RemoveAt(at);
            return fault;
        }
    }

    internal async ValueTask<Outcome<T>> RunAsync<T>(StoreCall call, Func<ValueTask<Outcome<T>>> inner, CancellationToken stop)
    {
        switch (Take(call))
        {
            case InjectedFault.LoseReply:
                await ObserveAsync(call, inner).ConfigureAwait(false);
                return Lost<T>(call);
            case InjectedFault.LoseRequest:
                return Lost<T>(call);
            case InjectedFault.Refuse refuse:
                return refuse.Fault;
            case InjectedFault.Hold hold:
                await hold.Until.WaitAsync(stop).ConfigureAwait(false);
                break;
            case InjectedFault.Delay delay:
                await Task.Delay(delay.By, delay.Clock, stop).ConfigureAwait(false);
                break;
            case InjectedFault.CrashBefore:
                throw new StoreCrashException(call, "before");
            case InjectedFault.CrashAfter:
                await ObserveAsync(call, inner).ConfigureAwait(false);
                throw new StoreCrashException(call, "after");
        }
        return await ObserveAsync(call, inner).ConfigureAwait(false);
    }

    private static Outcome<T>.Unknown Lost<T>(StoreCall call) => new(Faults.NoReply($"Simulated: the reply to {call} was lost. Repeat the call."));

    private InjectedFault? Drawn(StoreCall call)
    {
        if (_rates is not { } rates) return null;
        var drawn = _chance!.NextDouble();
        if ((drawn -= rates.LostRequests) < 0) return new InjectedFault.LoseRequest();
        if ((drawn -= rates.LostReplies) < 0) return new InjectedFault.LoseReply();
        return drawn - rates.Refusals < 0 ? new InjectedFault.Refuse(Faults.Busy($"Simulated: {call} is refused. Repeat the call.")) : null;
    }

    private async ValueTask<Outcome<T>> ObserveAsync<T>(StoreCall call, Func<ValueTask<Outcome<T>>> inner)
    {
        if (Observer is null) return await inner().ConfigureAwait(false);
        try
        {
            var outcome = await inner().ConfigureAwait(false);
            Observer(new ObservedCall(call, Text(outcome), outcome.Problem, null));
            return outcome;
        }
        catch (Exception e)
        {
            Observer(new ObservedCall(call, e.Message, null, e));
            throw;
        }
    }

    private static string Text<T>(Outcome<T> outcome) => outcome.Match(
        static value => value is System.Collections.IEnumerable and not string ? $"Done [{string.Join(", ", ((System.Collections.IEnumerable)value).Cast<object?>())}]" : $"Done {value}",
        static fault => $"Refused {fault}",
        static fault => $"Unknown {fault}");
}
