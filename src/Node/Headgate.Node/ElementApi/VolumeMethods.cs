using Headgate.Element;
using Headgate.Element.Contracts;
using Headgate.Node.Catalog;
using Headgate.Node.Target;
using Volume = Headgate.Node.Catalog.Volume;
using VolumeStatus = Headgate.Node.Catalog.VolumeStatus;

namespace Headgate.Node.ElementApi;

/// <summary>CreateVolume, ModifyVolume and ModifyVolumes (element-api 2.3).</summary>
/// <remarks>
/// File and row cannot change in one transaction, so the order decides what a crash in between leaves:
/// <list type="bullet">
/// <item>create, clone, snapshot: file, then row. Between the two there is a file that nobody knows of; start-up
/// (<see cref="CatalogRepair"/>) deletes files without a row. The client has no answer and finds no volume.</item>
/// <item>grow: file, then row. Between the two the file is longer than the row says; the row is what initiators see, and
/// the same request made again grows nothing and writes the row.</item>
/// <item>delete, restore: row alone. Purge, DeleteSnapshot: row, then file; start-up deletes files without a row.</item>
/// <item>roll back: file alone (the store's change is atomic); with saveCurrentState the new snapshot has its row first.</item>
/// </list>
/// </remarks>
internal sealed class VolumeMethods(NodeServices node)
{
    public IEnumerable<ElementHandler> All =>
    [
        ElementHandler.For(ElementMethods.CreateVolume, CreateAsync),
        ElementHandler.For(ElementMethods.ModifyVolume, ModifyAsync),
        ElementHandler.For(ElementMethods.ModifyVolumes, ModifyManyAsync),
    ];

    private async ValueTask<VolumeWithCurveResult> CreateAsync(CreateVolumeParams asked, CancellationToken cancellation)
    {
        node.Capacity.AdmitNewData();
        var before = node.Catalog.Current;
        var planned = VolumePlans.Create(before, asked, 0, node.Time.GetUtcNow());
        Admit(before, before.Put(planned));

        var id = node.Catalog.NextId(CatalogTable.Volumes);
        using var turn = await node.Gates.EnterAsync(id, cancellation).ConfigureAwait(false);
        node.Store.Create(id, planned.TotalSize);
        return await NewVolume.PutInServiceAsync(node, id, edit =>
        {
            var volume = VolumePlans.Create(edit.State, asked, id, edit.Now);
            var present = edit.State;
            edit.Put(volume);
            Admit(present, edit.State);
            return (volume, new VolumeWithCurveResult { VolumeID = id, Volume = ElementViews.Of(volume, edit.State) });
        }).ConfigureAwait(false);
    }

    private async ValueTask<VolumeResult> ModifyAsync(ModifyVolumeParams asked, CancellationToken cancellation)
    {
        var changed = await ModifyAllAsync([asked.VolumeID], asked, cancellation).ConfigureAwait(false);
        return new VolumeResult { Volume = changed[0] };
    }

    private async ValueTask<ModifyVolumesResult> ModifyManyAsync(ModifyVolumesParams asked, CancellationToken cancellation)
    {
        if (asked.VolumeIDs is not { Count: > 0 } ids) throw ElementFault.Missing("volumeIDs");
        var each = new ModifyVolumeParams
        {
            AccountID = asked.AccountID, Access = asked.Access, Qos = asked.Qos, QosPolicyID = asked.QosPolicyID,
            AssociateWithQoSPolicy = asked.AssociateWithQoSPolicy, TotalSize = asked.TotalSize, Attributes = asked.Attributes,
        };
        var changed = await ModifyAllAsync([.. ids.Distinct()], each, cancellation).ConfigureAwait(false);
        return new ModifyVolumesResult { Volumes = changed, Qos = QosRules.IsGiven(asked.Qos) ? changed[0].Qos : null };
    }

    /// <summary>All or none of the rows change; files that have grown for nothing are harmless.</summary>
    private async ValueTask<IReadOnlyList<Element.Contracts.Volume>> ModifyAllAsync(
        IReadOnlyList<long> ids, ModifyVolumeParams asked, CancellationToken cancellation)
    {
        using var turn = await node.Gates.EnterAsync(ids, cancellation).ConfigureAwait(false);
        var present = node.Catalog.Current;
        var planned = ids.Select(id => VolumePlans.Modify(present, present.LiveVolume(id), asked)).ToList();
        Admit(present, planned.Aggregate(present, (state, volume) => state.Put(volume)));
        foreach (var volume in planned.Where(volume => volume.TotalSize > present.Volumes[volume.Id].TotalSize))
            node.GrowFile(volume.Id, volume.TotalSize);

        var views = node.Catalog.Change(edit =>
        {
            var before = edit.State;
            foreach (var id in ids) edit.Put(VolumePlans.Modify(edit.State, edit.State.LiveVolume(id), asked));
            Admit(before, edit.State);
            return ids.Select(id => ElementViews.Of(edit.State.Volumes[id], edit.State)).ToList();
        });
        foreach (var id in ids) node.Runtimes.Refresh(id);
        node.Guard.CutWhatIsNoLongerAllowed(CutReason.AccessRevoked);
        return views;
    }

    private void Admit(CatalogState before, CatalogState after)
    {
        node.Capacity.AdmitIops(before, after);
        node.Capacity.AdmitBytes(before, after);
    }
}

/// <summary>The second half of making a volume, whose file is there: service, then row, or neither.</summary>
internal static class NewVolume
{
    /// <summary>Commits the row that <paramref name="commit"/> makes; when it is refused, the file goes again.</summary>
    public static async ValueTask<TResult> PutInServiceAsync<TResult>(
        NodeServices node, long id, Func<CatalogEdit, (Volume Volume, TResult Result)> commit)
    {
        try
        {
            var (volume, result) = node.Catalog.Change(commit);
            if (volume.Status is VolumeStatus.Active) node.Runtimes.Open(volume);
            return result;
        }
        catch when (!node.Catalog.Current.Volumes.ContainsKey(id))
        {
            await node.Runtimes.CloseAsync(id).ConfigureAwait(false);
            node.Store.Delete(id);
            throw;
        }
    }
}
