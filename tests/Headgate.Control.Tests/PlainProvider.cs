using Headgate.Drivers.SharedPool;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Control.Tests;

/// <summary>The SharedPool driver with no more than a driver must have and a list: what a storage looks like that cannot clone.</summary>
internal sealed class PlainProvider : IPrimaryDataStoreProvider
{
    private readonly SharedPoolProvider _inner = new();

    public ProviderInfo Info => _inner.Info with { Name = "Plain" };

    public SettingsSchema Settings => _inner.Settings;

    public DriverCapabilities Capabilities => Without(_inner.Capabilities);

    public async ValueTask<Outcome<IPrimaryDataStore>> OpenAsync(PoolSettings settings, CancellationToken stop) =>
        (await _inner.OpenAsync(settings, stop)).Map<IPrimaryDataStore>(store => new Store(store));

    private static DriverCapabilities Without(DriverCapabilities can) =>
        can with { Clones = Support.None, Copies = Support.None, Snapshots = Support.None, LiveResize = Support.None, CapacityBytesChange = Support.None };

    private sealed class Store(IPrimaryDataStore inner) : IPrimaryDataStore, IPrimaryDataStoreLifeCycle
    {
        public IPrimaryDataStoreLifeCycle LifeCycle => this;

        public IPrimaryDataStoreDriver Driver { get; } = new PlainDriver(inner.Driver);

        public IHypervisorHostListener HostListener => inner.HostListener;

        public async ValueTask<Outcome<PoolFacts>> InitializeAsync(CancellationToken stop) =>
            (await inner.LifeCycle.InitializeAsync(stop)).Map(facts => facts with { Capabilities = Without(facts.Capabilities) });

        public ValueTask<Outcome<Nothing>> AttachAsync(PoolScope scope, CancellationToken stop) => inner.LifeCycle.AttachAsync(scope, stop);

        public ValueTask<Outcome<Nothing>> EnterMaintenanceAsync(CancellationToken stop) => inner.LifeCycle.EnterMaintenanceAsync(stop);

        public ValueTask<Outcome<Nothing>> LeaveMaintenanceAsync(CancellationToken stop) => inner.LifeCycle.LeaveMaintenanceAsync(stop);

        public ValueTask<Outcome<Nothing>> RemoveAsync(CancellationToken stop) => inner.LifeCycle.RemoveAsync(stop);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class PlainDriver(IPrimaryDataStoreDriver inner) : IPrimaryDataStoreDriver, IInventory
    {
        public ValueTask<Outcome<VolumeView>> CreateAsync(ObjectKey key, VolumeSpec spec, CancellationToken stop) => inner.CreateAsync(key, spec, stop);

        public ValueTask<Outcome<VolumeView?>> FindAsync(ObjectKey key, CancellationToken stop) => inner.FindAsync(key, stop);

        public ValueTask<Outcome<Nothing>> DeleteAsync(ObjectKey key, VolumeHandle handle, CancellationToken stop) => inner.DeleteAsync(key, handle, stop);

        public ValueTask<Outcome<Connection>> GrantAccessAsync(ObjectKey key, VolumeHandle handle, AccessRequest access, CancellationToken stop) =>
            inner.GrantAccessAsync(key, handle, access, stop);

        public ValueTask<Outcome<Nothing>> RevokeAccessAsync(ObjectKey key, VolumeHandle handle, string initiatorName, CancellationToken stop) =>
            inner.RevokeAccessAsync(key, handle, initiatorName, stop);

        public ValueTask<Outcome<IReadOnlyList<VolumeView>>> ListAsync(CancellationToken stop) => inner.Facet<IInventory>()!.ListAsync(stop);
    }
}
