using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Plugins;

/// <summary>Every call and facet of a provider's driver through the gate; offers the facets that the driver has.</summary>
internal sealed class GuardedDriver(Func<IPrimaryDataStoreDriver> inner, CallGate gate)
    : IPrimaryDataStoreDriver, IFacetSelection, IQosControl, IResize, ISnapshots, IClones, IInventory, IStatistics
{
    public bool Offers(Type facet) => gate.Ask(
        nameof(IFacetSelection.Offers),
        () => facet.IsInstanceOfType(inner()) && (inner() is not IFacetSelection selection || selection.Offers(facet)), otherwise: false);

    public ValueTask<Outcome<VolumeView>> CreateAsync(ObjectKey key, VolumeSpec spec, CancellationToken stop) =>
        gate.RunAsync(nameof(CreateAsync), () => inner().CreateAsync(key, spec, stop), stop);

    public ValueTask<Outcome<VolumeView?>> FindAsync(ObjectKey key, CancellationToken stop) =>
        gate.RunAsync(nameof(FindAsync), () => inner().FindAsync(key, stop), stop);

    public ValueTask<Outcome<Nothing>> DeleteAsync(ObjectKey key, VolumeHandle handle, CancellationToken stop) =>
        gate.RunAsync(nameof(DeleteAsync), () => inner().DeleteAsync(key, handle, stop), stop);

    public ValueTask<Outcome<Connection>> GrantAccessAsync(
        ObjectKey key, VolumeHandle handle, AccessRequest access, CancellationToken stop) =>
        gate.RunAsync(nameof(GrantAccessAsync), () => inner().GrantAccessAsync(key, handle, access, stop), stop);

    public ValueTask<Outcome<Nothing>> RevokeAccessAsync(
        ObjectKey key, VolumeHandle handle, string initiatorName, CancellationToken stop) =>
        gate.RunAsync(nameof(RevokeAccessAsync), () => inner().RevokeAccessAsync(key, handle, initiatorName, stop), stop);

    public ValueTask<Outcome<VolumeView>> SetQosAsync(ObjectKey key, VolumeHandle handle, QosSpec qos, CancellationToken stop) =>
        gate.RunAsync(nameof(SetQosAsync), () => Inner<IQosControl>().SetQosAsync(key, handle, qos, stop), stop);

    public ValueTask<Outcome<VolumeView>> ResizeAsync(ObjectKey key, VolumeHandle handle, ByteSize size, CancellationToken stop) =>
        gate.RunAsync(nameof(ResizeAsync), () => Inner<IResize>().ResizeAsync(key, handle, size, stop), stop);

    public ValueTask<Outcome<SnapshotView>> CreateSnapshotAsync(
        ObjectKey key, ObjectKey volumeKey, VolumeHandle volume, string name, CancellationToken stop) =>
        gate.RunAsync(nameof(CreateSnapshotAsync), () => Inner<ISnapshots>().CreateSnapshotAsync(key, volumeKey, volume, name, stop), stop);

    public ValueTask<Outcome<SnapshotView?>> FindSnapshotAsync(ObjectKey key, VolumeHandle volume, CancellationToken stop) =>
        gate.RunAsync(nameof(FindSnapshotAsync), () => Inner<ISnapshots>().FindSnapshotAsync(key, volume, stop), stop);

    public ValueTask<Outcome<Nothing>> RevertAsync(
        ObjectKey volumeKey, VolumeHandle volume, ObjectKey key, SnapshotHandle snapshot, CancellationToken stop) =>
        gate.RunAsync(nameof(RevertAsync), () => Inner<ISnapshots>().RevertAsync(volumeKey, volume, key, snapshot, stop), stop);

    public ValueTask<Outcome<Nothing>> DeleteSnapshotAsync(ObjectKey key, SnapshotHandle snapshot, CancellationToken stop) =>
        gate.RunAsync(nameof(DeleteSnapshotAsync), () => Inner<ISnapshots>().DeleteSnapshotAsync(key, snapshot, stop), stop);

    public ValueTask<Outcome<VolumeView>> CloneAsync(
        ObjectKey key, VolumeSpec spec, VolumeHandle source, SnapshotHandle? snapshot, CancellationToken stop) =>
        gate.RunAsync(nameof(CloneAsync), () => Inner<IClones>().CloneAsync(key, spec, source, snapshot, stop), stop);

    public ValueTask<Outcome<IReadOnlyList<VolumeView>>> ListAsync(CancellationToken stop) =>
        gate.RunAsync(nameof(ListAsync), () => Inner<IInventory>().ListAsync(stop), stop);

    public ValueTask<Outcome<VolumeStatistics>> GetVolumeStatisticsAsync(VolumeHandle handle, CancellationToken stop) =>
        gate.RunAsync(nameof(GetVolumeStatisticsAsync), () => Inner<IStatistics>().GetVolumeStatisticsAsync(handle, stop), stop);

    public ValueTask<Outcome<PoolStatistics>> GetPoolStatisticsAsync(CancellationToken stop) =>
        gate.RunAsync(nameof(GetPoolStatisticsAsync), () => Inner<IStatistics>().GetPoolStatisticsAsync(stop), stop);

    private T Inner<T>()
        where T : class => inner().Facet<T>() ?? throw new InvalidOperationException(
        $"The driver has no {typeof(T).Name}; the caller did not look it up with Facet<{typeof(T).Name}>().");
}
