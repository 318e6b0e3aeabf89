using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Reference;

/// <summary>One reference pool, opened: the lifecycle and the host listener are small enough to live here.</summary>
internal sealed class ReferenceStore : IPrimaryDataStore, IPrimaryDataStoreLifeCycle, IFacetSelection, ICapacityControl, IHypervisorHostListener
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

    public bool Offers(Type facet) => facet == typeof(ICapacityControl) && _settings.Capabilities.CapacityBytesChange == Support.Native;

    public ValueTask<Outcome<PoolFacts>> InitializeAsync(CancellationToken stop) => Answer(Facts);

    public ValueTask<Outcome<PoolFacts>> ChangeCapacityAsync(PoolCapacity capacity, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(capacity);
        return Decide<PoolFacts>(() =>
        {
            var (bytes, iops) = (capacity.Bytes ?? _settings.CapacityBytes, capacity.Iops ?? _settings.CapacityIops);
            var taken = new ByteSize(_array.Volumes.Sum(v => v.Size.Bytes));
            var promised = _array.Volumes.Sum(v => v.Qos.MinIops ?? 0);
            if (bytes < taken) return Faults.CapacityInUse(bytes, taken);
            if (iops < promised) return Faults.CapacityInUse(iops, promised);
            if (bytes.Bytes > ReferenceArray.MostBytes)
                return Faults.OutOfCapacity($"A capacity of {bytes} was asked for; no pool gets more than {new ByteSize(ReferenceArray.MostBytes)} here. Ask for less.");
            if (iops > ReferenceArray.MostIops)
                return Faults.OutOfIops($"A capacity of {iops} IOPS was asked for; no pool gets more than {ReferenceArray.MostIops} here. Ask for less.");
            _array.SetCapacity(_poolId, capacity == new PoolCapacity(null, null) ? null : capacity);
            return Facts();
        });
    }

    public ValueTask<Outcome<Nothing>> AttachAsync(PoolScope scope, CancellationToken stop) => Answer(() => default(Nothing));

    public ValueTask<Outcome<Nothing>> EnterMaintenanceAsync(CancellationToken stop) => Answer(() => default(Nothing));

    public ValueTask<Outcome<Nothing>> LeaveMaintenanceAsync(CancellationToken stop) => Answer(() => default(Nothing));

    public ValueTask<Outcome<Nothing>> RemoveAsync(CancellationToken stop) => Decide<Nothing>(() =>
    {
        var left = _array.Volumes.Count(v => v.PoolId == _poolId);
        if (left > 0) return Faults.InUse($"{left} volumes of this pool are still on the array; delete or migrate them first.");
        _array.SetCapacity(_poolId, null);
        return default(Nothing);
    });

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

    private PoolFacts Facts()
    {
        var (bytes, iops) = _settings.CapacityOn(_array, _poolId);
        return new PoolFacts($"reference:{_array.Name}", $"in-memory array {_array.Name}", bytes, iops, _settings.Capabilities);
    }

    private ValueTask<Outcome<T>> Answer<T>(Func<T> work) => Decide<T>(() => work());

    private ValueTask<Outcome<T>> Decide<T>(Func<Outcome<T>> work) =>
        ValueTask.FromResult(_settings.Gate(_array) is { } fault ? fault : _array.Locked(work));
}
