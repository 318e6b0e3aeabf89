using Headgate.Blocks;

namespace Headgate.Node.Catalog;

/// <summary>
/// Brings files and rows in line when a node starts: a crash leaves files that no row knows (see the order of effects at
/// <see cref="ElementApi.VolumeMethods"/>), and nothing else.
/// </summary>
internal static class CatalogRepair
{
    /// <summary>Deletes files without a row, and finishes growths; returns the volumes whose file is missing.</summary>
    public static IReadOnlyList<Volume> Run(NodeCatalog catalog, VolumeStore store, INodeEvents events)
    {
        var state = catalog.Current;
        var lengths = new Dictionary<long, long>();
        foreach (var image in store.List())
        {
            var isKnown = image.Kind is StoredKind.Volume ? state.Volumes.ContainsKey(image.Id) : state.Snapshots.ContainsKey(image.Id);
            if (!isKnown) Remove(store, image, events);
            else if (image.Kind is StoredKind.Volume) lengths[image.Id] = image.LengthBytes;
        }
        var missing = new List<Volume>();
        foreach (var volume in state.Volumes.Values)
        {
            if (!lengths.TryGetValue(volume.Id, out var length)) missing.Add(volume);
            else if (length < volume.TotalSize) store.Grow(volume.Id, volume.TotalSize);
        }
        foreach (var volume in missing)
        {
            events.Raise(new NodeEvent(
                "volume-file-missing", NodeEventSeverity.Error,
                $"The file of volume {volume.Id} ({volume.Name}) is missing; it is not served. Restore the data folder from one backup.",
                volume.Id));
        }
        return missing;
    }

    private static void Remove(VolumeStore store, StoredImageInfo image, INodeEvents events)
    {
        var what = image.Kind is StoredKind.Volume ? "volume" : "snapshot";
        if (image.Kind is StoredKind.Volume) store.Delete(image.Id);
        else store.DeleteSnapshot(image.Id);
        events.Raise(new NodeEvent(
            "unfinished-file-removed", NodeEventSeverity.Information,
            $"Removed the file of {what} {image.Id}: the call that made or purged it did not finish before the node ended."));
    }
}
