using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Storage.Filters;

/// <summary>A store with the inner store's own shape, in which what <see cref="FaultPlan"/> says goes wrong.</summary>
public sealed class FaultInjectingStore : IPrimaryDataStore, IPrimaryDataStoreLifeCycle, IFacetSelection, ICapacityControl, IHypervisorHostListener
{
    private readonly IPrimaryDataStore _inner;
    private readonly FaultPlan _plan;

    /// <summary>Wraps <paramref name="inner"/>, which is disposed with this.</summary>
    public FaultInjectingStore(IPrimaryDataStore inner, FaultPlan plan)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(plan);
        _inner = inner;
        _plan = plan;
        Driver = new FaultInjectingDriver(inner.Driver, plan);
    }

    /// <inheritdoc/>
    public IPrimaryDataStoreLifeCycle LifeCycle => this;

    /// <inheritdoc/>
    public IPrimaryDataStoreDriver Driver { get; }

    /// <inheritdoc/>
    public IHypervisorHostListener HostListener => this;

    /// <inheritdoc/>
    public ValueTask<Outcome<PoolFacts>> InitializeAsync(CancellationToken stop) =>
        _plan.RunAsync(StoreCall.Initialize, () => _inner.LifeCycle.InitializeAsync(stop), stop);

    /// <inheritdoc/>
    public ValueTask<Outcome<Nothing>> AttachAsync(PoolScope scope, CancellationToken stop) =>
        _plan.RunAsync(StoreCall.Attach, () => _inner.LifeCycle.AttachAsync(scope, stop), stop);

    /// <inheritdoc/>
    public ValueTask<Outcome<Nothing>> EnterMaintenanceAsync(CancellationToken stop) =>
        _plan.RunAsync(StoreCall.EnterMaintenance, () => _inner.LifeCycle.EnterMaintenanceAsync(stop), stop);

    /// <inheritdoc/>
    public ValueTask<Outcome<Nothing>> LeaveMaintenanceAsync(CancellationToken stop) =>
        _plan.RunAsync(StoreCall.LeaveMaintenance, () => _inner.LifeCycle.LeaveMaintenanceAsync(stop), stop);

    /// <summary>The facets of the life cycle inside.</summary>
    public bool Offers(Type facet) =>
        facet.IsInstanceOfType(_inner.LifeCycle) && (_inner.LifeCycle is not IFacetSelection selection || selection.Offers(facet));

    /// <inheritdoc/>
    public ValueTask<Outcome<PoolFacts>> ChangeCapacityAsync(PoolCapacity capacity, CancellationToken stop) => _plan.RunAsync(
        StoreCall.ChangeCapacity,
        () => (_inner.LifeCycle.Facet<ICapacityControl>() ?? throw new InvalidOperationException(
            $"The life cycle has no {nameof(ICapacityControl)}; the caller did not look it up with Facet<{nameof(ICapacityControl)}>().")).ChangeCapacityAsync(capacity, stop),
        stop);

    /// <inheritdoc/>
    public ValueTask<Outcome<Nothing>> RemoveAsync(CancellationToken stop) =>
        _plan.RunAsync(StoreCall.Remove, () => _inner.LifeCycle.RemoveAsync(stop), stop);

    /// <inheritdoc/>
    public ValueTask<Outcome<Nothing>> HostAddedAsync(StorageHost host, CancellationToken stop) =>
        _plan.RunAsync(StoreCall.HostAdded, () => _inner.HostListener.HostAddedAsync(host, stop), stop);

    /// <inheritdoc/>
    public ValueTask<Outcome<Nothing>> HostConnectedAsync(StorageHost host, CancellationToken stop) =>
        _plan.RunAsync(StoreCall.HostConnected, () => _inner.HostListener.HostConnectedAsync(host, stop), stop);

    /// <inheritdoc/>
    public ValueTask<Outcome<Nothing>> HostDisconnectedAsync(StorageHost host, CancellationToken stop) =>
        _plan.RunAsync(StoreCall.HostDisconnected, () => _inner.HostListener.HostDisconnectedAsync(host, stop), stop);

    /// <inheritdoc/>
    public ValueTask<Outcome<Nothing>> HostAboutToBeRemovedAsync(StorageHost host, CancellationToken stop) =>
        _plan.RunAsync(StoreCall.HostAboutToBeRemoved, () => _inner.HostListener.HostAboutToBeRemovedAsync(host, stop), stop);

    /// <inheritdoc/>
    public ValueTask<Outcome<Nothing>> HostRemovedAsync(StorageHost host, CancellationToken stop) =>
        _plan.RunAsync(StoreCall.HostRemoved, () => _inner.HostListener.HostRemovedAsync(host, stop), stop);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _inner.DisposeAsync();
}

/// <summary>A provider whose stores are wrapped; everything else is the inner provider's.</summary>
public sealed class FaultInjectingProvider(IPrimaryDataStoreProvider inner, FaultPlan plan) : IPrimaryDataStoreProvider
{
    /// <inheritdoc/>
    public ProviderInfo Info => inner.Info;

    /// <inheritdoc/>
    public SettingsSchema Settings => inner.Settings;

    /// <inheritdoc/>
    public DriverCapabilities Capabilities => inner.Capabilities;

    /// <inheritdoc/>
    public async ValueTask<Outcome<IPrimaryDataStore>> OpenAsync(PoolSettings settings, CancellationToken stop) =>
        (await inner.OpenAsync(settings, stop).ConfigureAwait(false)).Map<IPrimaryDataStore>(store => new FaultInjectingStore(store, plan));
}
