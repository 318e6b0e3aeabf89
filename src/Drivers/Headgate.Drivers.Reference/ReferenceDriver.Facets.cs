using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Reference;

// What a driver may do besides; Offers says which of these this pool has.
internal sealed partial class ReferenceDriver : IQosControl, IResize, ISnapshots, IClones, ICopies, IInventory, IStatistics
{
    public ValueTask<Outcome<VolumeView>> SetQosAsync(ObjectKey key, VolumeHandle handle, QosSpec qos, CancellationToken stop) =>
        WithVolume<VolumeView>(key, handle, volume =>
        {
            if (Can.Problem(qos) is { } problem) return problem;
            if (PromiseOf((qos.MinIops ?? 0) - (volume.Qos.MinIops ?? 0)) is { } full) return full;
            volume.Qos = qos;
            return volume.View(poolId);
        });

    public ValueTask<Outcome<VolumeView>> ResizeAsync(ObjectKey key, VolumeHandle handle, ByteSize size, CancellationToken stop) =>
        WithVolume<VolumeView>(key, handle, volume =>
        {
            if (size < volume.Size && size.RoundUpTo(new ByteSize(Can.VolumeSize.Step)) != volume.Size) return Faults.Shrink(size, volume.Size);
            if (Can.Problem(size) is { } problem) return problem;
            var rounded = size.RoundUpTo(new ByteSize(Can.VolumeSize.Step));
            if (RoomFor(rounded.Bytes - volume.Size.Bytes) is { } full) return full;
            if (Can.LiveResize != Support.Native && volume.Sessions.Count > 0)
                return Faults.InUse($"{volume.Sessions.Count} initiators are logged in; this pool resizes only unconnected volumes.");
            volume.Size = rounded;
            return volume.View(poolId);
        });

    public ValueTask<Outcome<SnapshotView>> CreateSnapshotAsync(
        ObjectKey key, ObjectKey volumeKey, VolumeHandle volume, string name, CancellationToken stop) =>
        WithVolume<SnapshotView>(volumeKey, volume, source =>
        {
            if (array.Snapshots.FirstOrDefault(s => s.Key == key) is { } earlier)
                return earlier.Volume == volume ? earlier.View() : Faults.KeyReused(key, $"then of volume {earlier.Volume}; now of {volume}");
            var snapshot = new ReferenceSnapshot
            {
                Key = key, Volume = volume, Size = source.Size, CreatedAt = clock.GetUtcNow(), Mark = source.Mark,
            };
            array.Add(snapshot);
            return snapshot.View();
        });

    public ValueTask<Outcome<SnapshotView?>> FindSnapshotAsync(ObjectKey key, VolumeHandle volume, CancellationToken stop) =>
        Answer<SnapshotView?>(() => array.Snapshots.FirstOrDefault(s => s.Key == key && s.Volume == volume)?.View());

    public ValueTask<Outcome<Nothing>> RevertAsync(
        ObjectKey volumeKey, VolumeHandle volume, ObjectKey key, SnapshotHandle snapshot, CancellationToken stop) =>
        WithVolume<Nothing>(volumeKey, volume, target =>
        {
            if (array.Lookup(snapshot) is not { } source) return Faults.SnapshotNotFound(key, snapshot);
            if (source.Key != key || source.Volume != volume) return Faults.WrongVolume(key, snapshot.Value, source.Key);
            if (target.Sessions.Count > 0)
                return Faults.InUse($"Initiator {target.Sessions.First()} is logged in to the volume; disconnect it first.");
            target.Mark = source.Mark;
            return default(Nothing);
        });

    public ValueTask<Outcome<Nothing>> DeleteSnapshotAsync(ObjectKey key, SnapshotHandle snapshot, CancellationToken stop) =>
        Answer<Nothing>(() =>
        {
            if (array.Lookup(snapshot) is not { } found) return default(Nothing);
            if (found.Key != key) return Faults.WrongVolume(key, snapshot.Value, found.Key);
            array.Remove(found);
            return default(Nothing);
        });

    public ValueTask<Outcome<VolumeView>> CloneAsync(
        ObjectKey key, VolumeSpec spec, VolumeHandle source, SnapshotHandle? snapshot, CancellationToken stop) => Answer<VolumeView>(() =>
    {
        if (array.Lookup(key) is not null) return Make(key, spec, mark: null); // a repeat, or a key used twice
        if (array.Lookup(source) is not { } original) return Faults.VolumeNotFound(key, source);
        var mark = original.Mark;
        var least = original.Size;
        if (snapshot is { } handle)
        {
            if (array.Lookup(handle) is not { } taken || taken.Volume != source) return Faults.SnapshotNotFound(key, handle);
            (mark, least) = (taken.Mark, taken.Size);
        }
        return spec.Size < least ? Faults.Shrink(spec.Size, least) : Make(key, spec, mark);
    });

    public ValueTask<Outcome<VolumeView>> CopyAsync(
        ObjectKey key, ObjectKey targetKey, VolumeHandle target, VolumeHandle source, SnapshotHandle? snapshot, CancellationToken stop) =>
        WithVolume<VolumeView>(targetKey, target, onto =>
        {
            var from = snapshot is { } named ? $"{source} at {named.Value}" : source.Value;
            if (onto.Copied is { } last && last.Key == key)
                return last.Source == from ? onto.View(poolId) : Faults.KeyReused(key, $"then of {last.Source}, now of {from}");
            if (source == target) return Faults.InvalidArgument($"Volume {target} was to be copied onto itself. Name another one as the source.");
            if (array.Lookup(source) is not { } original) return Faults.VolumeNotFound(key, source);
            var (mark, least) = (original.Mark, original.Size);
            if (snapshot is { } handle)
            {
                if (array.Lookup(handle) is not { } taken || taken.Volume != source) return Faults.SnapshotNotFound(key, handle);
                (mark, least) = (taken.Mark, taken.Size);
            }
            if (onto.Size < least) return Faults.TargetTooSmall(onto.Size, least);
            if (onto.Sessions.Count > 0)
                return Faults.InUse($"Initiator {onto.Sessions.First()} is logged in to the volume that is to be overwritten; disconnect it first.");
            (onto.Mark, onto.Copied) = (mark, (key, from));
            return onto.View(poolId);
        });

    public ValueTask<Outcome<IReadOnlyList<VolumeView>>> ListAsync(CancellationToken stop) =>
        Answer<IReadOnlyList<VolumeView>>(() => array.Volumes.Select(v => v.View(poolId)).ToList());

    public ValueTask<Outcome<VolumeStatistics>> GetVolumeStatisticsAsync(VolumeHandle handle, CancellationToken stop) =>
        Answer<VolumeStatistics>(() => array.Lookup(handle) is null
            ? Faults.VolumeNotFound(default, handle)
            : new VolumeStatistics(clock.GetUtcNow(), 0, 0, 0, 0, null)); // nothing reads or writes an in-memory mark by I/O

    public ValueTask<Outcome<PoolStatistics>> GetPoolStatisticsAsync(CancellationToken stop) => Answer<PoolStatistics>(() =>
    {
        var provisioned = new ByteSize(array.Volumes.Sum(v => v.Size.Bytes));
        return new PoolStatistics(
            provisioned, provisioned, settings.CapacityOn(array, poolId).Bytes, array.Volumes.Sum(v => v.Qos.MinIops ?? 0), settings.CapacityOn(array, poolId).Iops);
    });
}
