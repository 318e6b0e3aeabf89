using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Tests.Broken;

/// <summary>The driver inside, call by call; a broken driver overrides the one call that it gets wrong.</summary>
internal class TwistedDriver(IPrimaryDataStoreDriver inner)
    : IPrimaryDataStoreDriver, IFacetSelection, IQosControl, IResize, ISnapshots, IGroupSnapshots, IClones, ICopies, IInventory, IAdoption, IStatistics
{
    protected IPrimaryDataStoreDriver Inner => inner;

    public virtual bool Offers(Type facet) => inner is not IFacetSelection selection || selection.Offers(facet);

    public virtual ValueTask<Outcome<VolumeView>> CreateAsync(ObjectKey key, VolumeSpec spec, CancellationToken stop) => inner.CreateAsync(key, spec, stop);

    public virtual ValueTask<Outcome<VolumeView?>> FindAsync(ObjectKey key, CancellationToken stop) => inner.FindAsync(key, stop);

    public virtual ValueTask<Outcome<Nothing>> DeleteAsync(ObjectKey key, VolumeHandle handle, CancellationToken stop) => inner.DeleteAsync(key, handle, stop);

    public virtual ValueTask<Outcome<Connection>> GrantAccessAsync(ObjectKey key, VolumeHandle handle, AccessRequest access, CancellationToken stop) =>
        inner.GrantAccessAsync(key, handle, access, stop);

    public virtual ValueTask<Outcome<Nothing>> RevokeAccessAsync(ObjectKey key, VolumeHandle handle, string initiatorName, CancellationToken stop) =>
        inner.RevokeAccessAsync(key, handle, initiatorName, stop);

    public virtual ValueTask<Outcome<VolumeView>> SetQosAsync(ObjectKey key, VolumeHandle handle, QosSpec qos, CancellationToken stop) =>
        ((IQosControl)inner).SetQosAsync(key, handle, qos, stop);

    public virtual ValueTask<Outcome<VolumeView>> ResizeAsync(ObjectKey key, VolumeHandle handle, ByteSize size, CancellationToken stop) =>
        ((IResize)inner).ResizeAsync(key, handle, size, stop);

    public virtual ValueTask<Outcome<SnapshotView>> CreateSnapshotAsync(
        ObjectKey key, ObjectKey volumeKey, VolumeHandle volume, string name, CancellationToken stop) =>
        ((ISnapshots)inner).CreateSnapshotAsync(key, volumeKey, volume, name, stop);

    public virtual ValueTask<Outcome<SnapshotView?>> FindSnapshotAsync(ObjectKey key, VolumeHandle volume, CancellationToken stop) =>
        ((ISnapshots)inner).FindSnapshotAsync(key, volume, stop);

    public virtual ValueTask<Outcome<Nothing>> RevertAsync(
        ObjectKey volumeKey, VolumeHandle volume, ObjectKey key, SnapshotHandle snapshot, CancellationToken stop) =>
        ((ISnapshots)inner).RevertAsync(volumeKey, volume, key, snapshot, stop);

    public virtual ValueTask<Outcome<Nothing>> DeleteSnapshotAsync(ObjectKey key, SnapshotHandle snapshot, CancellationToken stop) =>
        ((ISnapshots)inner).DeleteSnapshotAsync(key, snapshot, stop);

    public virtual ValueTask<Outcome<VolumeView>> CloneAsync(
        ObjectKey key, VolumeSpec spec, VolumeHandle source, SnapshotHandle? snapshot, CancellationToken stop) =>
        ((IClones)inner).CloneAsync(key, spec, source, snapshot, stop);

    public virtual ValueTask<Outcome<VolumeView>> CopyAsync(
        ObjectKey key, ObjectKey targetKey, VolumeHandle target, VolumeHandle source, SnapshotHandle? snapshot, CancellationToken stop) =>
        ((ICopies)inner).CopyAsync(key, targetKey, target, source, snapshot, stop);

    public virtual ValueTask<Outcome<IReadOnlyList<VolumeView>>> ListAsync(CancellationToken stop) => ((IInventory)inner).ListAsync(stop);

    public virtual ValueTask<Outcome<VolumeStatistics>> GetVolumeStatisticsAsync(VolumeHandle handle, CancellationToken stop) =>
        ((IStatistics)inner).GetVolumeStatisticsAsync(handle, stop);

    public int MostMembers => ((IGroupSnapshots)inner).MostMembers;

    public virtual ValueTask<Outcome<IReadOnlyList<SnapshotView>>> CreateGroupAsync(
        ObjectKey key, IReadOnlyList<GroupMember> members, string name, CancellationToken stop) =>
        ((IGroupSnapshots)inner).CreateGroupAsync(key, members, name, stop);

    public virtual ValueTask<Outcome<VolumeView>> AdoptAsync(ObjectKey key, VolumeHandle handle, AdoptionSpec spec, CancellationToken stop) =>
        ((IAdoption)inner).AdoptAsync(key, handle, spec, stop);

    public virtual ValueTask<Outcome<Nothing>> ReleaseAsync(ObjectKey key, VolumeHandle handle, CancellationToken stop) =>
        ((IAdoption)inner).ReleaseAsync(key, handle, stop);

    public virtual ValueTask<Outcome<PoolStatistics>> GetPoolStatisticsAsync(CancellationToken stop) => ((IStatistics)inner).GetPoolStatisticsAsync(stop);
}

