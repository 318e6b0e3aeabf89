using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using Microsoft.Extensions.Logging;

namespace Headgate.Plugins;

/// <summary>
/// A provider as the rest of the server sees it: what it says of itself was read once and is the host's own copy; what it does
/// passes a <see cref="CallGate"/>; and it can be withdrawn while it runs, after which nothing of the host refers to it any more.
/// </summary>
internal sealed partial class GuardedProvider : IPrimaryDataStoreProvider
{
    private readonly ConcurrentDictionary<GuardedStore, byte> _stores = new();
    private readonly CallGate _gate;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private IPrimaryDataStoreProvider? _inner;

    private GuardedProvider(IPrimaryDataStoreProvider inner, ProviderFacts facts, ILogger log, TimeProvider time)
    {
        (Info, Settings, Capabilities) = (facts.Info, facts.Settings, facts.Capabilities);
        (_inner, _log, _time, _gate) = (inner, log, time, new CallGate(Info.Name, log, time));
    }

    public ProviderInfo Info { get; }

    public SettingsSchema Settings { get; }

    public DriverCapabilities Capabilities { get; }

    /// <summary>Null unless calls into it were given up and have not ended.</summary>
    public Fault? Hangs
    {
        get
        {
            List<GivenUp> calls = [.. _gate.Hanging, .. _stores.Keys.SelectMany(store => store.Hanging)];
            return calls.Count == 0 ? null : ProviderFaults.Hanging(Info.Name, calls);
        }
    }

    /// <summary>What is guarded.</summary>
    public IPrimaryDataStoreProvider Inner => _inner ?? throw new InvalidOperationException($"Provider {Info.Name} was withdrawn.");

    /// <summary>Reads what <paramref name="inner"/> says of itself and guards the rest.</summary>
    /// <exception cref="ProviderInvalidException">What it says cannot be used.</exception>
    public static GuardedProvider Around(IPrimaryDataStoreProvider inner, ILogger log, TimeProvider time) => new(inner, ProviderFacts.Of(inner), log, time);

    /// <exception cref="Exception">Whatever the provider throws: opening has no effect that could be in doubt.</exception>
    public async ValueTask<Outcome<IPrimaryDataStore>> OpenAsync(PoolSettings settings, CancellationToken stop)
    {
        Exception? thrown = null;
        var opened = await _gate.RunAsync<IPrimaryDataStore>(nameof(OpenAsync), $"pool {settings.PoolId}", async () =>
        {
            try
            {
                var outcome = await Inner.OpenAsync(settings, stop).ConfigureAwait(false);
                if (outcome is not Outcome<IPrimaryDataStore>.Done { Value: { } store }) return outcome;
                var guarded = new GuardedStore(store, new CallGate(Info.Name, _log, _time), _time, left => _stores.TryRemove(left, out _));
                _stores[guarded] = 0;
                if (!_gate.IsClosed) return guarded;
                await guarded.DisposeAsync().ConfigureAwait(false); // withdrawn while it was opened: nobody else would close it
                return ProviderFaults.Withdrawn(Info.Name);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                thrown = e;
                return ProviderFaults.Threw(Info.Name, nameof(OpenAsync), e);
            }
        }, stop, CloseLate).ConfigureAwait(false);
        if (thrown is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(thrown);
        return opened;
    }

    /// <summary>Lets no further call in, waits for those under way for at most <paramref name="patience"/>, closes its stores.</summary>
    public async Task WithdrawAsync(TimeSpan patience, TimeProvider time)
    {
        await WithinAsync(_gate.CloseAsync(), patience, time).ConfigureAwait(false);
        await Task.WhenAll(_stores.Keys.Select(store => WithinAsync(store.DisposeAsync().AsTask(), patience, time))).ConfigureAwait(false);
        _stores.Clear();
        _inner = null;
    }

    /// <summary>Opened after its caller had gone: nobody would close it.</summary>
    private static void CloseLate(Outcome<IPrimaryDataStore> opened)
    {
        if (opened is Outcome<IPrimaryDataStore>.Done { Value: var store }) _ = store.DisposeAsync().AsTask();
    }

    private async Task WithinAsync(Task work, TimeSpan patience, TimeProvider time)
    {
        try
        {
            await work.WaitAsync(patience, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            LogStillBusy(Info.Name, patience.TotalSeconds); // its code stays in memory until the call ends
        }
    }
}

/// <summary>What a provider says of itself, read once and checked.</summary>
internal sealed record ProviderFacts(ProviderInfo Info, SettingsSchema Settings, DriverCapabilities Capabilities)
{
    /// <summary>As long as other names of objects; it becomes part of addresses and of error messages.</summary>
    private const int LongestName = 64;

    /// <exception cref="ProviderInvalidException">What it says cannot be used.</exception>
    public static ProviderFacts Of(IPrimaryDataStoreProvider provider)
    {
        var (info, settings, can) = ((ProviderInfo?)provider.Info, (SettingsSchema?)provider.Settings, (DriverCapabilities?)provider.Capabilities);
        Require(info is { Name: not null, Version: not null, Description: not null }, "Info, or a part of it, is null.");
        Require(
            info.Name.Length is > 0 and <= LongestName && info.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'),
            $"its provider's name is '{info.Name}'; it must be 1 to {LongestName} letters, digits, '-', '_' or '.'.");
        Require(settings?.Settings is { } list && list.All(s => s is { Name: not null, Help: not null }), "Settings, or a part of it, is null.");
        var doubled = settings.Settings.GroupBy(s => s.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1)?.Key;
        Require(doubled is null, $"setting '{doubled}' is in its schema twice.");
        if (CapabilityChecks.Problem(can) is { } problem) throw new ProviderInvalidException($"{problem}.");
        // Copies: a list of the plug-in's own type would keep its code in memory for ever.
        return new ProviderFacts(info, new SettingsSchema([.. settings.Settings]), can!);
    }

    private static void Require([DoesNotReturnIf(false)] bool holds, string problem)
    {
        if (!holds) throw new ProviderInvalidException(problem);
    }
}

/// <summary>What a provider says of itself cannot be used.</summary>
internal sealed class ProviderInvalidException(string message) : Exception(message);
