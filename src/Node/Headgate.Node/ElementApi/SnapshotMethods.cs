using Headgate.Element;
using Headgate.Element.Contracts;
using Headgate.Node.Catalog;
using Snapshot = Headgate.Node.Catalog.Snapshot;

namespace Headgate.Node.ElementApi;

/// <summary>Snapshots of one volume (element-api 2.5).</summary>
internal sealed class SnapshotMethods(NodeServices node)
{
    public IEnumerable<ElementHandler> All =>
    [
        ElementHandler.For(ElementMethods.CreateSnapshot, CreateAsync),
        ElementHandler.For(ElementMethods.ListSnapshots, List),
        ElementHandler.For(ElementMethods.ModifySnapshot, Modify),
        ElementHandler.For(ElementMethods.DeleteSnapshot, DeleteAsync),
        ElementHandler.For(ElementMethods.RollbackToSnapshot, RollBackAsync),
    ];

    /// <summary>Deletes snapshots whose time has come.</summary>
    public async Task ExpireAsync(CancellationToken cancellation)
    {
        var now = node.Time.GetUtcNow();
        foreach (var snapshot in node.Catalog.Current.Snapshots.Values.Where(snapshot => snapshot.ExpirationTime <= now).ToList())
        {
            using var turn = await node.Gates.EnterAsync(snapshot.VolumeId, cancellation).ConfigureAwait(false);
            if (node.Catalog.Current.Snapshots.TryGetValue(snapshot.Id, out var still) && still.ExpirationTime <= now) Delete(still.Id);
        }
    }

    private async ValueTask<SnapshotTakenResult> CreateAsync(CreateSnapshotParams asked, CancellationToken cancellation)
    {
        using var turn = await node.Gates.EnterAsync(asked.VolumeID, cancellation).ConfigureAwait(false);
        if (asked.SnapshotID is > 0) return CopyOf(asked);
        var (snapshot, state) = Take(asked.VolumeID, asked);
        return Taken(snapshot, state);
    }

    /// <summary>
    /// Takes a snapshot: file, then row.
    /// </summary>
    public (Snapshot Snapshot, CatalogState State) Take(long volumeId, CreateSnapshotParams asked)
    {
        node.Capacity.AdmitNewData();
        _ = Plan(node.Catalog.Current, volumeId, asked, 0, node.Time.GetUtcNow());
        var id = node.Catalog.NextId(CatalogTable.Snapshots);
        node.Store.Snapshot(volumeId, id);
        try
        {
            return node.Catalog.Change(edit =>
            {
                var snapshot = Plan(edit.State, volumeId, asked, id, edit.Now);
                edit.Put(snapshot);
                return (snapshot, edit.State);
            });
        }
        catch
        {
            node.Store.DeleteSnapshot(id);
            throw;
        }
    }

    public static Snapshot Plan(CatalogState state, long volumeId, CreateSnapshotParams asked, long id, DateTimeOffset now)
    {
        var volume = state.LiveVolume(volumeId);
        SnapshotRows.CheckCount(state, volume.Id);
        return new Snapshot
        {
            Id = id,
            Uuid = Guid.NewGuid(),
            VolumeId = volume.Id,
            Name = SnapshotRows.Name(asked.Name, now),
            CreateTime = now,
            TotalSize = volume.TotalSize,
            ExpirationTime = SnapshotRows.Expiry(asked.Retention, asked.ExpirationTime, now),
            SnapMirrorLabel = string.IsNullOrEmpty(asked.SnapMirrorLabel) ? null : asked.SnapMirrorLabel,
            EnableRemoteReplication = asked.EnableRemoteReplication ?? false,
            Attributes = ElementRules.Attributes(asked.Attributes) ?? CatalogJson.NoAttributes,
        };
    }

    private ListSnapshotsResult List(ListSnapshotsParams asked)
    {
        var state = node.Catalog.Current;
        var rows = asked switch
        {
            { SnapshotID: > 0 } => [state.Snapshot(asked.SnapshotID.Value)],
            { VolumeID: > 0 } => state.SnapshotsOf(state.Volume(asked.VolumeID.Value).Id),
            _ => state.Snapshots.Values,
        };
        if (asked is { SnapshotID: > 0, VolumeID: > 0 }) rows = rows.Where(snapshot => snapshot.VolumeId == asked.VolumeID);
        return new ListSnapshotsResult { Snapshots = [.. rows.Select(snapshot => ElementViews.Of(snapshot, state))] };
    }

