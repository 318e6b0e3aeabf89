using System.Collections.Concurrent;
using Headgate.Blocks;
using Headgate.Node.Io;
using Headgate.Qos;
using Headgate.Scsi;

namespace Headgate.Node.Catalog;

/// <summary>The volumes in service: device, SCSI unit and queue of each active volume.</summary>
internal sealed class VolumeRuntimes(VolumeStore store, IoPath io, NodeCatalog catalog, TimeProvider clock)
{
    /// <summary>INQUIRY identity of an Element cluster (element-api section 4); multipath rules of hosts match it.</summary>
    private const string VendorId = "SolidFir";

    private const string ProductId = "SSD SAN";
    private const string Revision = "0001";

    private readonly ConcurrentDictionary<long, VolumeRuntime> _runtimes = new();
    private readonly Lock _refreshing = new();

    /// <summary>The volume when it is in service.</summary>
    public VolumeRuntime? Find(long volumeId) => _runtimes.GetValueOrDefault(volumeId);

    public IEnumerable<VolumeRuntime> All => _runtimes.Values;

    /// <summary>
    /// Puts a volume in service; its file is there. One that is in service already is left as it is. After a restart of
    /// the node a volume has no burst credit: else a node that is restarted again and again would give burst for nothing.
    /// </summary>
    public void Open(Volume volume, bool isRestart = false)
    {
        if (_runtimes.ContainsKey(volume.Id)) return;
        var device = store.Open(volume.Id);
        var unit = new LogicalUnit(IdentityOf(volume), GeometryOf(volume, device), new ReservationStore(catalog, volume.Id), new SanitizeStore(catalog, volume.Id));
        var queue = io.AddVolume(volume.Id, LimitsOf(volume.Qos), hasCredit: !isRestart);
        var runtime = new VolumeRuntime(volume.Id, volume.TargetName, device, unit, queue);
        _runtimes[volume.Id] = runtime;
        if (unit.IsSanitizing) runtime.SanitizerOf(io, clock).Start(); // a restart came between
    }

    /// <summary>Takes a volume out of service; when it returns, no I/O of it is under way.</summary>
    public async Task CloseAsync(long volumeId)
    {
        if (_runtimes.TryRemove(volumeId, out var runtime)) await io.RemoveVolumeAsync(runtime.Queue).ConfigureAwait(false);
    }

    /// <summary>Brings limits, size and write protection in line with the row as it is now.</summary>
    /// <remarks>Reads the row under the lock, so that of two changes the later one stays in force whoever comes first.</remarks>
    public void Refresh(long volumeId)
    {
        lock (_refreshing)
        {
            if (Find(volumeId) is not { } runtime || !catalog.Current.Volumes.TryGetValue(volumeId, out var volume)) return;
            var limits = LimitsOf(volume.Qos);
            if (runtime.Queue.Limits != limits) runtime.Queue.Configure(limits);
            var geometry = GeometryOf(volume, runtime.Device);
            runtime.Unit.SetBlocks(geometry.Blocks);
            runtime.Unit.SetWriteProtected(geometry.WriteProtected);
        }
    }

    private static VolumeLimits LimitsOf(QosValues qos) =>
        new() { MinIops = qos.MinIops, MaxIops = qos.MaxIops, BurstIops = qos.BurstIops };

    private static LogicalUnitGeometry GeometryOf(Volume volume, IBlockDevice device)
    {
        var blockBytes = volume.Enable512e ? 512 : 4096;
        return new LogicalUnitGeometry(
            (ulong)(volume.TotalSize / blockBytes), blockBytes, volume.Plain512 ? 512 : 4096,
            WriteProtected: volume.Access is VolumeAccess.ReadOnly, volume.Removable, OffersUnmap: !volume.HidesUnmap,
            AtomicWriteBytes: device.AtomicWriteBytesMax);
    }

    private LogicalUnitIdentity IdentityOf(Volume volume)
    {
        var unique = catalog.Current.Identity.UniqueId;
        var eui = TargetNaming.Eui(unique, volume.Id);
        return new LogicalUnitIdentity(
            VendorId, ProductId, Revision, eui, Convert.FromHexString(TargetNaming.Naa(unique, volume.Id)),
            Convert.FromHexString(eui), volume.TargetName);
    }
}
