using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Plugins;

/// <summary>An opened store of a provider, every call through the gate.</summary>
public sealed class GuardedStore : IPrimaryDataStore, IPrimaryDataStoreLifeCycle, IFacetSelection, ICapacityControl, IHypervisorHostListener
{
    /// <summary>
    /// How long closing waits for calls under way and for the driver's own end; what takes longer goes on by itself. Two thirds of what
    /// service managers and the host give a process to stop (30 s), with the engine's own stop before it.
    /// </summary>
    internal static readonly TimeSpan ClosingTakes = TimeSpan.FromSeconds(10);

    private const string LifeCycleCall = "life cycle";

    private readonly CallGate _gate;
    private readonly TimeProvider _time;
    private readonly Action<GuardedStore> _closed;
    private Faces? _inner;
    private readonly bool _offersCapacityControl;

    /// <exception cref="Exception">Whatever the store throws when it is asked for its faces.</exception>
    internal GuardedStore(IPrimaryDataStore inner, CallGate gate, TimeProvider time, Action<GuardedStore> closed)
    {
        (_gate, _time, _closed) = (gate, time, closed);
        // Below, inner is in no lambda: all of a method's share what they capture, and the one that stays would keep the plug-in's code in memory.
        _inner = new Faces(inner, inner.LifeCycle, inner.Driver, inner.HostListener);
        Driver = new GuardedDriver(() => Inner.Driver, gate);
        _offersCapacityControl = gate.Ask(nameof(IFacetSelection.Offers), () => Inner.LifeCycle.Facet<ICapacityControl>() is not null, otherwise: false);
    }

    /// <summary>True from the moment on at which its provider was withdrawn or it was disposed: open another.</summary>
    public bool IsClosed => _gate.IsClosed;

    /// <summary>Calls that were given up and have not ended.</summary>
    internal IReadOnlyList<GivenUp> Hanging => _gate.Hanging;

    /// <inheritdoc/>
    public IPrimaryDataStoreLifeCycle LifeCycle => this;

    /// <inheritdoc/>
    public IPrimaryDataStoreDriver Driver { get; }

    /// <inheritdoc/>
    public IHypervisorHostListener HostListener => this;

    // Only asked for within the gate, which is closed and empty before this is forgotten.
    private Faces Inner => _inner!;

    /// <inheritdoc/>
    public async ValueTask<Outcome<PoolFacts>> InitializeAsync(CancellationToken stop)
    {
        var facts = await _gate.RunAsync(nameof(InitializeAsync), nameof(InitializeAsync), () => Inner.LifeCycle.InitializeAsync(stop), stop).ConfigureAwait(false);
        return Problem(facts) is { } why ? why : facts;
    }

    /// <inheritdoc/>
    public ValueTask<Outcome<Nothing>> AttachAsync(PoolScope scope, CancellationToken stop) =>
        _gate.RunAsync(nameof(AttachAsync), LifeCycleCall, () => Inner.LifeCycle.AttachAsync(scope, stop), stop);

    /// <inheritdoc/>
    public ValueTask<Outcome<Nothing>> EnterMaintenanceAsync(CancellationToken stop) =>
        _gate.RunAsync(nameof(EnterMaintenanceAsync), LifeCycleCall, () => Inner.LifeCycle.EnterMaintenanceAsync(stop), stop);

    /// <inheritdoc/>
    public ValueTask<Outcome<Nothing>> LeaveMaintenanceAsync(CancellationToken stop) =>
        _gate.RunAsync(nameof(LeaveMaintenanceAsync), LifeCycleCall, () => Inner.LifeCycle.LeaveMaintenanceAsync(stop), stop);

    /// <summary>The facets of the life cycle inside, as it offered them when it was opened.</summary>
    public bool Offers(Type facet) => facet == typeof(ICapacityControl) && _offersCapacityControl;