    private SnapshotResult Modify(ModifySnapshotParams asked) => node.Catalog.Change(edit =>
    {
        var snapshot = edit.State.Snapshot(asked.SnapshotID);
        var changed = snapshot with
        {
            Name = string.IsNullOrEmpty(asked.Name) ? snapshot.Name : SnapshotRows.Name(asked.Name, edit.Now),
            ExpirationTime = string.IsNullOrEmpty(asked.ExpirationTime)
                ? snapshot.ExpirationTime
                : SnapshotRows.Expiry(null, asked.ExpirationTime, edit.Now),
            EnableRemoteReplication = asked.EnableRemoteReplication ?? snapshot.EnableRemoteReplication,
            SnapMirrorLabel = string.IsNullOrEmpty(asked.SnapMirrorLabel) ? snapshot.SnapMirrorLabel : asked.SnapMirrorLabel,
        };
        edit.Put(changed);
        return new SnapshotResult { Snapshot = ElementViews.Of(changed, edit.State) };
    });

    private async ValueTask<Empty> DeleteAsync(SnapshotParams asked, CancellationToken cancellation)
    {
        var volumeId = node.Catalog.Current.Snapshot(asked.SnapshotID).VolumeId;
        using var turn = await node.Gates.EnterAsync(volumeId, cancellation).ConfigureAwait(false);
        Delete(asked.SnapshotID);
        return new Empty();
    }

    private void Delete(long id)
    {
        node.Catalog.Change(edit => SnapshotRows.Remove(edit, edit.State.Snapshot(id)));
        node.Store.DeleteSnapshot(id);
    }

    private async ValueTask<SnapshotTakenResult> RollBackAsync(RollbackToSnapshotParams asked, CancellationToken cancellation)
    {
        using var turn = await node.Gates.EnterAsync(asked.VolumeID, cancellation).ConfigureAwait(false);
        var state = node.Catalog.Current;
        var volume = state.LiveVolume(asked.VolumeID);
        ElementRules.RefuseRollbackOfSanitized(volume);
        var snapshot = state.Snapshot(asked.SnapshotID);
        if (snapshot.VolumeId != volume.Id)
            throw ElementFault.Invalid($"SnapshotID {snapshot.Id} is of VolumeID {snapshot.VolumeId}, not of {volume.Id}.");
        var saved = new SnapshotTakenResult();
        if (asked.SaveCurrentState == true)
        {
            var name = string.IsNullOrEmpty(asked.Name) ? $"{snapshot.Name}-undo" : asked.Name;
            var (kept, now) = Take(volume.Id, new CreateSnapshotParams { Name = name, Attributes = asked.Attributes });
            saved = Taken(kept, now);
        }
        node.Store.Revert(volume.Id, snapshot.Id);
        return saved;
    }

    /// <summary>
    /// A copy of a snapshot under its own id. It shares the file's contents by way of a volume that nobody sees, which start-up
    /// removes like any file without a row when the process dies on the way.
    /// </summary>
    private SnapshotTakenResult CopyOf(CreateSnapshotParams asked)
    {
        var source = node.Catalog.Current.Snapshot(asked.SnapshotID!.Value);
        if (source.VolumeId != asked.VolumeID)
            throw ElementFault.Invalid($"SnapshotID {source.Id} is of VolumeID {source.VolumeId}, not of {asked.VolumeID}.");
        node.Capacity.AdmitNewData();
        _ = Plan(node.Catalog.Current, asked.VolumeID, asked, 0, node.Time.GetUtcNow());
        var bridge = node.Catalog.NextId(CatalogTable.Volumes);
        var id = node.Catalog.NextId(CatalogTable.Snapshots);
        node.Store.CloneSnapshot(source.Id, bridge);
        try
        {
            node.Store.Snapshot(bridge, id);
            return node.Catalog.Change(edit =>
            {
                var copy = Plan(edit.State, asked.VolumeID, asked, id, edit.Now) with { TotalSize = source.TotalSize };
                edit.Put(copy);
                return Taken(copy, edit.State);
            });
        }
        catch
        {
            node.Store.DeleteSnapshot(id);
            throw;
        }
        finally
        {
            node.Store.Delete(bridge);
        }
    }

    private static SnapshotTakenResult Taken(Snapshot snapshot, CatalogState state) => new()
    {
        SnapshotID = snapshot.Id, Snapshot = ElementViews.Of(snapshot, state), Checksum = "0x0",
    };
}
