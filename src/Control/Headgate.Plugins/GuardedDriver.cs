using System.Collections.Concurrent;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Plugins;

/// <summary>Every call and facet of a provider's driver through the gate; offers the facets that the driver has.</summary>
internal sealed class GuardedDriver : IPrimaryDataStoreDriver, IFacetSelection, IQosControl, IResize, ISnapshots, IClones, ICopies, IInventory, IStatistics
{
    private static readonly Type[] Facets =
        [typeof(IQosControl), typeof(IResize), typeof(ISnapshots), typeof(IClones), typeof(ICopies), typeof(IInventory), typeof(IStatistics)];

    private readonly Func<IPrimaryDataStoreDriver> _inner;
    private readonly CallGate _gate;
    private readonly ConcurrentDictionary<Type, bool> _offered = new();

    public GuardedDriver(Func<IPrimaryDataStoreDriver> inner, CallGate gate)
    {
        (_inner, _gate) = (inner, gate);
        foreach (var facet in Facets) Offers(facet);
    }

    /// <summary>
    /// Once its provider is withdrawn, what it offered before: a driver that is away is not one without the feature, and an
    /// operation that took it for one would skip a step and be done. The call itself says that the provider is not loaded.
    /// </summary>
    public bool Offers(Type facet) => _gate.Ask(
        nameof(IFacetSelection.Offers),
        () => _offered[facet] = facet.IsInstanceOfType(_inner()) && (_inner() is not IFacetSelection selection || selection.Offers(facet)),
        otherwise: _offered.GetValueOrDefault(facet));

    public ValueTask<Outcome<VolumeView>> CreateAsync(ObjectKey key, VolumeSpec spec, CancellationToken stop) =>
        _gate.RunAsync(nameof(CreateAsync), () => _inner().CreateAsync(key, spec, stop), stop);

    public ValueTask<Outcome<VolumeView?>> FindAsync(ObjectKey key, CancellationToken stop) =>
        _gate.RunAsync(nameof(FindAsync), () => _inner().FindAsync(key, stop), stop);

    public ValueTask<Outcome<Nothing>> DeleteAsync(ObjectKey key, VolumeHandle handle, CancellationToken stop) =>
        _gate.RunAsync(nameof(DeleteAsync), () => _inner().DeleteAsync(key, handle, stop), stop);

    public ValueTask<Outcome<Connection>> GrantAccessAsync(
        ObjectKey key, VolumeHandle handle, AccessRequest access, CancellationToken stop) =>
        _gate.RunAsync(nameof(GrantAccessAsync), () => _inner().GrantAccessAsync(key, handle, access, stop), stop);

    public ValueTask<Outcome<Nothing>> RevokeAccessAsync(
        ObjectKey key, VolumeHandle handle, string initiatorName, CancellationToken stop) =>
        _gate.RunAsync(nameof(RevokeAccessAsync), () => _inner().RevokeAccessAsync(key, handle, initiatorName, stop), stop);

    public ValueTask<Outcome<VolumeView>> SetQosAsync(ObjectKey key, VolumeHandle handle, QosSpec qos, CancellationToken stop) =>
        _gate.RunAsync(nameof(SetQosAsync), () => Inner<IQosControl>().SetQosAsync(key, handle, qos, stop), stop);

    public ValueTask<Outcome<VolumeView>> ResizeAsync(ObjectKey key, VolumeHandle handle, ByteSize size, CancellationToken stop) =>
        _gate.RunAsync(nameof(ResizeAsync), () => Inner<IResize>().ResizeAsync(key, handle, size, stop), stop);

    public ValueTask<Outcome<SnapshotView>> CreateSnapshotAsync(
        ObjectKey key, ObjectKey volumeKey, VolumeHandle volume, string name, CancellationToken stop) =>
        _gate.RunAsync(nameof(CreateSnapshotAsync), () => Inner<ISnapshots>().CreateSnapshotAsync(key, volumeKey, volume, name, stop), stop);

    public ValueTask<Outcome<SnapshotView?>> FindSnapshotAsync(ObjectKey key, VolumeHandle volume, CancellationToken stop) =>
        _gate.RunAsync(nameof(FindSnapshotAsync), () => Inner<ISnapshots>().FindSnapshotAsync(key, volume, stop), stop);

    public ValueTask<Outcome<Nothing>> RevertAsync(
        ObjectKey volumeKey, VolumeHandle volume, ObjectKey key, SnapshotHandle snapshot, CancellationToken stop) =>
        _gate.RunAsync(nameof(RevertAsync), () => Inner<ISnapshots>().RevertAsync(volumeKey, volume, key, snapshot, stop), stop);

    public ValueTask<Outcome<Nothing>> DeleteSnapshotAsync(ObjectKey key, SnapshotHandle snapshot, CancellationToken stop) =>
        _gate.RunAsync(nameof(DeleteSnapshotAsync), () => Inner<ISnapshots>().DeleteSnapshotAsync(key, snapshot, stop), stop);

    public ValueTask<Outcome<VolumeView>> CloneAsync(
        ObjectKey key, VolumeSpec spec, VolumeHandle source, SnapshotHandle? snapshot, CancellationToken stop) =>
        _gate.RunAsync(nameof(CloneAsync), () => Inner<IClones>().CloneAsync(key, spec, source, snapshot, stop), stop);

    public ValueTask<Outcome<VolumeView>> CopyAsync(
        ObjectKey key, ObjectKey targetKey, VolumeHandle target, VolumeHandle source, SnapshotHandle? snapshot, CancellationToken stop) =>
        _gate.RunAsync(nameof(CopyAsync), () => Inner<ICopies>().CopyAsync(key, targetKey, target, source, snapshot, stop), stop);

    public ValueTask<Outcome<IReadOnlyList<VolumeView>>> ListAsync(CancellationToken stop) =>
        _gate.RunAsync(nameof(ListAsync), () => Inner<IInventory>().ListAsync(stop), stop);

    public ValueTask<Outcome<VolumeStatistics>> GetVolumeStatisticsAsync(VolumeHandle handle, CancellationToken stop) =>
        _gate.RunAsync(nameof(GetVolumeStatisticsAsync), () => Inner<IStatistics>().GetVolumeStatisticsAsync(handle, stop), stop);

    public ValueTask<Outcome<PoolStatistics>> GetPoolStatisticsAsync(CancellationToken stop) =>
        _gate.RunAsync(nameof(GetPoolStatisticsAsync), () => Inner<IStatistics>().GetPoolStatisticsAsync(stop), stop);

    private T Inner<T>()
        where T : class => _inner().Facet<T>() ?? throw new InvalidOperationException(
        $"The driver has no {typeof(T).Name}; the caller did not look it up with Facet<{typeof(T).Name}>().");
}
