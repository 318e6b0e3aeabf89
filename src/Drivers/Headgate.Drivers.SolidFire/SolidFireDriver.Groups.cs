using Headgate.Element;
using Headgate.Element.Contracts;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.SolidFire;

// Snapshots of several volumes at one moment. The cluster takes them as a group; the group itself is dissolved at once, since a member
// of one cannot be deleted by itself (Element API, DeleteSnapshot), and what is left are snapshots as any other.
internal sealed partial class SolidFireDriver : IGroupSnapshots
{
    public int MostMembers => Marks.MostGroupMembers;

    public ValueTask<Outcome<IReadOnlyList<SnapshotView>>> CreateGroupAsync(
        ObjectKey key, IReadOnlyList<GroupMember> members, string name, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(members);
        return RunAsync<IReadOnlyList<SnapshotView>>(async call =>
        {
            if (members.Count == 0 || members.Count > MostMembers || members.DistinctBy(m => m.Volume).Count() != members.Count)
                throw new StopHere(Faults.InvalidArgument($"{members.Count} volumes were given for one group of snapshots; it takes 1 to {MostMembers}, each once."));
            var volumes = new List<(long VolumeId, ObjectKey Snapshot)>();
            foreach (var member in members)
                volumes.Add(((await ArrayVolumes.NeedAsync(call, member.VolumeKey, member.Volume).ConfigureAwait(false)).VolumeID, member.Snapshot));

            var taken = await TakenAsync(call, volumes).ConfigureAwait(false);
            if (taken.Count == 0)
            {
                await call.SendAsync(ElementMethods.CreateGroupSnapshot, new CreateGroupSnapshotParams
                {
                    Volumes = [.. volumes.Select(v => v.VolumeId)], Name = Marks.Name(key, name), Attributes = Marks.OfGroup(config.PoolId, volumes),
                }).ConfigureAwait(false);
                call.HasChanged();
                taken = await TakenAsync(call, volumes).ConfigureAwait(false);
            }
            if (taken.Count != volumes.Count)
            {
                throw new StopHere(Faults.Unexpected(
                    $"Of group {key} the cluster has {taken.Count} of {volumes.Count} snapshots. Some were deleted there; delete the rest and take the group again."), isUnknown: taken.Count == 0);
            }
            foreach (var group in taken.Select(s => s.GroupID).Where(id => id != 0).Distinct().ToList()) await DissolveAsync(call, group).ConfigureAwait(false);
            return [.. volumes.Select(v => View(taken.First(s => s.VolumeID == v.VolumeId)))];
        }, stop);
    }

    /// <summary>The members' snapshots that are there. Of two groups with the same keys, after a lost reply, those of the first.</summary>
    private static async Task<IReadOnlyList<Snapshot>> TakenAsync(ArrayCall call, IReadOnlyList<(long VolumeId, ObjectKey Snapshot)> members)
    {
        var all = (await call.SendAsync(ElementMethods.ListSnapshots, new ListSnapshotsParams()).ConfigureAwait(false)).Snapshots;
        var wanted = members.ToHashSet();
        return
        [
            .. all.Where(s => Marks.KeyOf(s) is { } key && wanted.Contains((s.VolumeID, key)))
                .GroupBy(s => s.VolumeID).Select(g => g.MinBy(s => s.SnapshotID)!),
        ];
    }

    private static async Task DissolveAsync(ArrayCall call, long group)
    {
        var dissolved = await call.TryAsync(
            ElementMethods.DeleteGroupSnapshot, new DeleteGroupSnapshotParams { GroupSnapshotID = group, SaveMembers = true }).ConfigureAwait(false);
        if (dissolved.Error is { } error && !dissolved.Is(ElementErrorNames.SnapshotIdDoesNotExist, ElementErrorNames.GroupSnapshotIdDoesNotExist))
            throw call.Refused(ElementMethods.DeleteGroupSnapshot, error);
    }
}
