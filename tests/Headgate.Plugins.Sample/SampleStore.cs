using System.Collections.Concurrent;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Plugins.Sample;

/// <summary>A pool of the sample, with one volume list for the process's copy of this assembly.</summary>
internal sealed class SampleStore(string fault, Handle? handle)
    : IPrimaryDataStore, IPrimaryDataStoreLifeCycle, ICapacityControl, IHypervisorHostListener, IPrimaryDataStoreDriver, IInventory
{
    private static readonly ConcurrentDictionary<ObjectKey, VolumeView> Volumes = new();

    public IPrimaryDataStoreLifeCycle LifeCycle => this;

    public IPrimaryDataStoreDriver Driver => this;

    public IHypervisorHostListener HostListener => this;

    public ValueTask<Outcome<PoolFacts>> InitializeAsync(CancellationToken stop) =>
        new(new PoolFacts(
            "sample", "the sample's memory", ByteSize.GiB(100), 10_000, fault == "facts" ? new SteplessProvider().Capabilities : new SampleProvider().Capabilities));

    public ValueTask<Outcome<Nothing>> AttachAsync(PoolScope scope, CancellationToken stop) => Done();

    public ValueTask<Outcome<Nothing>> EnterMaintenanceAsync(CancellationToken stop) => Done();

    public ValueTask<Outcome<Nothing>> LeaveMaintenanceAsync(CancellationToken stop) => Done();

    public ValueTask<Outcome<PoolFacts>> ChangeCapacityAsync(PoolCapacity capacity, CancellationToken stop) => fault == "throw"
        ? throw new InvalidOperationException("the array's password is 'hunter2'")
        : new(new PoolFacts("sample", "the sample's memory", capacity?.Bytes, capacity?.Iops, new SampleProvider().Capabilities));

    public ValueTask<Outcome<Nothing>> RemoveAsync(CancellationToken stop) => Done();

    public ValueTask<Outcome<Nothing>> HostAddedAsync(StorageHost host, CancellationToken stop) => Done();

    public ValueTask<Outcome<Nothing>> HostConnectedAsync(StorageHost host, CancellationToken stop) => Done();

    public ValueTask<Outcome<Nothing>> HostDisconnectedAsync(StorageHost host, CancellationToken stop) => Done();

    public ValueTask<Outcome<Nothing>> HostAboutToBeRemovedAsync(StorageHost host, CancellationToken stop) => Done();

    public ValueTask<Outcome<Nothing>> HostRemovedAsync(StorageHost host, CancellationToken stop) => Done();

    public async ValueTask<Outcome<VolumeView>> CreateAsync(ObjectKey key, VolumeSpec spec, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(spec);
        switch (fault)
        {
            case "throw": throw new InvalidOperationException("the array's password is 'hunter2'");
            case "null": return null!;
            case "block": await Task.Delay(Timeout.Infinite, CancellationToken.None); break; // deaf to cancellation, too
            case "unspeakable": throw new UnspeakableException();
            case "hold": await handle!.HeldAsync(); break;
            case "freeze": handle!.HeldAsync().GetAwaiter().GetResult(); break; // holds the thread that it is called on
            case "wait": await Task.Delay(Timeout.Infinite, stop); break;
        }
        return Volumes.GetOrAdd(key, _ => new VolumeView(new VolumeHandle($"sample-{key}"), key, spec.Name, spec.Size, spec.Qos, []));
    }

    public ValueTask<Outcome<VolumeView?>> FindAsync(ObjectKey key, CancellationToken stop) => new(Volumes.GetValueOrDefault(key));

    public ValueTask<Outcome<Nothing>> DeleteAsync(ObjectKey key, VolumeHandle handle, CancellationToken stop)
    {
        Volumes.TryRemove(key, out _);
        return Done();
    }

    public ValueTask<Outcome<Connection>> GrantAccessAsync(ObjectKey key, VolumeHandle handle, AccessRequest access, CancellationToken stop) =>
        new(new Connection.Local($"/dev/sample/{handle}"));

    public ValueTask<Outcome<Nothing>> RevokeAccessAsync(ObjectKey key, VolumeHandle handle, string initiatorName, CancellationToken stop) => Done();

    public ValueTask<Outcome<IReadOnlyList<VolumeView>>> ListAsync(CancellationToken stop) => new(Volumes.Values.ToList());

    public ValueTask DisposeAsync()
    {
        switch (fault)
        {
            case "dispose": throw new InvalidOperationException("cannot close");
            case "freeze-dispose": handle!.HeldAsync().GetAwaiter().GetResult(); break;
        }
        handle?.Close();
        return ValueTask.CompletedTask;
    }

    private static ValueTask<Outcome<Nothing>> Done() => new(default(Nothing));
}
