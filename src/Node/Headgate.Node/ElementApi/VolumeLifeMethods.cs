using Headgate.Element;
using Headgate.Element.Contracts;
using Headgate.Node.Target;
using Volume = Headgate.Node.Catalog.Volume;
using VolumeStatus = Headgate.Node.Catalog.VolumeStatus;

namespace Headgate.Node.ElementApi;

/// <summary>Delete, restore and purge, singly and by selection (element-api 2.3).</summary>
internal sealed class VolumeLifeMethods(NodeServices node, TimeSpan retention)
{
    /// <summary>Ids in one DeleteVolumes or PurgeDeletedVolumes (element-api 2.3).</summary>
    private const int MaxSelection = 500;

    public IEnumerable<ElementHandler> All =>
    [
        ElementHandler.For(ElementMethods.DeleteVolume, DeleteAsync),
        ElementHandler.For(ElementMethods.DeleteVolumes, DeleteManyAsync),
        ElementHandler.For(ElementMethods.RestoreDeletedVolume, RestoreAsync),
        ElementHandler.For(ElementMethods.PurgeDeletedVolume, PurgeAsync),
        ElementHandler.For(ElementMethods.PurgeDeletedVolumes, PurgeManyAsync),
    ];

    /// <summary>Purges what is past its time; called every now and then.</summary>
    public async Task PurgeDueAsync(CancellationToken cancellation)
    {
        var now = node.Time.GetUtcNow();
        var due = node.Catalog.Current.Volumes.Values.Where(volume => IsDue(volume, now)).Select(volume => volume.Id).ToList();
        foreach (var id in due)
        {
            using var turn = await node.Gates.EnterAsync(id, cancellation).ConfigureAwait(false);
            var isDue = node.Catalog.Current.Volumes.TryGetValue(id, out var volume) && IsDue(volume, now);
            if (isDue) Purge([id]);
        }
    }

    private static bool IsDue(Volume volume, DateTimeOffset now) => volume.Status is VolumeStatus.Deleted && volume.PurgeTime <= now;

    private async ValueTask<VolumeWithCurveResult> DeleteAsync(VolumeParams asked, CancellationToken cancellation)
    {
        // solidfire-go takes a delete as done only for exactly this message (element-api 1.6).
        if (asked.VolumeID != 0 && !node.Catalog.Current.Volumes.ContainsKey(asked.VolumeID))
            throw new ElementFault(ElementErrorNames.VolumeIdDoesNotExist, $"Volume {asked.VolumeID} does not exist.");
        var deleted = await DeleteAllAsync([asked.VolumeID], cancellation).ConfigureAwait(false);
        return new VolumeWithCurveResult { VolumeID = asked.VolumeID, Volume = deleted[0] };
    }

    private async ValueTask<VolumesWithCurveResult> DeleteManyAsync(VolumesSelectionParams asked, CancellationToken cancellation)
    {
        var ids = Select(asked, VolumeStatus.Active);
        return new VolumesWithCurveResult { Volumes = await DeleteAllAsync(ids, cancellation).ConfigureAwait(false) };
    }

    /// <summary>Deleting what is deleted already changes nothing: a client that repeats a call gets the same answer.</summary>
    private async ValueTask<IReadOnlyList<Element.Contracts.Volume>> DeleteAllAsync(IReadOnlyList<long> ids, CancellationToken cancellation)
    {
        using var turn = await node.Gates.EnterAsync(ids, cancellation).ConfigureAwait(false);
        var views = node.Catalog.Change(edit =>
        {
            foreach (var id in ids)
            {
                var volume = edit.State.Volume(id);
                if (volume.Status is VolumeStatus.Deleted) continue;
                edit.Put(volume with { Status = VolumeStatus.Deleted, DeleteTime = edit.Now, PurgeTime = edit.Now + retention });
            }
            return ids.Select(id => ElementViews.Of(edit.State.Volumes[id], edit.State)).ToList();
        });
        await node.Guard.CutAndWaitAsync(CutReason.VolumeDeleted).ConfigureAwait(false);
        foreach (var id in ids) await node.Runtimes.CloseAsync(id).ConfigureAwait(false);
        return views;
    }

