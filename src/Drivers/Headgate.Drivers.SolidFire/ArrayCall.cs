using Headgate.Element;
using Headgate.Element.Client;
using Headgate.Element.Wire;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.SolidFire;

/// <summary>Ends an operation early, with the outcome in it; caught in one place, <see cref="ArrayCall.RunAsync"/>.</summary>
internal sealed class StopHere(Fault fault, bool isUnknown) : Exception(fault.Message)
{
    public StopHere(Fault fault) : this(fault, isUnknown: false)
    {
    }

    public Outcome<T> As<T>() => isUnknown ? new Outcome<T>.Unknown(fault) : new Outcome<T>.Refused(fault);
}

/// <summary>
/// One operation of the driver: several requests, of which each may be refused or lost. It keeps one fact: whether
/// something of lasting effect has been done already. From then on a failure is Unknown and not Refused, because
/// "refused" promises that nothing changed.
/// </summary>
internal sealed class ArrayCall(ElementClient client, CancellationToken stop)
{
    private bool _changed;

    public CancellationToken Stop => stop;

    public static async ValueTask<Outcome<T>> RunAsync<T>(ElementClient client, Func<ArrayCall, Task<T>> work, CancellationToken stop)
    {
        try
        {
            return await work(new ArrayCall(client, stop)).ConfigureAwait(false);
        }
        catch (StopHere end)
        {
            return end.As<T>();
        }
    }

    /// <summary>A call that must succeed for the operation to go on.</summary>
    public async Task<TResult> SendAsync<TParams, TResult>(ElementMethod<TParams, TResult> method, TParams parameters) =>
        (await TryAsync(method, parameters).ConfigureAwait(false)).Match(static value => value, error => throw Refused(method, error));

    /// <summary>A call of which the caller knows how to take some of the cluster's refusals.</summary>
    public async Task<Answer<TResult>> TryAsync<TParams, TResult>(ElementMethod<TParams, TResult> method, TParams parameters)
    {
        switch (await client.CallAsync(method, parameters, stop).ConfigureAwait(false))
        {
            case ElementReply<TResult>.Result result:
                return new Answer<TResult>(result.Value, null);
            case ElementReply<TResult>.Error { Body: var body } when !method.IsRead && IsDoubtful(body.Name):
                throw new StopHere(Faults.Busy($"{method} ended with {body.Name} on the cluster; it may have been done."), isUnknown: true);
            case ElementReply<TResult>.Error { Body: var body }:
                return new Answer<TResult>(default, body);
            case ElementReply<TResult>.NotSent notSent:
                throw new StopHere(Faults.Unreachable($"The cluster cannot be reached: {notSent.Why}"), _changed);
            case ElementReply<TResult>.Refused { Status: 401 or 403 } refused:
                throw new StopHere(Faults.Unauthorized($"{refused.Why} Correct the settings 'username' and 'password' of the pool."), _changed);
            case ElementReply<TResult>.Refused refused:
                throw new StopHere(Faults.Unexpected($"{refused.Why} Check the setting 'endpoint' of the pool."), _changed);
            case var lost:
                throw new StopHere(Faults.NoReply($"The cluster's answer was lost: {lost.Problem}"), isUnknown: true);
        }
    }

    public StopHere Refused(object method, ElementErrorBody error) => new(ElementFaults.Map(method.ToString()!, error), _changed);

    /// <summary>What the operation is for exists on the cluster now.</summary>
    public void HasChanged() => _changed = true;

    /// <summary>The cluster lost track half-way: these come after the work was handed on inside it.</summary>
    private static bool IsDoubtful(string? name) =>
        name is ElementErrorNames.RecvTimeout or ElementErrorNames.DbOperationTimeout or ElementErrorNames.DbConnectionLoss;
}

/// <summary>A result or the cluster's refusal.</summary>
internal readonly record struct Answer<T>(T? Value, ElementErrorBody? Error)
{
    public bool Is(params ReadOnlySpan<string> names) => Error?.Name is { } name && names.Contains(name);

    public TResult Match<TResult>(Func<T, TResult> done, Func<ElementErrorBody, TResult> failed) => Error is null ? done(Value!) : failed(Error);
}
