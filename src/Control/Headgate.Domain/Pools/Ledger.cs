using Headgate.Primitives;

namespace Headgate.Domain;

/// <summary>
/// What volumes and templates' copies hold of their pool. Moved in the transaction that decides, so that the pool's sums are always the sums of
/// its volumes' and copies' reservations. Pure.
/// </summary>
public static class Ledger
{
    /// <summary>The pair after <paramref name="volume"/>'s reservation became <paramref name="bytes"/> and <paramref name="iops"/>.</summary>
    public static (StoragePool Pool, Volume Volume) Move(StoragePool pool, Volume volume, ByteSize bytes, long iops)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(volume);
        return (
            pool with
            {
                ReservedBytes = pool.ReservedBytes - volume.ReservedBytes + bytes,
                ReservedIops = pool.ReservedIops - volume.ReservedIops + iops,
            },
            volume with { ReservedBytes = bytes, ReservedIops = iops });
    }

    /// <summary>The pair after <paramref name="copy"/>'s reservation became <paramref name="bytes"/>. A template's copy has no minimum.</summary>
    public static (StoragePool Pool, TemplateCopy Copy) Move(StoragePool pool, TemplateCopy copy, ByteSize bytes)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(copy);
        return (pool with { ReservedBytes = pool.ReservedBytes - copy.ReservedBytes + bytes }, copy with { ReservedBytes = bytes });
    }

    /// <summary>Null when <paramref name="volume"/>'s reservation may become this, else what is asked and what is free.</summary>
    public static Fault? Problem(StoragePool pool, Volume volume, ByteSize bytes, long iops)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(volume);
        var moreBytes = bytes.Bytes - volume.ReservedBytes.Bytes;
        if (moreBytes > 0 && pool.FreeBytes is { } freeBytes && moreBytes > freeBytes.Bytes)
            return new Fault("out-of-capacity",
                $"{new ByteSize(moreBytes)} more was asked; pool {pool.Name} has {freeBytes} free of {pool.CapacityBytes}. " +
                "Ask for less, or expunge volumes there.", Recovery.AskOperator);
        var moreIops = iops - volume.ReservedIops;
        if (moreIops > 0 && pool.FreeIops is { } freeIops && moreIops > freeIops)
            return new Fault("out-of-iops",
                $"{moreIops} more min IOPS were asked; pool {pool.Name} has {freeIops} free of {pool.CapacityIops}. " +
                "Ask for a lower min, or lower others.", Recovery.AskOperator);
        return null;
    }
}
