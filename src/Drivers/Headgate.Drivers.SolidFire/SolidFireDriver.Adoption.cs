using Headgate.Element;
using Headgate.Element.Contracts;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.SolidFire;

// Volumes that somebody else made become ours by attributes, and cease to be by taking them off. The account that one is of on the
// cluster stays: access is by group and initiator, and its owner there may still log in with the account's own secret.
internal sealed partial class SolidFireDriver : IAdoption
{
    public ValueTask<Outcome<VolumeView>> AdoptAsync(ObjectKey key, VolumeHandle handle, AdoptionSpec spec, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return RunAsync(async call =>
        {
            if ((await ArrayVolumes.WithKeyAsync(call, key).ConfigureAwait(false)).FirstOrDefault(v => ArrayVolumes.HandleOf(v) != handle) is { } other)
                throw new StopHere(Faults.KeyReused(key, $"then for volume {other.VolumeID}, now for {handle}"));
            var volume = await ArrayVolumes.LookAsync(call, handle).ConfigureAwait(false);
            if (volume is null or { Status: VolumeStatus.Deleted }) throw new StopHere(Faults.VolumeNotFound(key, handle));
            if (Marks.KeyOf(volume.Attributes) == key && Marks.IsOfPool(volume.Attributes, config.PoolId)) return await _volumes.ViewAsync(call, volume).ConfigureAwait(false);
            if (Marks.IsAnybodys(volume.Attributes)) throw new StopHere(Faults.WrongVolume(key, handle.Value, Marks.KeyOf(volume.Attributes)));
            await call.SendAsync(ElementMethods.ModifyVolume, new ModifyVolumeParams
            {
                VolumeID = volume.VolumeID, Attributes = Marks.WithAdoption(volume, config.PoolId, key, spec.AccountId),
            }).ConfigureAwait(false);
            call.HasChanged();
            return await _volumes.ReadBackAsync(call, key, handle).ConfigureAwait(false);
        }, stop);
    }

    public ValueTask<Outcome<Nothing>> ReleaseAsync(ObjectKey key, VolumeHandle handle, CancellationToken stop) => RunAsync(async call =>
    {
        var volume = await ArrayVolumes.LookAsync(call, handle).ConfigureAwait(false);
        if (volume is null or { Status: VolumeStatus.Deleted } || !Marks.IsAnybodys(volume.Attributes)) return default(Nothing);
        if (Marks.KeyOf(volume.Attributes) != key || !Marks.IsOfPool(volume.Attributes, config.PoolId))
            throw new StopHere(Faults.WrongVolume(key, handle.Value, Marks.KeyOf(volume.Attributes)));
        var snapshots = (await call.SendAsync(ElementMethods.ListSnapshots, new ListSnapshotsParams { VolumeID = volume.VolumeID }).ConfigureAwait(false)).Snapshots;
        if (snapshots.Count(s => Marks.KeyOf(s) is not null) is > 0 and var ours)
            throw new StopHere(Faults.InUse($"Volume {volume.VolumeID} has {ours} snapshot(s) of ours; delete them first."));
        await call.SendAsync(ElementMethods.ModifyVolume, new ModifyVolumeParams { VolumeID = volume.VolumeID, Attributes = Marks.Without(volume) }).ConfigureAwait(false);
        return default;
    }, stop);
}
