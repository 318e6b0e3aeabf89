using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Reference;

// Volumes that were made by others, and snapshots of several at one moment, which the array's own lock is.
internal sealed partial class ReferenceDriver : IAdoption, IGroupSnapshots
{
    private const string Adopted = "adopted";

    public int MostMembers => 32;

    public ValueTask<Outcome<VolumeView>> AdoptAsync(ObjectKey key, VolumeHandle handle, AdoptionSpec spec, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return Answer<VolumeView>(() =>
        {
            if (array.Lookup(key) is { } other && other.Handle != handle) return Faults.KeyReused(key, $"then for {other.Handle}, now for {handle}");
            if (array.Lookup(handle) is not { } volume) return Faults.VolumeNotFound(key, handle);
            if (volume.Key is { } carried && (carried != key || volume.PoolId != poolId)) return Faults.WrongVolume(key, handle.Value, carried);
            (volume.Key, volume.PoolId, volume.AskedFor) = (key, poolId, Adopted);
            return volume.View(poolId);
        });
    }

    public ValueTask<Outcome<Nothing>> ReleaseAsync(ObjectKey key, VolumeHandle handle, CancellationToken stop) => Answer<Nothing>(() =>
    {
        if (array.Lookup(handle) is not { Key: { } carried } volume) return default(Nothing);
        if (carried != key || volume.PoolId != poolId) return Faults.WrongVolume(key, handle.Value, carried);
        if (array.Snapshots.Count(s => s.Volume == handle) is > 0 and var snapshots)
            return Faults.InUse($"Volume {handle} has {snapshots} snapshot(s); delete them first.");
        (volume.Key, volume.PoolId, volume.AskedFor) = (null, null, "");
        return default(Nothing);
    });

    public ValueTask<Outcome<IReadOnlyList<SnapshotView>>> CreateGroupAsync(
        ObjectKey key, IReadOnlyList<GroupMember> members, string name, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(members);
        return Answer<IReadOnlyList<SnapshotView>>(() =>
        {
            if (members.Count == 0 || members.Count > MostMembers || members.DistinctBy(m => m.Volume).Count() != members.Count)
                return Faults.InvalidArgument($"{members.Count} volumes were given for one group of snapshots; it takes 1 to {MostMembers}, each once.");
            foreach (var member in members)
            {
                if (array.Lookup(member.Volume) is not { } volume) return Faults.VolumeNotFound(member.VolumeKey, member.Volume);
                if (volume.Key != member.VolumeKey) return Faults.WrongVolume(member.VolumeKey, member.Volume.Value, volume.Key);
                if (array.Snapshots.FirstOrDefault(s => s.Key == member.Snapshot) is { } other && other.Volume != member.Volume)
                    return Faults.KeyReused(member.Snapshot, $"then of volume {other.Volume}; now of {member.Volume}");
            }
            return members.Select(member => TakeOne(member).View()).ToList();
        });
    }

    private ReferenceSnapshot TakeOne(GroupMember member)
    {
        if (array.Snapshots.FirstOrDefault(s => s.Key == member.Snapshot) is { } earlier) return earlier;
        var source = array.Lookup(member.Volume)!;
        var snapshot = new ReferenceSnapshot
        {
            Key = member.Snapshot, Volume = member.Volume, Size = source.Size, CreatedAt = clock.GetUtcNow(), Mark = source.Mark,
        };
        array.Add(snapshot);
        return snapshot;
    }
}
