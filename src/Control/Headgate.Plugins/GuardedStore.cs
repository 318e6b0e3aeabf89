using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Plugins;

/// <summary>An opened store of a provider, every call through the gate.</summary>
public sealed class GuardedStore : IPrimaryDataStore, IPrimaryDataStoreLifeCycle, IFacetSelection, ICapacityControl, IHypervisorHostListener
{
    private readonly CallGate _gate;
    private readonly Action<GuardedStore> _closed;
    private Faces? _inner;
    private bool _offersCapacityControl;

    /// <exception cref="Exception">Whatever the store throws when it is asked for its faces.</exception>
    internal GuardedStore(IPrimaryDataStore inner, CallGate gate, Action<GuardedStore> closed)
    {
        (_gate, _closed) = (gate, closed);
        _inner = new Faces(inner, inner.LifeCycle, inner.Driver, inner.HostListener);
        Driver = new GuardedDriver(() => Inner.Driver, gate);
        Offers(typeof(ICapacityControl));
    }

    /// <summary>True from the moment on at which its provider was withdrawn or it was disposed: open another.</summary>
    public bool IsClosed => _gate.IsClosed;

    /// <inheritdoc/>
    public IPrimaryDataStoreLifeCycle LifeCycle => this;

    /// <inheritdoc/>
    public IPrimaryDataStoreDriver Driver { get; }

    /// <inheritdoc/>
    public IHypervisorHostListener HostListener => this;

    // Only asked for within the gate, which is closed and empty before this is forgotten.
    private Faces Inner => _inner!;

    /// <inheritdoc/>
    public ValueTask<Outcome<PoolFacts>> InitializeAsync(CancellationToken stop) =>
        _gate.RunAsync(nameof(InitializeAsync), () => Inner.LifeCycle.InitializeAsync(stop), stop);

    /// <inheritdoc/>
    public ValueTask<Outcome<Nothing>> AttachAsync(PoolScope scope, CancellationToken stop) =>
        _gate.RunAsync(nameof(AttachAsync), () => Inner.LifeCycle.AttachAsync(scope, stop), stop);

    /// <inheritdoc/>
    public ValueTask<Outcome<Nothing>> EnterMaintenanceAsync(CancellationToken stop) =>
        _gate.RunAsync(nameof(EnterMaintenanceAsync), () => Inner.LifeCycle.EnterMaintenanceAsync(stop), stop);

    /// <inheritdoc/>
    public ValueTask<Outcome<Nothing>> LeaveMaintenanceAsync(CancellationToken stop) =>
        _gate.RunAsync(nameof(LeaveMaintenanceAsync), () => Inner.LifeCycle.LeaveMaintenanceAsync(stop), stop);

    /// <summary>The facets of the life cycle inside; once its provider is withdrawn, those that it offered before.</summary>
    public bool Offers(Type facet) => facet == typeof(ICapacityControl) && _gate.Ask(
        nameof(IFacetSelection.Offers), () => _offersCapacityControl = Inner.LifeCycle.Facet<ICapacityControl>() is not null, otherwise: _offersCapacityControl);

    /// <inheritdoc/>
    public ValueTask<Outcome<PoolFacts>> ChangeCapacityAsync(PoolCapacity capacity, CancellationToken stop) =>
        _gate.RunAsync(nameof(ChangeCapacityAsync), () => Inner.LifeCycle.Facet<ICapacityControl>()!.ChangeCapacityAsync(capacity, stop), stop);

    /// <inheritdoc/>
    public ValueTask<Outcome<Nothing>> RemoveAsync(CancellationToken stop) =>
        _gate.RunAsync(nameof(RemoveAsync), () => Inner.LifeCycle.RemoveAsync(stop), stop);

    /// <inheritdoc/>
    public ValueTask<Outcome<Nothing>> HostAddedAsync(StorageHost host, CancellationToken stop) =>
        _gate.RunAsync(nameof(HostAddedAsync), () => Inner.Hosts.HostAddedAsync(host, stop), stop);

    /// <inheritdoc/>
    public ValueTask<Outcome<Nothing>> HostConnectedAsync(StorageHost host, CancellationToken stop) =>
        _gate.RunAsync(nameof(HostConnectedAsync), () => Inner.Hosts.HostConnectedAsync(host, stop), stop);

    /// <inheritdoc/>
    public ValueTask<Outcome<Nothing>> HostDisconnectedAsync(StorageHost host, CancellationToken stop) =>
        _gate.RunAsync(nameof(HostDisconnectedAsync), () => Inner.Hosts.HostDisconnectedAsync(host, stop), stop);

    /// <inheritdoc/>
    public ValueTask<Outcome<Nothing>> HostAboutToBeRemovedAsync(StorageHost host, CancellationToken stop) =>
        _gate.RunAsync(nameof(HostAboutToBeRemovedAsync), () => Inner.Hosts.HostAboutToBeRemovedAsync(host, stop), stop);

    /// <inheritdoc/>
    public ValueTask<Outcome<Nothing>> HostRemovedAsync(StorageHost host, CancellationToken stop) =>
        _gate.RunAsync(nameof(HostRemovedAsync), () => Inner.Hosts.HostRemovedAsync(host, stop), stop);

    /// <summary>Waits for the calls under way; what the driver's own end throws is logged.</summary>
    public async ValueTask DisposeAsync()
    {
        await _gate.CloseAsync().ConfigureAwait(false);
        if (Interlocked.Exchange(ref _inner, null) is not { } inner) return;
        _closed(this);
        var last = new CallGate(_gate.Provider, _gate.Log);
        await last.RunAsync<Nothing>(nameof(DisposeAsync), async () =>
        {
            await inner.Store.DisposeAsync().ConfigureAwait(false);
            return default(Nothing);
        }, CancellationToken.None).ConfigureAwait(false);
    }

    private sealed record Faces(
        IPrimaryDataStore Store, IPrimaryDataStoreLifeCycle LifeCycle, IPrimaryDataStoreDriver Driver, IHypervisorHostListener Hosts);
}
