using System.Globalization;
using Headgate.Element;
using Headgate.Element.Contracts;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.SolidFire;

// Limits, size, listing and figures; snapshots and clones have files of their own.
internal sealed partial class SolidFireDriver : IQosControl, IResize, IInventory, IStatistics
{
    public ValueTask<Outcome<VolumeView>> SetQosAsync(ObjectKey key, VolumeHandle handle, QosSpec qos, CancellationToken stop) =>
        RunAsync(async call =>
        {
            var cluster = await facts.GetAsync(call).ConfigureAwait(false);
            if (cluster.Capabilities.Problem(qos) is { } problem) throw new StopHere(problem);
            var volume = await ArrayVolumes.NeedAsync(call, key, handle).ConfigureAwait(false);
            await call.SendAsync(ElementMethods.ModifyVolume, new ModifyVolumeParams
            {
                VolumeID = volume.VolumeID, Qos = QosMapping.ToArray(qos, cluster.Limits),
            }).ConfigureAwait(false);
            call.HasChanged();
            return await _volumes.ReadBackAsync(call, key, handle).ConfigureAwait(false);
        }, stop);

    public ValueTask<Outcome<VolumeView>> ResizeAsync(ObjectKey key, VolumeHandle handle, ByteSize size, CancellationToken stop) =>
        RunAsync(async call =>
        {
            var cluster = await facts.GetAsync(call).ConfigureAwait(false);
            if (cluster.Capabilities.Problem(size) is { } problem) throw new StopHere(problem);
            var volume = await ArrayVolumes.NeedAsync(call, key, handle).ConfigureAwait(false);
            var wanted = Rounded(cluster, size);
            if (wanted.Bytes < volume.TotalSize) throw new StopHere(Faults.Shrink(size, new ByteSize(volume.TotalSize)));
            if (wanted.Bytes == volume.TotalSize) return await _volumes.ViewAsync(call, volume).ConfigureAwait(false);
            await call.SendAsync(ElementMethods.ModifyVolume, new ModifyVolumeParams
            {
                VolumeID = volume.VolumeID, TotalSize = wanted.Bytes,
            }).ConfigureAwait(false);
            call.HasChanged();
            return await _volumes.ReadBackAsync(call, key, handle).ConfigureAwait(false);
        }, stop);

    public ValueTask<Outcome<IReadOnlyList<VolumeView>>> ListAsync(CancellationToken stop) => RunAsync<IReadOnlyList<VolumeView>>(async call =>
    {
        var volumes = await ArrayVolumes.AllAsync(call).ConfigureAwait(false);
        var groups = await call.SendAsync(ElementMethods.ListVolumeAccessGroups, new ListVolumeAccessGroupsParams()).ConfigureAwait(false);
        return volumes.Select(v => _volumes.View(v, groups.VolumeAccessGroups)).ToList();
    }, stop);

    public ValueTask<Outcome<VolumeStatistics>> GetVolumeStatisticsAsync(VolumeHandle handle, CancellationToken stop) => RunAsync(async call =>
    {
        if (!long.TryParse(handle.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            throw new StopHere(Faults.InvalidArgument($"'{handle}' is not a volume ID of a cluster."));
        var stats = (await call.SendAsync(ElementMethods.GetVolumeStats, new VolumeParams { VolumeID = id }).ConfigureAwait(false)).VolumeStats;
        var perSecond = stats.SamplePeriodMSec > 0 ? 1000.0 / stats.SamplePeriodMSec : 0;
        return new VolumeStatistics(
            stats.Timestamp, stats.NormalizedIOPS, (stats.ReadBytesLastSample + stats.WriteBytesLastSample) * perSecond,
            stats.LatencyUSec, stats.Throttle, stats.BurstIOPSCredit)
        {
            Service = stats.Headgate is { } own
                ? new VolumeService(
                    stats.ClientQueueDepth, own.LatencyUSecP50, own.LatencyUSecP99, own.SchedulerUSec, own.MediumUSec,
                    own.HeldByLimit, own.HeldByLimitMSecTotal / 1000.0, own.BelowMinMSecTotal / 1000.0)
                : null,
        };
    }, stop);

    public ValueTask<Outcome<PoolStatistics>> GetPoolStatisticsAsync(CancellationToken stop) => RunAsync(async call =>
    {
        var capacity = (await call.SendAsync(ElementMethods.GetClusterCapacity, new Empty()).ConfigureAwait(false)).ClusterCapacity;
        var volumes = await ArrayVolumes.WithDeletedAsync(call).ConfigureAwait(false);
        return new PoolStatistics(
            new ByteSize(volumes.Sum(v => v.TotalSize)), new ByteSize(capacity.UsedSpace), new ByteSize(capacity.MaxProvisionedSpace),
            volumes.Where(v => v.Status != VolumeStatus.Deleted).Sum(v => v.Qos.MinIOPS), capacity.MaxIOPS);
    }, stop);
}
