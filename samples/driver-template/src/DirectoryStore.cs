using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Acme.Storage;

/// <summary>One pool, opened: its lifecycle and its hosts. Everything that matters is on the storage, so any number may be open at once.</summary>
internal sealed class DirectoryStore(Guid pool, VolumeDirectory directory, DriverCapabilities can)
    : IPrimaryDataStore, IPrimaryDataStoreLifeCycle, IHypervisorHostListener
{
    public IPrimaryDataStoreLifeCycle LifeCycle => this;

    public IPrimaryDataStoreDriver Driver { get; } = new DirectoryDriver(pool, directory, can);

    public IHypervisorHostListener HostListener => this;

    /// <summary>Looks at the real thing, and changes nothing.</summary>
    public ValueTask<Outcome<PoolFacts>> InitializeAsync(CancellationToken stop) => Storage.Ask<PoolFacts>(() =>
        directory.IsThere
            ? new PoolFacts($"directory:{directory.Path}", $"sparse files in {directory.Path}", directory.Capacity, CapacityIops: null, can)
            : Faults.Unreachable($"The directory {directory.Path} is not there. Make it, or mount it, and try again."));

    public ValueTask<Outcome<Nothing>> AttachAsync(PoolScope scope, CancellationToken stop) => Storage.Change<Nothing>(() =>
    {
        directory.SweepLeftovers();
        return default(Nothing);
    });

    public ValueTask<Outcome<Nothing>> EnterMaintenanceAsync(CancellationToken stop) => Storage.Nothing; // a directory needs no word

    public ValueTask<Outcome<Nothing>> LeaveMaintenanceAsync(CancellationToken stop) => Storage.Nothing;

    /// <summary>The directory itself is the admin's and stays.</summary>
    public ValueTask<Outcome<Nothing>> RemoveAsync(CancellationToken stop) => Storage.Change<Nothing>(() =>
    {
        var left = directory.All().Count(volume => volume.Made.Pool == pool);
        if (left > 0) return Faults.InUse($"{left} volume(s) of this pool are still in {directory.Path}; delete them first.");
        directory.SweepLeftovers();
        return default(Nothing);
    });

    public ValueTask<Outcome<Nothing>> HostAddedAsync(StorageHost host, CancellationToken stop) => Storage.Nothing;

    public ValueTask<Outcome<Nothing>> HostConnectedAsync(StorageHost host, CancellationToken stop) => Storage.Nothing;

    public ValueTask<Outcome<Nothing>> HostDisconnectedAsync(StorageHost host, CancellationToken stop) => Storage.Nothing; // its guests may run on

    public ValueTask<Outcome<Nothing>> HostAboutToBeRemovedAsync(StorageHost host, CancellationToken stop) => Storage.Nothing;

    public ValueTask<Outcome<Nothing>> HostRemovedAsync(StorageHost host, CancellationToken stop) => Storage.Change<Nothing>(() =>
    {
        foreach (var volume in directory.All().Where(volume => volume.Made.Pool == pool)) volume.Revoke(host.InitiatorName);
        return default(Nothing);
    });

    public ValueTask DisposeAsync() => ValueTask.CompletedTask; // closing changes nothing on the storage
}
