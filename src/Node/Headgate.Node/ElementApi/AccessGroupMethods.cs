using Headgate.Element;
using Headgate.Element.Contracts;
using Headgate.Node.Catalog;
using Headgate.Node.Target;

namespace Headgate.Node.ElementApi;

/// <summary>Volume access groups (element-api 2.6).</summary>
internal sealed class AccessGroupMethods(NodeCatalog catalog, AccessGuard guard)
{
    public IEnumerable<ElementHandler> All =>
    [
        ElementHandler.For(ElementMethods.CreateVolumeAccessGroup, Create),
        ElementHandler.For(ElementMethods.ModifyVolumeAccessGroup, Modify),
        ElementHandler.For(ElementMethods.DeleteVolumeAccessGroup, Delete),
        ElementHandler.For(ElementMethods.ListVolumeAccessGroups, List),
        ElementHandler.For(ElementMethods.AddVolumesToVolumeAccessGroup, AddVolumes),
        ElementHandler.For(ElementMethods.RemoveVolumesFromVolumeAccessGroup, RemoveVolumes),
        ElementHandler.For(ElementMethods.AddInitiatorsToVolumeAccessGroup, AddInitiators),
        ElementHandler.For(ElementMethods.RemoveInitiatorsFromVolumeAccessGroup, RemoveInitiators),
        ElementHandler.For(ElementMethods.GetVolumeAccessGroupLunAssignments, GetLuns),
        ElementHandler.For(ElementMethods.ModifyVolumeAccessGroupLunAssignments, ModifyLuns),
    ];

    private CreateVolumeAccessGroupResult Create(CreateVolumeAccessGroupParams asked) => catalog.Change(edit =>
    {
        var name = ElementRules.Name(asked.Name, "name", ElementRules.Limits.VolumeAccessGroupNameLengthMax);
        if (edit.State.Groups.Count >= ElementRules.Limits.VolumeAccessGroupCountMax)
            throw ElementFault.Limit($"The cluster has {edit.State.Groups.Count} volume access groups, which is all that it can have.");
        var group = new AccessGroup
        {
            Id = edit.NextId(CatalogTable.Groups),
            Name = name,
            Attributes = ElementRules.Attributes(asked.Attributes) ?? CatalogJson.NoAttributes,
        };
        group = WithInitiators(edit, group, asked.Initiators ?? []);
        group = WithVolumes(edit.State, group, asked.Volumes ?? []);
        edit.Put(group);
        return new CreateVolumeAccessGroupResult
        {
            VolumeAccessGroupID = group.Id, VolumeAccessGroup = ElementViews.Of(group, edit.State),
        };
    });

    private VolumeAccessGroupResult Modify(ModifyVolumeAccessGroupParams asked) => Change(asked.VolumeAccessGroupID, (edit, group) =>
    {
        var before = group;
        if (!string.IsNullOrEmpty(asked.Name))
            group = group with { Name = ElementRules.Name(asked.Name, "name", ElementRules.Limits.VolumeAccessGroupNameLengthMax) };
        if (ElementRules.Attributes(asked.Attributes) is { } attributes) group = group with { Attributes = attributes };
        if (asked.Initiators is { } initiators) group = WithInitiators(edit, group with { Initiators = [] }, initiators);
        if (asked.Volumes is { } volumes)
        {
            var kept = volumes.ToHashSet();
            var gone = group.Volumes.Select(member => member.VolumeId).Where(id => !kept.Contains(id)).ToHashSet();
            group = WithVolumes(edit.State, group.WithoutVolumes(gone), volumes);
        }
        if (asked.DeleteOrphanInitiators == true) RemoveOrphans(edit, before.Initiators.Except(group.Initiators), group);
        return group;
    });

