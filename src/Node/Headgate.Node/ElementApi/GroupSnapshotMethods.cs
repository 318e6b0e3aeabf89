using Headgate.Element;
using Headgate.Element.Contracts;
using Headgate.Node.Catalog;
using GroupSnapshot = Headgate.Node.Catalog.GroupSnapshot;
using Snapshot = Headgate.Node.Catalog.Snapshot;

namespace Headgate.Node.ElementApi;

/// <summary>
/// Snapshots of several volumes at one point in time (element-api 2.5): writes to all of them stand still while the
/// points are taken, which takes no sync (<see cref="Blocks.VolumeStore.SnapshotGroup"/>).
/// </summary>
internal sealed class GroupSnapshotMethods(NodeServices node)
{
    public IEnumerable<ElementHandler> All =>
    [
        ElementHandler.For(ElementMethods.CreateGroupSnapshot, CreateAsync),
        ElementHandler.For(ElementMethods.ListGroupSnapshots, List),
        ElementHandler.For(ElementMethods.DeleteGroupSnapshot, DeleteAsync),
        ElementHandler.For(ElementMethods.RollbackToGroupSnapshot, RollBackAsync),
    ];

    private async ValueTask<GroupSnapshotTakenResult> CreateAsync(CreateGroupSnapshotParams asked, CancellationToken cancellation)
    {
        if (asked.Volumes is not { Count: > 0 }) throw ElementFault.Missing("volumes");
        IReadOnlyList<long> volumes = [.. asked.Volumes.Distinct()];
        if (volumes.Count > ElementRules.Limits.VolumesPerGroupSnapshotMax)
            throw ElementFault.Invalid(
                $"{volumes.Count} volumes are given; a group snapshot has at most {ElementRules.Limits.VolumesPerGroupSnapshotMax}.");
        using var turn = await node.Gates.EnterAsync(volumes, cancellation).ConfigureAwait(false);
        return Take(volumes, asked);
    }

    /// <summary>Files of all members, then all rows in one change.</summary>
    private GroupSnapshotTakenResult Take(IReadOnlyList<long> volumes, CreateGroupSnapshotParams asked)
    {
        var each = new CreateSnapshotParams
        {
            Name = asked.Name, Attributes = asked.Attributes, Retention = asked.Retention, ExpirationTime = asked.ExpirationTime,
            EnableRemoteReplication = asked.EnableRemoteReplication, SnapMirrorLabel = asked.SnapMirrorLabel,
        };
        node.Capacity.AdmitNewData();
        var now = node.Time.GetUtcNow();
        foreach (var volume in volumes) _ = SnapshotMethods.Plan(node.Catalog.Current, volume, each, 0, now);
        List<(long Volume, long Snapshot)> taken = [.. volumes.Select(volume => (volume, node.Catalog.NextId(CatalogTable.Snapshots)))];
        node.Store.SnapshotGroup(taken);
        try
        {
            return node.Catalog.Change(edit => Commit(edit, taken, asked, each));
        }
        catch
        {
            foreach (var (_, snapshot) in taken) node.Store.DeleteSnapshot(snapshot);
            throw;
        }
    }

    private static GroupSnapshotTakenResult Commit(
        CatalogEdit edit, List<(long Volume, long Snapshot)> taken, CreateGroupSnapshotParams asked, CreateSnapshotParams each)
    {
        var group = new GroupSnapshot
        {
            Id = edit.NextId(CatalogTable.GroupSnapshots),
            Uuid = Guid.NewGuid(),
            Name = SnapshotRows.Name(asked.Name, edit.Now),
            CreateTime = edit.Now,
            EnableRemoteReplication = asked.EnableRemoteReplication ?? false,
            Attributes = ElementRules.Attributes(asked.Attributes) ?? CatalogJson.NoAttributes,
        };
        edit.Put(group);
        foreach (var (volume, snapshot) in taken)
            edit.Put(SnapshotMethods.Plan(edit.State, volume, each, snapshot, edit.Now) with { GroupId = group.Id });
        return new GroupSnapshotTakenResult
        {
            GroupSnapshotID = group.Id,
            GroupSnapshot = ElementViews.Of(group, edit.State),
            Members = [.. edit.State.MembersOf(group.Id).Select(MemberOf)],
        };
    }

    private ListGroupSnapshotsResult List(ListGroupSnapshotsParams asked)
    {
        var state = node.Catalog.Current;
        var rows = asked.GroupSnapshotID is > 0 ? [state.GroupSnapshot(asked.GroupSnapshotID.Value)] : state.GroupSnapshots.Values;
        if (asked.Volumes is { Count: > 0 } volumes)
            rows = rows.Where(group => state.MembersOf(group.Id).Any(member => volumes.Contains(member.VolumeId)));
        return new ListGroupSnapshotsResult { GroupSnapshots = [.. rows.Select(group => ElementViews.Of(group, state))] };
    }

    private async ValueTask<Empty> DeleteAsync(DeleteGroupSnapshotParams asked, CancellationToken cancellation)
    {
        var state = node.Catalog.Current;
        var volumes = state.MembersOf(state.GroupSnapshot(asked.GroupSnapshotID).Id).Select(member => member.VolumeId);
        using var turn = await node.Gates.EnterAsync(volumes, cancellation).ConfigureAwait(false);
        var gone = node.Catalog.Change(edit =>
        {
            var group = edit.State.GroupSnapshot(asked.GroupSnapshotID);
            var members = edit.State.MembersOf(group.Id).ToList();
            foreach (var member in members)
            {
                if (asked.SaveMembers == true) edit.Put(member with { GroupId = 0 });
                else edit.Remove(member);
            }
            edit.Remove(group);
            return asked.SaveMembers == true ? [] : members;
        });
        foreach (var member in gone) node.Store.DeleteSnapshot(member.Id);
        return new Empty();
    }

    private async ValueTask<GroupSnapshotTakenResult> RollBackAsync(RollbackToGroupSnapshotParams asked, CancellationToken cancellation)
    {
        var present = node.Catalog.Current;
        var volumes = present.MembersOf(present.GroupSnapshot(asked.GroupSnapshotID).Id).Select(member => member.VolumeId).ToList();
        using var turn = await node.Gates.EnterAsync(volumes, cancellation).ConfigureAwait(false);
        var state = node.Catalog.Current;
        var members = state.MembersOf(state.GroupSnapshot(asked.GroupSnapshotID).Id).ToList();
        foreach (var member in members) ElementRules.RefuseRollbackOfSanitized(state.LiveVolume(member.VolumeId));
        var saved = asked.SaveCurrentState == true
            ? Take([.. members.Select(member => member.VolumeId)], new CreateGroupSnapshotParams { Name = asked.Name, Attributes = asked.Attributes })
            : new GroupSnapshotTakenResult();
        foreach (var member in members) node.Store.Revert(member.VolumeId, member.Id);
        return saved;
    }

    private static GroupSnapshotMember MemberOf(Snapshot member) =>
        new() { VolumeID = member.VolumeId, SnapshotID = member.Id, SnapshotUUID = member.Uuid };
}
