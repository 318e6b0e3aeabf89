using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Storage.Filters;

/// <summary>Every call and facet of the inner driver under the plan; offers the facets that the inner one has.</summary>
internal sealed class FaultInjectingDriver(IPrimaryDataStoreDriver inner, FaultPlan plan)
    : IPrimaryDataStoreDriver, IFacetSelection, IQosControl, IResize, ISnapshots, IGroupSnapshots, IClones, ICopies, IInventory, IAdoption, IStatistics
{
    public bool Offers(Type facet) =>
        facet.IsInstanceOfType(inner) && (inner is not IFacetSelection selection || selection.Offers(facet));

    public ValueTask<Outcome<VolumeView>> CreateAsync(ObjectKey key, VolumeSpec spec, CancellationToken stop) =>
        plan.RunAsync(StoreCall.Create, () => inner.CreateAsync(key, spec, stop), stop);

    public ValueTask<Outcome<VolumeView?>> FindAsync(ObjectKey key, CancellationToken stop) =>
        plan.RunAsync(StoreCall.Find, () => inner.FindAsync(key, stop), stop);

    public ValueTask<Outcome<Nothing>> DeleteAsync(ObjectKey key, VolumeHandle handle, CancellationToken stop) =>
        plan.RunAsync(StoreCall.Delete, () => inner.DeleteAsync(key, handle, stop), stop);

    public ValueTask<Outcome<Connection>> GrantAccessAsync(
        ObjectKey key, VolumeHandle handle, AccessRequest access, CancellationToken stop) =>
        plan.RunAsync(StoreCall.GrantAccess, () => inner.GrantAccessAsync(key, handle, access, stop), stop);

    public ValueTask<Outcome<Nothing>> RevokeAccessAsync(
        ObjectKey key, VolumeHandle handle, string initiatorName, CancellationToken stop) =>
        plan.RunAsync(StoreCall.RevokeAccess, () => inner.RevokeAccessAsync(key, handle, initiatorName, stop), stop);

    public ValueTask<Outcome<VolumeView>> SetQosAsync(ObjectKey key, VolumeHandle handle, QosSpec qos, CancellationToken stop) =>
        plan.RunAsync(StoreCall.SetQos, () => Inner<IQosControl>().SetQosAsync(key, handle, qos, stop), stop);

    public ValueTask<Outcome<VolumeView>> ResizeAsync(ObjectKey key, VolumeHandle handle, ByteSize size, CancellationToken stop) =>
        plan.RunAsync(StoreCall.Resize, () => Inner<IResize>().ResizeAsync(key, handle, size, stop), stop);

    public ValueTask<Outcome<SnapshotView>> CreateSnapshotAsync(
        ObjectKey key, ObjectKey volumeKey, VolumeHandle volume, string name, CancellationToken stop) =>
        plan.RunAsync(StoreCall.CreateSnapshot, () => Inner<ISnapshots>().CreateSnapshotAsync(key, volumeKey, volume, name, stop), stop);

    public ValueTask<Outcome<SnapshotView?>> FindSnapshotAsync(ObjectKey key, VolumeHandle volume, CancellationToken stop) =>
        plan.RunAsync(StoreCall.FindSnapshot, () => Inner<ISnapshots>().FindSnapshotAsync(key, volume, stop), stop);

    public ValueTask<Outcome<Nothing>> RevertAsync(
        ObjectKey volumeKey, VolumeHandle volume, ObjectKey key, SnapshotHandle snapshot, CancellationToken stop) =>
        plan.RunAsync(StoreCall.Revert, () => Inner<ISnapshots>().RevertAsync(volumeKey, volume, key, snapshot, stop), stop);

    public ValueTask<Outcome<Nothing>> DeleteSnapshotAsync(ObjectKey key, SnapshotHandle snapshot, CancellationToken stop) =>
        plan.RunAsync(StoreCall.DeleteSnapshot, () => Inner<ISnapshots>().DeleteSnapshotAsync(key, snapshot, stop), stop);

    public ValueTask<Outcome<VolumeView>> CloneAsync(
        ObjectKey key, VolumeSpec spec, VolumeHandle source, SnapshotHandle? snapshot, CancellationToken stop) =>
        plan.RunAsync(StoreCall.Clone, () => Inner<IClones>().CloneAsync(key, spec, source, snapshot, stop), stop);

    public ValueTask<Outcome<VolumeView>> CopyAsync(
        ObjectKey key, ObjectKey targetKey, VolumeHandle target, VolumeHandle source, SnapshotHandle? snapshot, CancellationToken stop) =>
        plan.RunAsync(StoreCall.Copy, () => Inner<ICopies>().CopyAsync(key, targetKey, target, source, snapshot, stop), stop);

    public int MostMembers => Inner<IGroupSnapshots>().MostMembers;

    public ValueTask<Outcome<IReadOnlyList<SnapshotView>>> CreateGroupAsync(
        ObjectKey key, IReadOnlyList<GroupMember> members, string name, CancellationToken stop) =>
        plan.RunAsync(StoreCall.CreateGroup, () => Inner<IGroupSnapshots>().CreateGroupAsync(key, members, name, stop), stop);

    public ValueTask<Outcome<VolumeView>> AdoptAsync(ObjectKey key, VolumeHandle handle, AdoptionSpec spec, CancellationToken stop) =>
        plan.RunAsync(StoreCall.Adopt, () => Inner<IAdoption>().AdoptAsync(key, handle, spec, stop), stop);

    public ValueTask<Outcome<Nothing>> ReleaseAsync(ObjectKey key, VolumeHandle handle, CancellationToken stop) =>
        plan.RunAsync(StoreCall.Release, () => Inner<IAdoption>().ReleaseAsync(key, handle, stop), stop);

    public ValueTask<Outcome<IReadOnlyList<VolumeView>>> ListAsync(CancellationToken stop) =>
        plan.RunAsync(StoreCall.List, () => Inner<IInventory>().ListAsync(stop), stop);

    public ValueTask<Outcome<VolumeStatistics>> GetVolumeStatisticsAsync(VolumeHandle handle, CancellationToken stop) =>
        plan.RunAsync(StoreCall.VolumeStatistics, () => Inner<IStatistics>().GetVolumeStatisticsAsync(handle, stop), stop);

    public ValueTask<Outcome<PoolStatistics>> GetPoolStatisticsAsync(CancellationToken stop) =>
        plan.RunAsync(StoreCall.PoolStatistics, () => Inner<IStatistics>().GetPoolStatisticsAsync(stop), stop);

    private T Inner<T>()
        where T : class => inner.Facet<T>() ?? throw new InvalidOperationException(
        $"{inner.GetType().Name} has no {typeof(T).Name}; the caller did not look it up with Facet<{typeof(T).Name}>().");
}