    private Empty Delete(DeleteVolumeAccessGroupParams asked)
    {
        catalog.Change(edit =>
        {
            var group = edit.State.Group(asked.VolumeAccessGroupID);
            edit.Remove(group);
            if (asked.DeleteOrphanInitiators != true) return;
            foreach (var id in group.Initiators) edit.Remove(edit.State.Initiators[id]);
        });
        guard.CutWhatIsNoLongerAllowed(CutReason.AccessRevoked);
        return new Empty();
    }

    private ListVolumeAccessGroupsResult List(ListVolumeAccessGroupsParams asked)
    {
        var state = catalog.Current;
        var byId = asked.VolumeAccessGroups is { Count: > 0 };
        var rows = byId
            ? asked.VolumeAccessGroups!.Distinct().Order().Where(state.Groups.ContainsKey).Select(id => state.Groups[id])
            : ElementRules.Page(state.Groups, asked.StartVolumeAccessGroupID, asked.Limit);
        return new ListVolumeAccessGroupsResult
        {
            VolumeAccessGroups = [.. rows.Select(group => ElementViews.Of(group, state))],
            VolumeAccessGroupsNotFound = byId ? [.. asked.VolumeAccessGroups!.Distinct().Where(id => !state.Groups.ContainsKey(id))] : [],
        };
    }

    /// <summary>Members that are there already stay as they are: Cinder adds what it has just created the group with.</summary>
    private VolumeAccessGroupResult AddVolumes(GroupVolumesParams asked) => Change(asked.VolumeAccessGroupID, (edit, group) =>
        WithVolumes(edit.State, group, asked.Volumes ?? throw ElementFault.Missing("volumes")));

    private VolumeAccessGroupResult RemoveVolumes(GroupVolumesParams asked) => Change(asked.VolumeAccessGroupID, (edit, group) =>
    {
        var gone = (asked.Volumes ?? throw ElementFault.Missing("volumes")).ToHashSet();
        foreach (var id in gone)
        {
            if (edit.State.IsInGroup(id, group.Id)) continue;
            _ = edit.State.Volume(id);
            throw new ElementFault(
                ElementErrorNames.NotInVolumeAccessGroup, $"VolumeID {id} is not in VolumeAccessGroupID {group.Id}.");
        }
        return group.WithoutVolumes(gone);
    });

    private VolumeAccessGroupResult AddInitiators(GroupInitiatorsParams asked) => Change(asked.VolumeAccessGroupID, (edit, group) =>
        WithInitiators(edit, group, asked.Initiators ?? throw ElementFault.Missing("initiators")));

    private VolumeAccessGroupResult RemoveInitiators(GroupInitiatorsParams asked) => Change(asked.VolumeAccessGroupID, (edit, group) =>
    {
        var gone = new List<long>();
        foreach (var which in asked.Initiators ?? throw ElementFault.Missing("initiators"))
        {
            var initiator = InitiatorRows.Find(edit.State, which) ?? throw ElementFault.NoInitiator(which);
            if (!group.Initiators.Contains(initiator.Id))
                throw new ElementFault(
                    ElementErrorNames.NotInVolumeAccessGroup, $"Initiator {initiator.Name} is not in VolumeAccessGroupID {group.Id}.");
            gone.Add(initiator.Id);
        }
        var left = group with { Initiators = group.Initiators.RemoveRange(gone) };
        if (asked.DeleteOrphanInitiators == true) RemoveOrphans(edit, gone, left);
        return left;
    });

    private LunAssignmentsResult GetLuns(VolumeAccessGroupParams asked)
    {
        var state = catalog.Current;
        return Luns(state.Group(asked.VolumeAccessGroupID), state);
    }

