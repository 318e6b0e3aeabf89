using Headgate.Storage.Sdk;

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
    public sealed record Refuse(Primitives.Fault Fault) : InjectedFault;

    /// <summary>The call is made once <paramref name="Until"/> has completed, or ends when its caller gives up waiting.</summary>
    public sealed record Hold(Task Until) : InjectedFault;

    /// <summary>The call is made after <paramref name="By"/> of <paramref name="Clock"/>'s time, or ends when its caller gives up waiting.</summary>
    public sealed record Delay(TimeSpan By, TimeProvider Clock) : InjectedFault;

    /// <summary>The caller dies before the call is made: <see cref="StoreCrashException"/>.</summary>
    public sealed record CrashBefore : InjectedFault;

    /// <summary>The call is made, then the caller dies before it learns the answer: <see cref="StoreCrashException"/>.</summary>
    public sealed record CrashAfter : InjectedFault;
}

/// <summary>Stands for the death of the caller's process: nothing may catch it and go on.</summary>
public sealed class StoreCrashException(StoreCall call, string when) : Exception($"Simulated crash {when} {call}.");

/// <summary>
/// How often each kind of trouble shall meet a call, from 0 to 1, drawn with <paramref name="Seed"/>: the same seed and
/// the same order of calls give the same trouble. What the three leave is served as it is.
/// </summary>
/// <param name="Seed">Where chance begins.</param>
/// <param name="LostRequests">Share of calls that are never made; the caller gets Unknown.</param>
/// <param name="LostReplies">Share of calls that are made; the caller gets Unknown all the same.</param>
/// <param name="Refusals">Share of calls refused with <see cref="FaultCodes.Busy"/> and not made.</param>
public sealed record FaultRates(int Seed, double LostRequests = 0, double LostReplies = 0, double Refusals = 0);
