using System.Globalization;
using System.Text.Json;
using Headgate.Element;
using Headgate.Element.Contracts;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.SolidFire;

// A copy takes three steps on a cluster: start it, wait for it, and write down on the target which copy it was. A call that
// is repeated before the last of them copies again, from the same source, which does no harm; after it, it changes nothing.
internal sealed partial class SolidFireDriver : ICopies
{
    public ValueTask<Outcome<VolumeView>> CopyAsync(
        ObjectKey key, ObjectKey targetKey, VolumeHandle target, VolumeHandle source, SnapshotHandle? snapshot, CancellationToken stop) => RunAsync(async call =>
    {
        var onto = await ArrayVolumes.NeedAsync(call, targetKey, target).ConfigureAwait(false);
        var from = snapshot is { } named ? $"{source}@{named.Value}" : source.Value;
        if (Marks.CopySourceOf(onto, key) is { } then)
        {
            return then == from
                ? await _volumes.ViewAsync(call, onto).ConfigureAwait(false)
                : throw new StopHere(Faults.KeyReused(key, $"then of {then}, now of {from}"));
        }
        var (original, snapshotId) = await CopySourceAsync(call, key, onto, source, snapshot).ConfigureAwait(false);
        await NeedNobodyAsync(call, onto).ConfigureAwait(false);
        await UntilIdleAsync(call, onto).ConfigureAwait(false);
        var started = await call.SendAsync(ElementMethods.CopyVolume, new CopyVolumeParams
        {
            VolumeID = original.VolumeID, DstVolumeID = onto.VolumeID, SnapshotID = snapshotId,
        }).ConfigureAwait(false);
        call.HasChanged();
        await WaitForCopyAsync(call, key, started.AsyncHandle).ConfigureAwait(false);
        await call.SendAsync(ElementMethods.ModifyVolume, new ModifyVolumeParams
        {
            VolumeID = onto.VolumeID, Attributes = Marks.WithCopy(onto, key, from),
        }).ConfigureAwait(false);
        return await _volumes.ReadBackAsync(call, targetKey, target).ConfigureAwait(false);
    }, stop);

    /// <summary>The source, when it can be copied onto the target: a cluster copies between volumes of one size only.</summary>
    private static async Task<(Volume Volume, long? SnapshotId)> CopySourceAsync(
        ArrayCall call, ObjectKey key, Volume onto, VolumeHandle source, SnapshotHandle? snapshot)
    {
        if (await ArrayVolumes.LookAsync(call, source).ConfigureAwait(false) is not { Status: VolumeStatus.Active } original)
            throw new StopHere(Faults.VolumeNotFound(key, source));
        if (original.VolumeID == onto.VolumeID)
            throw new StopHere(Faults.InvalidArgument($"Volume {source} was to be copied onto itself. Name another one as the source, or revert it to its snapshot."));
        var (size, snapshotId) = (original.TotalSize, default(long?));
        if (snapshot is { } handle)
        {
            var taken = await SnapshotOfAsync(call, original, handle).ConfigureAwait(false) ?? throw new StopHere(Faults.SnapshotNotFound(key, handle));
            (size, snapshotId) = (taken.TotalSize, taken.SnapshotID);
        }
        if (onto.TotalSize < size) throw new StopHere(Faults.TargetTooSmall(new ByteSize(onto.TotalSize), new ByteSize(size)));
        if (onto.TotalSize > size)
        {
            throw new StopHere(new Fault(
                FaultCodes.SizeOutOfRange,
                $"The volume to be overwritten has {onto.TotalSize} bytes and the source has {size}; a cluster copies between equal sizes only. Grow the source, or make a clone.",
                Recovery.FixRequest));
        }
        return (original, snapshotId);
    }

    private static async Task<Snapshot?> SnapshotOfAsync(ArrayCall call, Volume volume, SnapshotHandle handle) =>
        (await call.SendAsync(ElementMethods.ListSnapshots, new ListSnapshotsParams { VolumeID = volume.VolumeID }).ConfigureAwait(false))
        .Snapshots.FirstOrDefault(s => s.SnapshotID.ToString(CultureInfo.InvariantCulture) == handle.Value);

    /// <summary>No host has the target open.</summary>
    private static async Task NeedNobodyAsync(ArrayCall call, Volume onto)
    {
        var sessions = (await call.SendAsync(ElementMethods.ListISCSISessions, new Empty()).ConfigureAwait(false)).Sessions;
        if (sessions.FirstOrDefault(s => s.VolumeID == onto.VolumeID) is { } session)
        {
            throw new StopHere(Faults.InUse(
                $"Initiator {session.InitiatorName} is logged in to the volume that is to be overwritten; its file system would not survive that. Disconnect it first."));
        }
    }

    /// <summary>Waits for a clone or copy onto the target that is still running: one whose reply was lost must not overtake this one.</summary>
    private async Task UntilIdleAsync(ArrayCall call, Volume onto)
    {
        using var patience = new CancellationTokenSource(ClonePatience, config.Clock);
        while (true)
        {
            var jobs = (await call.SendAsync(ElementMethods.ListSyncJobs, new Empty()).ConfigureAwait(false)).SyncJobs;
            if (!jobs.Any(job => job.TryGetProperty("dstVolumeID", out var id) && id.ValueKind == JsonValueKind.Number && id.GetInt64() == onto.VolumeID)) return;
            if (patience.IsCancellationRequested)
                throw new StopHere(Faults.Busy($"The cluster is still writing to volume {onto.VolumeID} from an earlier clone or copy; ask again."));
            await Task.Delay(ClonePause, config.Clock, call.Stop).ConfigureAwait(false);
        }
    }

    private async Task WaitForCopyAsync(ArrayCall call, ObjectKey key, long handle)
    {
        using var patience = new CancellationTokenSource(ClonePatience, config.Clock);
        while (true)
        {
            var answer = await call.TryAsync(ElementMethods.GetAsyncResult, new GetAsyncResultParams { AsyncHandle = handle, KeepResult = true }).ConfigureAwait(false);
            if (answer.Value is { Status: GetAsyncResultResult.Complete } ended)
            {
                if (ended.Error is { } error) throw new StopHere(ElementFaults.Map(ElementMethods.CopyVolume.ToString()!, error), isUnknown: true);
                return;
            }
            if (answer.Error is { } gone) throw call.Refused(ElementMethods.GetAsyncResult, gone);
            if (patience.IsCancellationRequested)
                throw new StopHere(Faults.Busy($"The copy {key} is still being made; ask again."), isUnknown: true);
            await Task.Delay(ClonePause, config.Clock, call.Stop).ConfigureAwait(false);
        }
    }
}