    private LunAssignmentsResult ModifyLuns(ModifyLunAssignmentsParams asked) => catalog.Change(edit =>
    {
        var group = edit.State.Group(asked.VolumeAccessGroupID);
        var wanted = new Dictionary<long, int>();
        foreach (var assignment in asked.LunAssignments ?? throw ElementFault.Missing("lunAssignments"))
        {
            if (assignment.Lun < 0 || assignment.Lun > ElementRules.Limits.VolumeAccessGroupLunMax)
                throw ElementFault.Invalid($"lun {assignment.Lun} is out of range: 0 to {ElementRules.Limits.VolumeAccessGroupLunMax} are allowed.");
            if (!edit.State.IsInGroup(assignment.VolumeID, group.Id))
                throw new ElementFault(
                    ElementErrorNames.NotInVolumeAccessGroup, $"VolumeID {assignment.VolumeID} is not in VolumeAccessGroupID {group.Id}.");
            wanted[assignment.VolumeID] = (int)assignment.Lun;
        }
        var changed = group with
        {
            Volumes = [.. group.Volumes.Select(member => wanted.TryGetValue(member.VolumeId, out var lun) ? member with { Lun = lun } : member)],
        };
        if (changed.Volumes.DistinctBy(member => member.Lun).Count() != changed.Volumes.Length)
            throw ElementFault.Invalid("lunAssignments give one LUN to several volumes.");
        edit.Put(changed);
        return Luns(changed, edit.State);
    });

    private VolumeAccessGroupResult Change(long id, Func<CatalogEdit, AccessGroup, AccessGroup> change)
    {
        var result = catalog.Change(edit =>
        {
            var group = change(edit, edit.State.Group(id));
            edit.Put(group);
            return new VolumeAccessGroupResult { VolumeAccessGroup = ElementViews.Of(group, edit.State) };
        });
        guard.CutWhatIsNoLongerAllowed(CutReason.AccessRevoked);
        return result;
    }

    private static AccessGroup WithInitiators(CatalogEdit edit, AccessGroup group, IReadOnlyList<string> given)
    {
        foreach (var initiator in InitiatorRows.Resolve(edit, given)) group = InitiatorRows.Join(edit.State, group, initiator);
        return group;
    }

    private static AccessGroup WithVolumes(CatalogState state, AccessGroup group, IReadOnlyList<long> given)
    {
        var present = group.Volumes.Select(member => member.VolumeId).ToHashSet();
        var added = given.Distinct().Where(id => !present.Contains(id)).ToList();
        foreach (var id in added)
        {
            _ = state.LiveVolume(id);
            if (state.GroupsOf(id).Count >= ElementRules.Limits.VolumeAccessGroupsPerVolumeCountMax)
                throw ElementFault.Limit($"VolumeID {id} is in {state.GroupsOf(id).Count} volume access groups, which is all that a volume can be in.");
        }
        if (present.Count + added.Count > ElementRules.Limits.VolumesPerVolumeAccessGroupCountMax)
            throw ElementFault.Limit(
                $"VolumeAccessGroupID {group.Id} would have {present.Count + added.Count} volumes; " +
                $"{ElementRules.Limits.VolumesPerVolumeAccessGroupCountMax} is all that a group can have.");
        return group.WithVolumes(added);
    }

    /// <summary>Removes initiators that left their group; <paramref name="left"/> is written first, so that nothing points at them.</summary>
    private static void RemoveOrphans(CatalogEdit edit, IEnumerable<long> gone, AccessGroup left)
    {
        edit.Put(left);
        foreach (var id in gone.ToList()) edit.Remove(edit.State.Initiators[id]);
    }

    private static LunAssignmentsResult Luns(AccessGroup group, CatalogState state)
    {
        var isDeleted = group.Volumes.ToLookup(
            member => state.Volumes[member.VolumeId].Status is Catalog.VolumeStatus.Deleted,
            member => new LunAssignment { VolumeID = member.VolumeId, Lun = member.Lun });
        return new LunAssignmentsResult
        {
            VolumeAccessGroupLunAssignments = new LunAssignments
            {
                VolumeAccessGroupID = group.Id, Assignments = [.. isDeleted[false]], DeletedLunAssignments = [.. isDeleted[true]],
            },
        };
    }
}