    private async ValueTask<Empty> RestoreAsync(VolumeParams asked, CancellationToken cancellation)
    {
        using var turn = await node.Gates.EnterAsync(asked.VolumeID, cancellation).ConfigureAwait(false);
        var restored = node.Catalog.Change(edit =>
        {
            var before = edit.State;
            var volume = Deleted(before.Volume(asked.VolumeID));
            var active = volume with { Status = VolumeStatus.Active, DeleteTime = null, PurgeTime = null };
            edit.Put(active);
            node.Capacity.AdmitIops(before, edit.State);
            return active;
        });
        node.Runtimes.Open(restored);
        return new Empty();
    }

    private async ValueTask<Empty> PurgeAsync(VolumeParams asked, CancellationToken cancellation)
    {
        using var turn = await node.Gates.EnterAsync(asked.VolumeID, cancellation).ConfigureAwait(false);
        Purge([asked.VolumeID]);
        return new Empty();
    }

    private async ValueTask<Empty> PurgeManyAsync(VolumesSelectionParams asked, CancellationToken cancellation)
    {
        var ids = Select(asked, VolumeStatus.Deleted);
        using var turn = await node.Gates.EnterAsync(ids, cancellation).ConfigureAwait(false);
        Purge(ids);
        return new Empty();
    }

    /// <summary>Rows of the volumes, their snapshots and memberships first, then the files.</summary>
    private void Purge(IReadOnlyList<long> ids)
    {
        var snapshots = node.Catalog.Change(edit =>
        {
            var gone = new List<long>();
            foreach (var id in ids)
            {
                var volume = Deleted(edit.State.Volume(id));
                foreach (var snapshot in edit.State.SnapshotsOf(id).ToList())
                {
                    SnapshotRows.Remove(edit, snapshot);
                    gone.Add(snapshot.Id);
                }
                foreach (var group in edit.State.GroupsOf(id))
                    edit.Put(edit.State.Groups[group].WithoutVolumes(new HashSet<long> { id }));
                if (edit.State.Reservations.TryGetValue(id, out var reservations)) edit.Remove(reservations);
                edit.Remove(volume);
            }
            return gone;
        });
        foreach (var id in snapshots) node.Store.DeleteSnapshot(id);
        foreach (var id in ids) node.Store.Delete(id);
    }

    private static Volume Deleted(Volume volume) => volume.Status is VolumeStatus.Deleted
        ? volume
        : throw new ElementFault(ElementErrorNames.VolumeNotDeleted, $"VolumeID {volume.Id} is not deleted; delete it first.");

    /// <summary>Volumes by id as given; by account or group those in <paramref name="status"/>.</summary>
    private IReadOnlyList<long> Select(VolumesSelectionParams asked, VolumeStatus status)
    {
        var given = new[] { asked.VolumeIDs, asked.AccountIDs, asked.VolumeAccessGroupIDs }.Count(list => list is { Count: > 0 });
        if (given == 0) throw ElementFault.Invalid("No volume ID, account ID, or volume access group ID list specified");
        if (given > 1) throw ElementFault.Invalid("Give one of volumeIDs, accountIDs and volumeAccessGroupIDs, not several.");
        var state = node.Catalog.Current;
        var ids = asked switch
        {
            { VolumeIDs: { Count: > 0 } volumes } => volumes.Distinct(),
            { AccountIDs: { Count: > 0 } accounts } =>
                accounts.SelectMany(id => state.VolumesOf(state.Account(id).Id)).Where(InStatus).Select(volume => volume.Id),
            _ => asked.VolumeAccessGroupIDs!.SelectMany(id => state.Group(id).Volumes)
                .Select(member => state.Volumes[member.VolumeId]).Where(InStatus).Select(volume => volume.Id).Distinct(),
        };
        IReadOnlyList<long> selected = [.. ids.Order()];
        return selected.Count <= MaxSelection
            ? selected
            : throw ElementFault.Invalid($"The selection has {selected.Count} volumes; at most {MaxSelection} go in one call.");

        bool InStatus(Volume volume) => volume.Status == status;
    }
}
