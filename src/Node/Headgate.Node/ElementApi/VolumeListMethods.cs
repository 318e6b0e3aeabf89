using Headgate.Element;
using Headgate.Element.Contracts;
using Headgate.Node.Catalog;
using Volume = Headgate.Node.Catalog.Volume;
using VolumeStatus = Headgate.Node.Catalog.VolumeStatus;

namespace Headgate.Node.ElementApi;

/// <summary>The volume lists (element-api 2.3): ascending ids, from a start id on, at most a limit.</summary>
internal sealed class VolumeListMethods(NodeCatalog catalog)
{
    /// <summary>Rows of ListVolumes when no limit is given.</summary>
    private const int DefaultLimit = 10_000;

    public IEnumerable<ElementHandler> All =>
    [
        ElementHandler.For(ElementMethods.ListVolumes, List),
        ElementHandler.For(ElementMethods.ListActiveVolumes, ListActive),
        ElementHandler.For(ElementMethods.ListVolumesForAccount, ListForAccount),
        ElementHandler.For(ElementMethods.ListDeletedVolumes, ListDeleted),
        ElementHandler.For(ElementMethods.GetVolumeCount, Count),
    ];

    private VolumesResult List(ListVolumesParams asked)
    {
        var state = catalog.Current;
        var byId = asked.VolumeIDs is { Count: > 0 };
        if (byId && (asked.StartVolumeID is > 0 || asked.Limit is > 0 || asked.Accounts is { Count: > 0 }))
            throw ElementFault.Invalid("volumeIDs excludes startVolumeID, limit and accounts; give the one or the others.");
        var rows = byId
            ? asked.VolumeIDs!.Distinct().Order().Where(state.Volumes.ContainsKey).Select(id => state.Volumes[id])
            : state.Volumes.Values.Where(volume => volume.Id >= (asked.StartVolumeID ?? 0));
        if (asked.Accounts is { Count: > 0 } accounts) rows = rows.Where(volume => accounts.Contains(volume.AccountId));
        if (!string.IsNullOrEmpty(asked.VolumeName))
            rows = rows.Where(volume => string.Equals(volume.Name, asked.VolumeName, StringComparison.Ordinal));
        if (!string.IsNullOrEmpty(asked.VolumeStatus)) rows = rows.Where(StatusFilter(asked.VolumeStatus));
        if (asked.IsPaired == true) rows = []; // no pairing here, so nothing is paired
        return View(state, rows, asked.Limit is > 0 ? asked.Limit : DefaultLimit);
    }

    private VolumesResult ListActive(ListActiveVolumesParams asked)
    {
        var state = catalog.Current;
        var rows = state.Volumes.Values.Where(volume => volume.Status is VolumeStatus.Active && volume.Id >= (asked.StartVolumeID ?? 0));
        return View(state, rows, asked.Limit);
    }

    private VolumesResult ListForAccount(ListVolumesForAccountParams asked)
    {
        var state = catalog.Current;
        var rows = state.VolumesOf(state.Account(asked.AccountID).Id).Where(volume => volume.Id >= (asked.StartVolumeID ?? 0));
        return View(state, rows, asked.Limit);
    }

    private VolumesResult ListDeleted(Empty asked)
    {
        var state = catalog.Current;
        return View(state, state.Volumes.Values.Where(volume => volume.Status is VolumeStatus.Deleted), null);
    }

    private GetVolumeCountResult Count(Empty asked) => new() { Count = catalog.Current.Volumes.Values.Count(ElementViews.IsListed) };

    private static VolumesResult View(CatalogState state, IEnumerable<Volume> rows, long? limit)
    {
        var listed = rows.Where(ElementViews.IsListed);
        if (limit is > 0) listed = listed.Take((int)Math.Min(limit.Value, int.MaxValue));
        return new VolumesResult { Volumes = [.. listed.Select(volume => ElementViews.Of(volume, state))] };
    }

    private static Func<Volume, bool> StatusFilter(string status) => status switch
    {
        "active" => volume => volume.Status is VolumeStatus.Active,
        "deleted" => volume => volume.Status is VolumeStatus.Deleted,
        "creating" or "snapshotting" or "init" => _ => false, // states that a volume is never seen in here
        _ => throw ElementFault.BadEnum(status),
    };
}
