using System.Text.Json.Nodes;
using Headgate.Element;
using Headgate.Element.Contracts;
using Headgate.Element.Wire;
using Headgate.Node.Catalog;
using Volume = Headgate.Node.Catalog.Volume;

namespace Headgate.Node.ElementApi;

/// <summary>
/// Clones, copies and asynchronous results. The store makes a clone usable at once (it shares or copies in the background), so a
/// clone is active when its call returns, and its handle is complete: right for clients that poll the handle and for those
/// that use the volume straight away (element-api 2.3).
/// </summary>
internal sealed class CloneMethods(NodeServices node)
{
    /// <summary>Completed results that nobody read are dropped after this; Cinder and Trident never read theirs.</summary>
    private static readonly TimeSpan KeepResults = TimeSpan.FromDays(1);

    public IEnumerable<ElementHandler> All =>
    [
        ElementHandler.For(ElementMethods.CloneVolume, CloneAsync),
        ElementHandler.For(ElementMethods.CloneMultipleVolumes, CloneManyAsync),
        ElementHandler.For(ElementMethods.CopyVolume, CopyAsync),
        ElementHandler.For(ElementMethods.CancelClone, Cancel),
        ElementHandler.For(ElementMethods.GetAsyncResult, GetResult),
        ElementHandler.For(ElementMethods.ListAsyncResults, ListResults),
        ElementHandler.For(ElementMethods.ListSyncJobs, (Empty _) => new ListSyncJobsResult { SyncJobs = SyncJobRows.Of(node.Store.List()) }),
        ElementHandler.For(ElementMethods.ListBulkVolumeJobs, (Empty _) => new ListBulkVolumeJobsResult()),
    ];

    /// <summary>Drops results that are too old to be read by anybody.</summary>
    public void DropOldResults()
    {
        var limit = node.Time.GetUtcNow() - KeepResults;
        var old = node.Catalog.Current.AsyncResults.Values.Where(result => result.Completed && result.LastUpdateTime < limit).ToList();
        if (old.Count == 0) return;
        node.Catalog.Change(edit =>
        {
            foreach (var result in old.Where(result => edit.State.AsyncResults.ContainsKey(result.Id))) edit.Remove(result);
        });
    }

    private async ValueTask<CloneVolumeResult> CloneAsync(CloneVolumeParams asked, CancellationToken cancellation)
    {
        using var turn = await node.Gates.EnterAsync(asked.VolumeID, cancellation).ConfigureAwait(false);
        return await CloneOneAsync(asked).ConfigureAwait(false);
    }

    private async ValueTask<CloneMultipleVolumesResult> CloneManyAsync(CloneMultipleVolumesParams asked, CancellationToken cancellation)
    {
        if (asked.Volumes is not { Count: > 0 } volumes) throw ElementFault.Missing("volumes");
        using var turn = await node.Gates.EnterAsync(volumes.Select(one => one.VolumeID), cancellation).ConfigureAwait(false);
        var members = new List<GroupCloneMember>();
        CloneVolumeResult? last = null;
        foreach (var one in volumes)
        {
            last = await CloneOneAsync(Single(asked, one)).ConfigureAwait(false);
            members.Add(new GroupCloneMember { SrcVolumeID = one.VolumeID, VolumeID = last.VolumeID });
        }
        return new CloneMultipleVolumesResult { AsyncHandle = last!.AsyncHandle, GroupCloneID = last.CloneID, Members = members };
    }

    private CloneVolumeParams Single(CloneMultipleVolumesParams asked, CloneMultipleVolume one)
    {
        var state = node.Catalog.Current;
        long? snapshot = asked.GroupSnapshotID is null or 0
            ? null
            : (state.MembersOf(state.GroupSnapshot(asked.GroupSnapshotID.Value).Id).FirstOrDefault(member => member.VolumeId == one.VolumeID)
                ?? throw ElementFault.Invalid($"GroupSnapshotID {asked.GroupSnapshotID} has no snapshot of VolumeID {one.VolumeID}.")).Id;
        return new CloneVolumeParams
        {
            VolumeID = one.VolumeID,
            Name = string.IsNullOrEmpty(one.Name) ? state.LiveVolume(one.VolumeID).Name : one.Name,
            NewAccountID = one.NewAccountID is > 0 ? one.NewAccountID : asked.NewAccountID,
            NewSize = one.NewSize,
            Access = string.IsNullOrEmpty(one.Access) ? asked.Access : one.Access,
            Attributes = one.Attributes,
            SnapshotID = snapshot,
        };
    }

    private async ValueTask<CloneVolumeResult> CloneOneAsync(CloneVolumeParams asked)
    {
        node.Capacity.AdmitNewData();
        var present = node.Catalog.Current;
        var (source, snapshot) = Source(present, asked);
        var planned = VolumePlans.Clone(present, source, snapshot?.TotalSize ?? source.TotalSize, asked, 0, node.Time.GetUtcNow());
        Admit(present, present.Put(planned));

        var id = node.Catalog.NextId(CatalogTable.Volumes);
        if (snapshot is null) node.Store.CloneVolume(source.Id, id);
        else node.Store.CloneSnapshot(snapshot.Id, id);
        return await NewVolume.PutInServiceAsync(node, id, edit =>
        {
            node.GrowFile(id, planned.TotalSize);
            return Commit(edit, asked, id);
        }).ConfigureAwait(false);
    }