    /// <inheritdoc/>
    public async ValueTask<Outcome<PoolFacts>> ChangeCapacityAsync(PoolCapacity capacity, CancellationToken stop)
    {
        var facts = await _gate.RunAsync(
            nameof(ChangeCapacityAsync), LifeCycleCall, () => Inner.LifeCycle.Facet<ICapacityControl>()!.ChangeCapacityAsync(capacity, stop), stop).ConfigureAwait(false);
        return Problem(facts) is { } why ? new Outcome<PoolFacts>.Unknown(why) : facts; // it may have been changed
    }

    /// <inheritdoc/>
    public ValueTask<Outcome<Nothing>> RemoveAsync(CancellationToken stop) =>
        _gate.RunAsync(nameof(RemoveAsync), LifeCycleCall, () => Inner.LifeCycle.RemoveAsync(stop), stop);

    /// <inheritdoc/>
    public ValueTask<Outcome<Nothing>> HostAddedAsync(StorageHost host, CancellationToken stop) =>
        _gate.RunAsync(nameof(HostAddedAsync), Of(host), () => Inner.Hosts.HostAddedAsync(host, stop), stop);

    /// <inheritdoc/>
    public ValueTask<Outcome<Nothing>> HostConnectedAsync(StorageHost host, CancellationToken stop) =>
        _gate.RunAsync(nameof(HostConnectedAsync), Of(host), () => Inner.Hosts.HostConnectedAsync(host, stop), stop);

    /// <inheritdoc/>
    public ValueTask<Outcome<Nothing>> HostDisconnectedAsync(StorageHost host, CancellationToken stop) =>
        _gate.RunAsync(nameof(HostDisconnectedAsync), Of(host), () => Inner.Hosts.HostDisconnectedAsync(host, stop), stop);

    /// <inheritdoc/>
    public ValueTask<Outcome<Nothing>> HostAboutToBeRemovedAsync(StorageHost host, CancellationToken stop) =>
        _gate.RunAsync(nameof(HostAboutToBeRemovedAsync), Of(host), () => Inner.Hosts.HostAboutToBeRemovedAsync(host, stop), stop);

    /// <inheritdoc/>
    public ValueTask<Outcome<Nothing>> HostRemovedAsync(StorageHost host, CancellationToken stop) =>
        _gate.RunAsync(nameof(HostRemovedAsync), Of(host), () => Inner.Hosts.HostRemovedAsync(host, stop), stop);

    /// <summary>
    /// Lets no call in, waits for those under way, then ends the driver, all within <see cref="ClosingTakes"/>: what is not done by then goes on
    /// without anybody to wait for it. What the driver's own end throws is logged.
    /// </summary>
    public async ValueTask DisposeAsync() =>
        await CloseAsync().WaitAsync(ClosingTakes, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task CloseAsync()
    {
        await _gate.CloseAsync().ConfigureAwait(false); // a driver is not ended under its own calls
        if (Interlocked.Exchange(ref _inner, null) is not { } inner) return;
        _closed(this);
        var last = _gate.Another();
        await last.RunAsync<Nothing>(nameof(DisposeAsync), nameof(DisposeAsync), async () =>
        {
            await inner.Store.DisposeAsync().ConfigureAwait(false);
            return default(Nothing);
        }, CancellationToken.None).ConfigureAwait(false);
    }

    private static string Of(StorageHost host) => $"host {host.HostId}";

    /// <summary>Null when what the driver says of its storage can be used, or when it says nothing.</summary>
    private Fault? Problem(Outcome<PoolFacts> told)
    {
        if (told is not Outcome<PoolFacts>.Done { Value: var facts }) return null;
        var problem = facts switch
        {
            { BackendId: null } or { Description: null } => "BackendId or Description of its PoolFacts is null",
            { CapacityBytes.Bytes: < 0 } or { CapacityIops: < 0 } => "a capacity of its PoolFacts is below 0",
            _ => CapabilityChecks.Problem(facts.Capabilities),
        };
        return problem is null ? null : ProviderFaults.Invalid(_gate.Provider, problem);
    }

    private sealed record Faces(
        IPrimaryDataStore Store, IPrimaryDataStoreLifeCycle LifeCycle, IPrimaryDataStoreDriver Driver, IHypervisorHostListener Hosts);
}
