using Headgate.Blocks;
using Headgate.Element;
using Headgate.Node.Catalog;

namespace Headgate.Node.ElementApi;

/// <summary>How full a node is; the stages of <c>GetClusterFullThreshold</c>.</summary>
internal enum FullnessStage
{
    /// <summary>Below <see cref="NodeCapacity.Stage2Percent"/>.</summary>
    Happy = 1,
    Aware,
    Low,

    /// <summary>No new volumes, clones or snapshots.</summary>
    Critical,
    CompletelyConsumed,
}

/// <summary>What the node can promise, and whether one more promise fits.</summary>
internal sealed class NodeCapacity(VolumeStore store, long capacityIops, double overCommit, long? capacityBytes)
{
    /// <summary>Volumes may add up to this many times the bytes (<c>maxMetadataOverProvisionFactor</c>).</summary>
    public const int OverProvisionFactor = 5;

    public const int Stage2Percent = 80;
    public const int Stage3Percent = 90;

    /// <summary>Above this nothing new is made: thin volumes that are there have to go on.</summary>
    public const int Stage4Percent = 97;

    private long _iops = capacityIops;

    /// <summary>4 KiB IOPS that the node can serve.</summary>
    public long Iops => Volatile.Read(ref _iops);

    /// <summary>The minimums of all volumes may add up to this.</summary>
    public long PromisableIops => (long)(Iops * overCommit);

    /// <summary>Goes by another figure from now on; what is promised stays promised.</summary>
    public void SetIops(long iops) => Volatile.Write(ref _iops, iops);

    /// <summary>Bytes that volumes and snapshots may fill.</summary>
    public long Bytes => capacityBytes ?? store.UsedBytesTotal + store.FreeBytes;

    public long UsedBytes => store.UsedBytesTotal;

    /// <summary>Bytes that the sizes of all volumes may add up to.</summary>
    public long ProvisionableBytes => Bytes * OverProvisionFactor;

    public FullnessStage Fullness
    {
        get
        {
            var bytes = Bytes;
            var percent = bytes == 0 ? 100 : UsedBytes * 100.0 / bytes;
            return percent switch
            {
                >= 100 => FullnessStage.CompletelyConsumed,
                >= Stage4Percent => FullnessStage.Critical,
                >= Stage3Percent => FullnessStage.Low,
                >= Stage2Percent => FullnessStage.Aware,
                _ => FullnessStage.Happy,
            };
        }
    }

    /// <summary>Turns a change down that promises more IOPS than the node has. What promises less is always fine.</summary>
    public void AdmitIops(CatalogState before, CatalogState after)
    {
        if (after.PromisedIops <= before.PromisedIops || after.PromisedIops <= PromisableIops) return;
        throw new ElementFault(
            ElementFault.MinIopsCapacityExceeded,
            $"The minIOPS of all volumes would add up to {after.PromisedIops}; this node can promise {PromisableIops} and has " +
            $"promised {before.PromisedIops}. Ask for a lower minIOPS, lower or delete others, or add capacity.");
    }

    /// <summary>Turns a change down that makes volumes larger than the node may provision.</summary>
    public void AdmitBytes(CatalogState before, CatalogState after)
    {
        if (after.ProvisionedBytes <= before.ProvisionedBytes) return;
        var limit = ProvisionableBytes;
        if (after.ProvisionedBytes <= limit) return;
        throw new ElementFault(
            ElementErrorNames.TotalCapacityExceeded,
            $"The sizes of all volumes would add up to {after.ProvisionedBytes} bytes; this node may provision {limit} " +
            $"({OverProvisionFactor} times its capacity). Purge deleted volumes or ask for a smaller one.");
    }

    /// <summary>Turns new volumes, clones and snapshots down while the node is at stage 4 or 5.</summary>
    public void AdmitNewData()
    {
        if (Fullness < FullnessStage.Critical) return;
        throw new ElementFault(
            ElementErrorNames.TotalCapacityExceeded,
            $"The node is {Stage4Percent} % full or more ({UsedBytes} of {Bytes} bytes): no new volumes, clones or snapshots " +
            "until some are deleted and purged.");
    }
}
