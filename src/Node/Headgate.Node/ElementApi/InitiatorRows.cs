using System.Globalization;
using Headgate.Node.Catalog;

namespace Headgate.Node.ElementApi;

/// <summary>Initiators and group membership, for the methods of both.</summary>
internal static class InitiatorRows
{
    /// <summary>The initiators that a request names, by IQN or by id in digits; unknown names are made.</summary>
    public static IReadOnlyList<Initiator> Resolve(CatalogEdit edit, IReadOnlyList<string> given)
    {
        var found = new List<Initiator>();
        foreach (var which in given.Where(which => !string.IsNullOrEmpty(which)))
        {
            var initiator = Find(edit.State, which) ?? Create(edit, ElementRules.InitiatorName(which));
            if (found.TrueForAll(other => other.Id != initiator.Id)) found.Add(initiator);
        }
        return found;
    }

    /// <summary>An initiator that is there, by IQN or id in digits.</summary>
    public static Initiator? Find(CatalogState state, string which) =>
        long.TryParse(which, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? state.Initiator(id)
            : state.FindInitiator(which);

    public static Initiator Create(CatalogEdit edit, string name)
    {
        if (edit.State.Initiators.Count >= ElementRules.Limits.InitiatorCountMax)
            throw ElementFault.Limit($"The cluster has {edit.State.Initiators.Count} initiators, which is all that it can have.");
        var initiator = new Initiator { Id = edit.NextId(CatalogTable.Initiators), Name = name };
        edit.Put(initiator);
        return initiator;
    }

    /// <summary>Puts an initiator in a group; in one already is fine when it is this one.</summary>
    /// <remarks>
    /// Cinder reads the message: with the initiator's IQN in it, it searches the group that has it and uses that
    /// (element-api 1.6, xExceededLimit).
    /// </remarks>
    public static AccessGroup Join(CatalogState state, AccessGroup group, Initiator initiator)
    {
        if (group.Initiators.Contains(initiator.Id)) return group;
        if (state.GroupOf(initiator.Id) is { } other && other.Id != group.Id)
            throw ElementFault.Limit(
                $"Exceeded maximum number of VolumeAccessGroups per Initiator: {initiator.Name} is in VolumeAccessGroupID {other.Id} already.");
        if (group.Initiators.Length >= ElementRules.Limits.InitiatorsPerVolumeAccessGroupCountMax)
            throw ElementFault.Limit(
                $"VolumeAccessGroupID {group.Id} has {group.Initiators.Length} initiators, which is all that a group can have.");
        return group with { Initiators = group.Initiators.Add(initiator.Id) };
    }

    public static void Leave(CatalogEdit edit, Initiator initiator)
    {
        if (edit.State.GroupOf(initiator.Id) is { } group) edit.Put(group with { Initiators = group.Initiators.Remove(initiator.Id) });
    }
}
