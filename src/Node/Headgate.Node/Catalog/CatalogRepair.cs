using Headgate.Blocks;

namespace Headgate.Node.Catalog;

/// <summary>
/// Brings files and rows in line when a node starts: a crash leaves files that no row knows (see the order of effects at
/// <see cref="ElementApi.VolumeMethods"/>), and nothing else. What is missing or damaged beyond that was not done by a
/// crash of ours: it is told, and its volume is not served; the node and all other volumes are.
/// </summary>
internal static class CatalogRepair
{
    private const string Restore = "Restore the data folder from one backup, or delete it.";

    /// <summary>Deletes files without a row; returns the ids of the volumes that cannot be served.</summary>
    public static IReadOnlySet<long> Run(NodeCatalog catalog, VolumeStore store, INodeEvents events)
    {
        var state = catalog.Current;
        var lengths = new Dictionary<(StoredKind, long), long>();
        foreach (var image in store.List())
        {
            if (IsKnown(state, image.Kind, image.Id)) lengths[(image.Kind, image.Id)] = image.LengthBytes;
            else Remove(store, image.Kind, image.Id, events);
        }
        var damage = new Dictionary<(StoredKind, long), string>();
        foreach (var (kind, id, problem) in store.Damaged)
        {
            if (IsKnown(state, kind, id)) damage[(kind, id)] = problem;
            else if (store.IsDamagedAndNeeded(kind, id)) TellKept(kind, id, problem, events);
            else Remove(store, kind, id, events);
        }
        foreach (var snapshot in state.Snapshots.Values)
            Check(StoredKind.Snapshot, snapshot.Id, snapshot.VolumeId, $"snapshot {snapshot.Id} ({snapshot.Name})", snapshot.TotalSize);
        return state.Volumes.Values
            .Where(volume => !Check(StoredKind.Volume, volume.Id, volume.Id, $"volume {volume.Id} ({volume.Name})", volume.TotalSize))
            .Select(volume => volume.Id).ToHashSet();

        bool Check(StoredKind kind, long id, long volumeId, string name, long bytes)
        {
            var word = kind == StoredKind.Volume ? "volume" : "snapshot";
            if (damage.TryGetValue((kind, id), out var problem))
                return Tell($"{word}-file-damaged", $"The {name} cannot be used: {problem} {Restore}", volumeId);
            if (!lengths.TryGetValue((kind, id), out var length))
                return Tell($"{word}-file-missing", $"The file of {name} is missing; it is not served. {Restore}", volumeId);
            // A growth is on the medium before its row is, so no crash leaves a file short; what is cut off is lost, and is not zeros.
            return length >= bytes
                || Tell($"{word}-file-damaged", $"The file of {name} is cut short: {length} of {bytes} bytes are there; it is not served. {Restore}", volumeId);
        }

        bool Tell(string code, string message, long volumeId)
        {
            events.Raise(new NodeEvent(code, NodeEventSeverity.Error, message, volumeId));
            return false;
        }
    }

    private static bool IsKnown(CatalogState state, StoredKind kind, long id) =>
        kind is StoredKind.Volume ? state.Volumes.ContainsKey(id) : state.Snapshots.ContainsKey(id);

    // It could be mended and then finish the copies out of it; deleted, what they lack is lost.
    private static void TellKept(StoredKind kind, long id, string problem, INodeEvents events) => events.Raise(new NodeEvent(
        "damaged-file-kept", NodeEventSeverity.Error,
        $"The file of the deleted {(kind is StoredKind.Volume ? "volume" : "snapshot")} {id} is damaged, and kept, since copies out of it may not be done: {problem} {Restore}"));

    private static void Remove(VolumeStore store, StoredKind kind, long id, INodeEvents events)
    {
        if (kind is StoredKind.Volume) store.Delete(id);
        else store.DeleteSnapshot(id);
        events.Raise(new NodeEvent(
            "unfinished-file-removed", NodeEventSeverity.Information,
            $"Removed the file of {(kind is StoredKind.Volume ? "volume" : "snapshot")} {id}: the call that made or purged it did not finish before the node ended."));
    }
}