    private (Volume Volume, CloneVolumeResult Result) Commit(CatalogEdit edit, CloneVolumeParams asked, long id)
    {
        var before = edit.State;
        var (source, snapshot) = Source(before, asked);
        var clone = VolumePlans.Clone(before, source, snapshot?.TotalSize ?? source.TotalSize, asked, id, edit.Now);
        var done = CompleteResult(edit, id);
        edit.Put(clone);
        edit.Put(done);
        Admit(before, edit.State);
        return (clone, new CloneVolumeResult
        {
            AsyncHandle = done.Id, CloneID = done.CloneId, VolumeID = id, Volume = ElementViews.Of(clone, edit.State),
        });
    }

    /// <summary>
    /// Overwrites a volume with the contents of another one, or of a snapshot: all at once, so that no reader and no crash
    /// ever sees a part of it. Everything else about the destination stays (element-api 2.3).
    /// </summary>
    private async ValueTask<CopyVolumeResult> CopyAsync(CopyVolumeParams asked, CancellationToken cancellation)
    {
        if (asked.DstVolumeID == 0) throw ElementFault.Missing("dstVolumeID");
        using var turn = await node.Gates.EnterAsync([asked.VolumeID, asked.DstVolumeID], cancellation).ConfigureAwait(false);
        node.Capacity.AdmitNewData();
        var state = node.Catalog.Current;
        var (source, snapshot) = Source(state, asked.VolumeID, asked.SnapshotID);
        var destination = state.LiveVolume(asked.DstVolumeID);
        ElementRules.RefuseRollbackOfSanitized(destination);
        if (source.Id == destination.Id) throw ElementFault.Invalid($"VolumeID {source.Id} cannot be copied onto itself; RollbackToSnapshot takes it back.");
        var size = snapshot?.TotalSize ?? source.TotalSize;
        if (size != destination.TotalSize)
            throw ElementFault.Invalid($"DstVolumeID {destination.Id} has {destination.TotalSize} bytes and the source has {size}; they must be the same size.");
        if (snapshot is null) node.Store.Overwrite(destination.Id, source.Id);
        else node.Store.Revert(destination.Id, snapshot.Id);
        return node.Catalog.Change(edit =>
        {
            var done = CompleteResult(edit, destination.Id);
            edit.Put(done);
            return new CopyVolumeResult { AsyncHandle = done.Id, CloneID = done.CloneId };
        });
    }

    private static AsyncResult CompleteResult(CatalogEdit edit, long volumeId) => new()
    {
        Id = edit.NextId(CatalogTable.AsyncResults),
        CloneId = edit.NextId(CatalogTable.Clones),
        VolumeId = volumeId,
        CreateTime = edit.Now,
        LastUpdateTime = edit.Now,
        Completed = true,
    };

    private static (Volume Volume, Catalog.Snapshot? Snapshot) Source(CatalogState state, CloneVolumeParams asked) =>
        Source(state, asked.VolumeID, asked.SnapshotID);

    private static (Volume Volume, Catalog.Snapshot? Snapshot) Source(CatalogState state, long volumeId, long? snapshotId)
    {
        var source = state.LiveVolume(volumeId);
        if (snapshotId is null or 0) return (source, null);
        var snapshot = state.Snapshot(snapshotId.Value);
        return snapshot.VolumeId == source.Id
            ? (source, snapshot)
            : throw ElementFault.Invalid($"SnapshotID {snapshot.Id} is of VolumeID {snapshot.VolumeId}, not of {source.Id}.");
    }

    private void Admit(CatalogState before, CatalogState after)
    {
        node.Capacity.AdmitIops(before, after);
        node.Capacity.AdmitBytes(before, after);
    }

    /// <summary>Every clone is complete when its call returns, so there is never one to cancel.</summary>
    private static Empty Cancel(CancelCloneParams asked) =>
        throw ElementFault.Invalid($"CloneID {asked.CloneID} is not running.");

    private GetAsyncResultResult GetResult(GetAsyncResultParams asked)
    {
        if (asked.AsyncHandle == 0) throw ElementFault.Missing("asyncHandle");
        if (!node.Catalog.Current.AsyncResults.TryGetValue(asked.AsyncHandle, out var found))
            throw ElementFault.NoAsyncHandle(asked.AsyncHandle);
        if (found.Completed && asked.KeepResult != true)
        {
            node.Catalog.Change(edit =>
            {
                if (!edit.State.AsyncResults.ContainsKey(found.Id)) throw ElementFault.NoAsyncHandle(found.Id);
                edit.Remove(found);
            });
        }
        return new GetAsyncResultResult
        {
            Status = found.Completed ? GetAsyncResultResult.Complete : GetAsyncResultResult.Running,
            Result = found is { Completed: true, ErrorName: null } ? DataOf(found) : null,
            Error = found.ErrorName is { } name ? new ElementErrorBody(ElementFault.Code, name, found.ErrorMessage) : null,
            ResultType = "Clone",
            CreateTime = found.CreateTime,
            LastUpdateTime = found.LastUpdateTime,
        };
    }

    private ListAsyncResultsResult ListResults(ListAsyncResultsParams asked)
    {
        var wanted = asked.AsyncResultTypes is not { Count: > 0 } types || types.Contains("Clone");
        var rows = wanted ? node.Catalog.Current.AsyncResults.Values : [];
        return new ListAsyncResultsResult
        {
            AsyncHandles =
            [
                .. rows.Select(result => new AsyncResultRow
                {
                    AsyncResultID = result.Id,
                    Completed = result.Completed,
                    Success = result is { Completed: true, ErrorName: null },
                    CreateTime = result.CreateTime,
                    LastUpdateTime = result.LastUpdateTime,
                    ResultType = "Clone",
                    Data = DataOf(result),
                }),
            ],
        };
    }

    private static JsonObject DataOf(AsyncResult result) => new()
    {
        ["cloneID"] = result.CloneId, ["message"] = "Clone complete.", ["volumeID"] = result.VolumeId,
    };
}
