using Headgate.Element;
using Headgate.Element.Contracts;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.SolidFire;

// Clones take three steps on a cluster: start it, wait for it, give it limits of its own (it inherits the source's). The
// attribute hgStage stays on it until the last is done, so a call that is repeated after any of them goes on from there.
internal sealed partial class SolidFireDriver : IClones
{
    private static readonly TimeSpan ClonePause = TimeSpan.FromMilliseconds(250);

    /// <summary>After this the caller gets Unknown and repeats: a clone of terabytes is not worth holding a call open.</summary>
    private static readonly TimeSpan ClonePatience = TimeSpan.FromSeconds(60);

    public ValueTask<Outcome<VolumeView>> CloneAsync(
        ObjectKey key, VolumeSpec spec, VolumeHandle source, SnapshotHandle? snapshot, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return RunAsync(async call =>
        {
            var cluster = await facts.GetAsync(call).ConfigureAwait(false);
            long? async = null;
            if (await EarlierAsync(call, key, spec).ConfigureAwait(false) is not { } clone)
            {
                Check(cluster, spec);
                async = await StartCloneAsync(call, cluster, key, spec, source, snapshot).ConfigureAwait(false);
            }
            call.HasChanged();
            clone = await WaitAsync(call, key, spec, async).ConfigureAwait(false);
            if (Marks.IsCloning(clone)) await FinishAsync(call, cluster, key, spec, clone).ConfigureAwait(false);
            return await _volumes.ReadBackAsync(call, key, ArrayVolumes.HandleOf(clone)).ConfigureAwait(false);
        }, stop);
    }

    private async Task<long> StartCloneAsync(
        ArrayCall call, ClusterFacts.Known cluster, ObjectKey key, VolumeSpec spec, VolumeHandle source, SnapshotHandle? snapshot)
    {
        if (await ArrayVolumes.LookAsync(call, source).ConfigureAwait(false) is not { Status: VolumeStatus.Active } original)
            throw new StopHere(Faults.VolumeNotFound(key, source));
        var least = original.TotalSize;
        long? snapshotId = null;
        if (snapshot is { } handle)
        {
            var taken = await SnapshotOfAsync(call, original, handle).ConfigureAwait(false) ?? throw new StopHere(Faults.SnapshotNotFound(key, handle));
            (snapshotId, least) = (taken.SnapshotID, taken.TotalSize);
        }
        if (Rounded(cluster, spec.Size).Bytes < least) throw new StopHere(Faults.Shrink(spec.Size, new ByteSize(least)));
        var started = await call.SendAsync(ElementMethods.CloneVolume, new CloneVolumeParams
        {
            VolumeID = original.VolumeID,
            Name = Marks.Name(key, spec.Name),
            NewAccountID = await _accounts.EnsureAsync(call, spec.AccountId).ConfigureAwait(false),
            NewSize = Rounded(cluster, spec.Size).Bytes,
            SnapshotID = snapshotId,
            Access = VolumeAccess.ReadWrite,
            Attributes = Marks.OfVolume(config.PoolId, key, spec, cloning: true),
        }).ConfigureAwait(false);
        return started.AsyncHandle;
    }

    /// <summary>The clone once it is active. Its own row is what counts; the asynchronous result tells of failures.</summary>
    private async Task<Volume> WaitAsync(ArrayCall call, ObjectKey key, VolumeSpec spec, long? handle)
    {
        var patience = new CancellationTokenSource(ClonePatience, config.Clock);
        using (patience)
        {
            while (true)
            {
                if (await EarlierAsync(call, key, spec).ConfigureAwait(false) is { Status: VolumeStatus.Active } clone) return clone;
                if (handle is { } async) await ThrowIfFailedAsync(call, async).ConfigureAwait(false);
                if (patience.IsCancellationRequested)
                    throw new StopHere(Faults.Busy($"The clone {key} is still being made; ask again."), isUnknown: true);
                await Task.Delay(ClonePause, config.Clock, call.Stop).ConfigureAwait(false);
            }
        }
    }

    private static async Task ThrowIfFailedAsync(ArrayCall call, long handle)
    {
        var answer = await call.TryAsync(ElementMethods.GetAsyncResult, new GetAsyncResultParams { AsyncHandle = handle, KeepResult = true }).ConfigureAwait(false);
        if (answer.Value is { Status: GetAsyncResultResult.Complete, Error: { } error }) throw new StopHere(ElementFaults.Map("CloneVolume", error));
        // A handle that is gone tells nothing: the volume's row does.
    }

    /// <summary>
    /// Limits and marks of its own. When the cluster will never take them, the half-made clone goes again, since "refused"
    /// promises that nothing was changed; nobody was ever told of it.
    /// </summary>
    private async Task FinishAsync(ArrayCall call, ClusterFacts.Known cluster, ObjectKey key, VolumeSpec spec, Volume clone)
    {
        var finished = await call.TryAsync(ElementMethods.ModifyVolume, new ModifyVolumeParams
        {
            VolumeID = clone.VolumeID,
            Qos = QosMapping.ToArray(spec.Qos, cluster.Limits),
            Attributes = Marks.OfVolume(config.PoolId, key, spec),
        }).ConfigureAwait(false);
        if (finished.Error is not { } error) return;
        var fault = ElementFaults.Map(ElementMethods.ModifyVolume.ToString()!, error);
        if (fault.Recovery is Recovery.RetryWithBackoff) throw new StopHere(fault, isUnknown: true);
        // Another call with this key may have finished it meanwhile, and handed it out.
        var now = await ArrayVolumes.LookAsync(call, ArrayVolumes.HandleOf(clone)).ConfigureAwait(false);
        if (now is not null && !Marks.IsCloning(now)) throw new StopHere(fault, isUnknown: true);
        if (now is not null) await ArrayVolumes.DestroyAsync(call, now).ConfigureAwait(false);
        throw new StopHere(fault);
    }
}
