using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Reference;

/// <summary>One reference pool, opened: the lifecycle and the host listener are small enough to live here.</summary>
internal sealed class ReferenceStore : IPrimaryDataStore, IPrimaryDataStoreLifeCycle, IHypervisorHostListener
{
    private readonly Guid _poolId;
    private readonly ReferenceSettings _settings;
    private readonly ReferenceArray _array;

    public ReferenceStore(Guid poolId, ReferenceSettings settings, TimeProvider clock)
    {
        _poolId = poolId;
        _settings = settings;
        _array = ReferenceArray.Named(settings.Array);
        Driver = new ReferenceDriver(poolId, settings, _array, clock);
    }

    public IPrimaryDataStoreLifeCycle LifeCycle => this;

    public IPrimaryDataStoreDriver Driver { get; }

    public IHypervisorHostListener HostListener => this;

    public ValueTask<Outcome<PoolFacts>> InitializeAsync(CancellationToken stop) => Answer(() => new PoolFacts(
        $"reference:{_array.Name}", $"in-memory array {_array.Name}", _settings.CapacityBytes, _settings.CapacityIops, _settings.Capabilities));

    public ValueTask<Outcome<Nothing>> AttachAsync(PoolScope scope, CancellationToken stop) => Answer(() => default(Nothing));

    public ValueTask<Outcome<Nothing>> EnterMaintenanceAsync(CancellationToken stop) => Answer(() => default(Nothing));

    public ValueTask<Outcome<Nothing>> LeaveMaintenanceAsync(CancellationToken stop) => Answer(() => default(Nothing));

    public ValueTask<Outcome<Nothing>> RemoveAsync(CancellationToken stop)
    {
        var left = _array.Locked(() => _array.Volumes.Count(v => v.PoolId == _poolId));
        return left == 0
            ? Answer(() => default(Nothing))
            : ValueTask.FromResult<Outcome<Nothing>>(Faults.InUse($"{left} volumes of this pool are still on the array; delete or migrate them first."));
    }

    public ValueTask<Outcome<Nothing>> HostAddedAsync(StorageHost host, CancellationToken stop) => Answer(() => default(Nothing));

    public ValueTask<Outcome<Nothing>> HostConnectedAsync(StorageHost host, CancellationToken stop) => Answer(() => default(Nothing));

    public ValueTask<Outcome<Nothing>> HostDisconnectedAsync(StorageHost host, CancellationToken stop) => Answer(() => default(Nothing));

    public ValueTask<Outcome<Nothing>> HostAboutToBeRemovedAsync(StorageHost host, CancellationToken stop) => Answer(() => default(Nothing));

    public ValueTask<Outcome<Nothing>> HostRemovedAsync(StorageHost host, CancellationToken stop) => Answer(() =>
    {
        foreach (var volume in _array.Volumes.Where(v => v.PoolId == _poolId))
        {
            volume.Grants.Remove(host.InitiatorName);
            volume.Sessions.Remove(host.InitiatorName);
        }
        return default(Nothing);
    });

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private ValueTask<Outcome<T>> Answer<T>(Func<T> work) =>
        ValueTask.FromResult(_settings.Gate(_array) is { } fault ? fault : _array.Locked(() => (Outcome<T>)work()));
}
