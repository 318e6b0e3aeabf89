using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Plugins;

/// <summary>Every call and facet of a provider's driver through the gate; offers the facets that the driver has.</summary>
internal sealed class GuardedDriver :
    IPrimaryDataStoreDriver, IFacetSelection, IQosControl, IResize, ISnapshots, IGroupSnapshots, IClones, ICopies, IInventory, IAdoption, IStatistics
{
    private static readonly Type[] Facets =
    [
        typeof(IQosControl), typeof(IResize), typeof(ISnapshots), typeof(IGroupSnapshots), typeof(IClones), typeof(ICopies), typeof(IInventory), typeof(IAdoption),
        typeof(IStatistics),
    ];

    private readonly Func<IPrimaryDataStoreDriver> _inner;
    private readonly CallGate _gate;
    private readonly HashSet<Type> _offered;

    public GuardedDriver(Func<IPrimaryDataStoreDriver> inner, CallGate gate)
    {
        (_inner, _gate) = (inner, gate);
        _offered = [.. Facets.Where(facet => gate.Ask(
            nameof(IFacetSelection.Offers), () => facet.IsInstanceOfType(inner()) && (inner() is not IFacetSelection selection || selection.Offers(facet)), otherwise: false))];
    }

    /// <summary>
    /// What it offered when it was opened, also once its provider is withdrawn: a driver that is away is not one without the feature, and an
    /// operation that took it for one would skip a step and be done. The call itself says that the provider is not loaded.
    /// </summary>
    public bool Offers(Type facet) => _offered.Contains(facet);

    public ValueTask<Outcome<VolumeView>> CreateAsync(ObjectKey key, VolumeSpec spec, CancellationToken stop) =>
        _gate.RunAsync(nameof(CreateAsync), Of(key), () => _inner().CreateAsync(key, spec, stop), stop);

    public ValueTask<Outcome<VolumeView?>> FindAsync(ObjectKey key, CancellationToken stop) =>
        _gate.RunAsync(nameof(FindAsync), Of(key), () => _inner().FindAsync(key, stop), stop);

    public ValueTask<Outcome<Nothing>> DeleteAsync(ObjectKey key, VolumeHandle handle, CancellationToken stop) =>
        _gate.RunAsync(nameof(DeleteAsync), Of(key), () => _inner().DeleteAsync(key, handle, stop), stop);

    public ValueTask<Outcome<Connection>> GrantAccessAsync(
        ObjectKey key, VolumeHandle handle, AccessRequest access, CancellationToken stop) =>
        _gate.RunAsync(nameof(GrantAccessAsync), Of(key), () => _inner().GrantAccessAsync(key, handle, access, stop), stop);

    public ValueTask<Outcome<Nothing>> RevokeAccessAsync(
        ObjectKey key, VolumeHandle handle, string initiatorName, CancellationToken stop) =>
        _gate.RunAsync(nameof(RevokeAccessAsync), Of(key), () => _inner().RevokeAccessAsync(key, handle, initiatorName, stop), stop);

    public ValueTask<Outcome<VolumeView>> SetQosAsync(ObjectKey key, VolumeHandle handle, QosSpec qos, CancellationToken stop) =>
        _gate.RunAsync(nameof(SetQosAsync), Of(key), () => Inner<IQosControl>().SetQosAsync(key, handle, qos, stop), stop);

    public ValueTask<Outcome<VolumeView>> ResizeAsync(ObjectKey key, VolumeHandle handle, ByteSize size, CancellationToken stop) =>
        _gate.RunAsync(nameof(ResizeAsync), Of(key), () => Inner<IResize>().ResizeAsync(key, handle, size, stop), stop);

    public ValueTask<Outcome<SnapshotView>> CreateSnapshotAsync(
        ObjectKey key, ObjectKey volumeKey, VolumeHandle volume, string name, CancellationToken stop) =>
        _gate.RunAsync(nameof(CreateSnapshotAsync), Of(volumeKey), () => Inner<ISnapshots>().CreateSnapshotAsync(key, volumeKey, volume, name, stop), stop);

    public ValueTask<Outcome<SnapshotView?>> FindSnapshotAsync(ObjectKey key, VolumeHandle volume, CancellationToken stop) =>
        _gate.RunAsync(nameof(FindSnapshotAsync), Of(key), () => Inner<ISnapshots>().FindSnapshotAsync(key, volume, stop), stop);

    public ValueTask<Outcome<Nothing>> RevertAsync(
        ObjectKey volumeKey, VolumeHandle volume, ObjectKey key, SnapshotHandle snapshot, CancellationToken stop) =>
        _gate.RunAsync(nameof(RevertAsync), Of(volumeKey), () => Inner<ISnapshots>().RevertAsync(volumeKey, volume, key, snapshot, stop), stop);

    public ValueTask<Outcome<Nothing>> DeleteSnapshotAsync(ObjectKey key, SnapshotHandle snapshot, CancellationToken stop) =>
        _gate.RunAsync(nameof(DeleteSnapshotAsync), Of(key), () => Inner<ISnapshots>().DeleteSnapshotAsync(key, snapshot, stop), stop);

    public ValueTask<Outcome<VolumeView>> CloneAsync(
        ObjectKey key, VolumeSpec spec, VolumeHandle source, SnapshotHandle? snapshot, CancellationToken stop) =>
        _gate.RunAsync(nameof(CloneAsync), Of(key), () => Inner<IClones>().CloneAsync(key, spec, source, snapshot, stop), stop);

    public ValueTask<Outcome<VolumeView>> CopyAsync(
        ObjectKey key, ObjectKey targetKey, VolumeHandle target, VolumeHandle source, SnapshotHandle? snapshot, CancellationToken stop) =>
        _gate.RunAsync(nameof(CopyAsync), Of(targetKey), () => Inner<ICopies>().CopyAsync(key, targetKey, target, source, snapshot, stop), stop);

    public ValueTask<Outcome<IReadOnlyList<VolumeView>>> ListAsync(CancellationToken stop) =>
        _gate.RunAsync(nameof(ListAsync), nameof(ListAsync), () => Inner<IInventory>().ListAsync(stop), stop);

    public int MostMembers => _gate.Ask(nameof(MostMembers), () => Inner<IGroupSnapshots>().MostMembers, otherwise: 0);

    public ValueTask<Outcome<IReadOnlyList<SnapshotView>>> CreateGroupAsync(
        ObjectKey key, IReadOnlyList<GroupMember> members, string name, CancellationToken stop) =>
        _gate.RunAsync(nameof(CreateGroupAsync), Of(key), () => Inner<IGroupSnapshots>().CreateGroupAsync(key, members, name, stop), stop);

    public ValueTask<Outcome<VolumeView>> AdoptAsync(ObjectKey key, VolumeHandle handle, AdoptionSpec spec, CancellationToken stop) =>
        _gate.RunAsync(nameof(AdoptAsync), Of(key), () => Inner<IAdoption>().AdoptAsync(key, handle, spec, stop), stop);

    public ValueTask<Outcome<Nothing>> ReleaseAsync(ObjectKey key, VolumeHandle handle, CancellationToken stop) =>
        _gate.RunAsync(nameof(ReleaseAsync), Of(key), () => Inner<IAdoption>().ReleaseAsync(key, handle, stop), stop);

    public ValueTask<Outcome<VolumeStatistics>> GetVolumeStatisticsAsync(VolumeHandle handle, CancellationToken stop) =>
        _gate.RunAsync(nameof(GetVolumeStatisticsAsync), $"figures of {handle}", () => Inner<IStatistics>().GetVolumeStatisticsAsync(handle, stop), stop);

    public ValueTask<Outcome<PoolStatistics>> GetPoolStatisticsAsync(CancellationToken stop) =>
        _gate.RunAsync(nameof(GetPoolStatisticsAsync), nameof(GetPoolStatisticsAsync), () => Inner<IStatistics>().GetPoolStatisticsAsync(stop), stop);

    /// <summary>The volume or snapshot that a call is about.</summary>
    private static string Of(ObjectKey key) => key.ToString();

    private T Inner<T>()
        where T : class => _inner().Facet<T>() ?? throw new InvalidOperationException(
        $"The driver has no {typeof(T).Name}; the caller did not look it up with Facet<{typeof(T).Name}>().");
}
