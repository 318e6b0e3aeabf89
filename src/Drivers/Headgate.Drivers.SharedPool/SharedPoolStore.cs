using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.SharedPool;

/// <summary>One shared pool, opened. The life cycle is the marker's; the host listener keeps the notes of who was granted what.</summary>
internal sealed class SharedPoolStore : IPrimaryDataStore, IPrimaryDataStoreLifeCycle, ICapacityControl, IHypervisorHostListener
{
    private readonly SharedPoolSettings _settings;
    private readonly TimeProvider _clock;
    private readonly PoolFolder _folder;
    private readonly PoolVolumes _volumes;

    public SharedPoolStore(SharedPoolSettings settings, TimeProvider clock)
    {
        _settings = settings;
        _clock = clock;
        _folder = new PoolFolder(settings, clock);
        _volumes = new PoolVolumes(settings, _folder);
        Driver = new SharedPoolDriver(settings, _folder, _volumes, clock);
    }

    public IPrimaryDataStoreLifeCycle LifeCycle => this;

    public IPrimaryDataStoreDriver Driver { get; }

    public IHypervisorHostListener HostListener => this;

    public ValueTask<Outcome<PoolFacts>> InitializeAsync(CancellationToken stop) => RunAsync(_ => Facts(), stop);

    public ValueTask<Outcome<PoolFacts>> ChangeCapacityAsync(PoolCapacity capacity, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(capacity);
        return RunAsync(call =>
        {
            if (capacity.Iops is { } iops)
                throw new StopHere(Faults.InvalidArgument($"A capacity of {iops} IOPS was asked for; files in one folder share what its medium gives, so none can be promised. Change the bytes only."));
            using (_folder.Locked(call))
            {
                var marker = _folder.NeedAttached();
                if (marker.BudgetOf(_settings.PoolId) != capacity.Bytes)
                {
                    if (capacity.Bytes is { } asked) NeedPossible(asked);
                    call.IsChanging();
                    _folder.WriteMarker(marker.With(_settings.PoolId, capacity.Bytes));
                }
            }
            return Facts();
        }, stop);
    }

    private void NeedPossible(ByteSize asked)
    {
        var (taken, there) = (_volumes.Provisioned(), Medium());
        if (asked < taken) throw new StopHere(Faults.CapacityInUse(asked, taken));
        if (asked > there)
            throw new StopHere(Faults.OutOfCapacity($"A capacity of {asked} was asked for; the file system of {_folder.Folder} has {there} for volumes. Enlarge it first, or ask for less."));
    }

    /// <summary>Bytes that the file system can give to what is in the folder.</summary>
    private ByteSize Medium() => new(new DriveInfo(_folder.Folder).AvailableFreeSpace + _volumes.AllocatedBytes());

    private PoolFacts Facts()
    {
        var marker = _folder.Marker();
        var canClone = FileSystem.CanClone(_folder.Folder); // fails on a read-only file system, and leaves nothing on any
        if (_settings.Snapshots && canClone == false)
        {
            throw new StopHere(new Fault(
                FileFaults.NoReflink, $"The setting 'snapshots' is reflink, but the file system of {_folder.Folder} cannot share blocks between files. Use XFS or btrfs, or set it to none.", Recovery.FixRequest));
        }
        var drive = new DriveInfo(_folder.Folder);
        var there = Medium();
        return new PoolFacts(
            $"sharedpool:{marker?.Id ?? FileSystem.IdentityOf(_folder.Folder)}",
            $"Folder {_folder.Folder} ({drive.DriveFormat}, {new ByteSize(drive.TotalSize)}); IOPS and access per host are not controlled",
            marker?.BudgetOf(_settings.PoolId) is { } budget && budget < there ? budget : there, null, _settings.Capabilities);
    }

    public ValueTask<Outcome<Nothing>> AttachAsync(PoolScope scope, CancellationToken stop) => RunAsync(call =>
    {
        _folder.Marker(); // there, and mounted where that is asked for, before anything is written
        using (_folder.Locked(call))
        {
            if (!_folder.LocksHold())
            {
                throw new StopHere(new Fault(
                    FileFaults.NoLocks, $"The file system of {_folder.Folder} does not keep locks, so two servers could change one volume at the same time. Mount it with locking.", Recovery.AskOperator));
            }
            var marker = _folder.Marker() ?? new Marker(FileSystem.IdentityOf(_folder.Folder), []);
            _folder.Sweep();
            if (marker.Pools.Contains(_settings.PoolId)) return default(Nothing);
            call.IsChanging();
            _folder.WriteMarker(marker with { Pools = [.. marker.Pools, _settings.PoolId] });
            _folder.NeedAttached();
        }
        return default;
    }, stop);

    public ValueTask<Outcome<Nothing>> EnterMaintenanceAsync(CancellationToken stop) => Nothing();

    public ValueTask<Outcome<Nothing>> LeaveMaintenanceAsync(CancellationToken stop) => Nothing();

    public ValueTask<Outcome<Nothing>> RemoveAsync(CancellationToken stop) => RunAsync(call =>
    {
        if (_folder.Marker() is null) return default(Nothing); // nothing is made, the lock's file neither, where there is nothing to remove
        using (_folder.Locked(call))
        {
            if (_folder.Marker() is not { } marker || !marker.Pools.Contains(_settings.PoolId)) return default;
            var left = _volumes.Ours().Count();
            if (left > 0) throw new StopHere(Faults.InUse($"{left} volumes of this pool are still in {_folder.Folder}; delete or migrate them first."));
            _folder.Sweep();
            call.IsChanging();
            if (marker.Pools.Count > 1) _folder.WriteMarker(marker.Without(_settings.PoolId));
            else _folder.Forget();
            _folder.Detached();
        }
        return default;
    }, stop);

    public ValueTask<Outcome<Nothing>> HostAddedAsync(StorageHost host, CancellationToken stop) => Nothing();

    public ValueTask<Outcome<Nothing>> HostConnectedAsync(StorageHost host, CancellationToken stop) => Nothing();

    public ValueTask<Outcome<Nothing>> HostDisconnectedAsync(StorageHost host, CancellationToken stop) => Nothing();

    public ValueTask<Outcome<Nothing>> HostAboutToBeRemovedAsync(StorageHost host, CancellationToken stop) => Nothing();

    public ValueTask<Outcome<Nothing>> HostRemovedAsync(StorageHost host, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(host);
        return RunAsync(call =>
        {
            _folder.NeedAttached();
            using (_folder.Locked(call))
            {
                foreach (var record in _volumes.Ours().Where(r => r.Initiators.Contains(host.InitiatorName)).ToList())
                {
                    call.IsChanging();
                    _folder.Replace(record with { Initiators = [.. record.Initiators.Where(i => i != host.InitiatorName)] });
                }
            }
            return default(Nothing);
        }, stop);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static ValueTask<Outcome<Nothing>> Nothing() => ValueTask.FromResult<Outcome<Nothing>>(default(Nothing));

    private ValueTask<Outcome<T>> RunAsync<T>(Func<PoolCall, T> work, CancellationToken stop) =>
        PoolCall.RunAsync(_folder.Folder, _settings.CallTimeout, _clock, work, stop);
}