/// <summary>The life cycle inside, call by call.</summary>
internal class TwistedLifeCycle(IPrimaryDataStoreLifeCycle inner) : IPrimaryDataStoreLifeCycle, IFacetSelection, ICapacityControl
{
    public bool Offers(Type facet) => inner is not IFacetSelection selection || selection.Offers(facet);

    public virtual ValueTask<Outcome<PoolFacts>> InitializeAsync(CancellationToken stop) => inner.InitializeAsync(stop);

    public virtual ValueTask<Outcome<Nothing>> AttachAsync(PoolScope scope, CancellationToken stop) => inner.AttachAsync(scope, stop);

    public virtual ValueTask<Outcome<Nothing>> EnterMaintenanceAsync(CancellationToken stop) => inner.EnterMaintenanceAsync(stop);

    public virtual ValueTask<Outcome<Nothing>> LeaveMaintenanceAsync(CancellationToken stop) => inner.LeaveMaintenanceAsync(stop);

    public virtual ValueTask<Outcome<PoolFacts>> ChangeCapacityAsync(PoolCapacity capacity, CancellationToken stop) =>
        ((ICapacityControl)inner).ChangeCapacityAsync(capacity, stop);

    public virtual ValueTask<Outcome<Nothing>> RemoveAsync(CancellationToken stop) => inner.RemoveAsync(stop);
}

/// <summary>A provider whose drivers are twisted. What a twist remembers, it remembers for all stores, as an array would.</summary>
internal sealed class TwistedProvider(IPrimaryDataStoreProvider inner, Func<IPrimaryDataStoreDriver, IPrimaryDataStoreDriver> twist) : IPrimaryDataStoreProvider
{
    public ProviderInfo Info => inner.Info;

    public SettingsSchema Settings => inner.Settings;

    public DriverCapabilities Capabilities => inner.Capabilities;

    /// <summary>What the life cycle and the host listener get wrong; the inner ones by default.</summary>
    public Func<IPrimaryDataStoreLifeCycle, IPrimaryDataStoreLifeCycle> TwistLifeCycle { get; init; } = static l => l;

    public async ValueTask<Outcome<IPrimaryDataStore>> OpenAsync(PoolSettings settings, CancellationToken stop) =>
        (await inner.OpenAsync(settings, stop)).Map<IPrimaryDataStore>(store => new Store(store, twist(store.Driver), TwistLifeCycle(store.LifeCycle), TwistClosing));

    /// <summary>What closing a store gets wrong; nothing by default.</summary>
    public Func<ValueTask> TwistClosing { get; init; } = static () => ValueTask.CompletedTask;

    private sealed class Store(IPrimaryDataStore inner, IPrimaryDataStoreDriver driver, IPrimaryDataStoreLifeCycle lifeCycle, Func<ValueTask> closing) : IPrimaryDataStore
    {
        public IPrimaryDataStoreLifeCycle LifeCycle => lifeCycle;

        public IPrimaryDataStoreDriver Driver => driver;

        public IHypervisorHostListener HostListener => inner.HostListener;

        public async ValueTask DisposeAsync()
        {
            await inner.DisposeAsync();
            await closing();
        }
    }
}
