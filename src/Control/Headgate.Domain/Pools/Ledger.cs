using Headgate.Primitives;

namespace Headgate.Domain;

/// <summary>
/// What volumes, templates' copies and moves hold of their pool. Changed in the transaction that decides, so that the pool's sums are always the
/// sums of what they hold. Pure.
/// </summary>
public static class Ledger
{
    /// <summary>The pair after <paramref name="volume"/>'s reservation became <paramref name="next"/>.</summary>
    public static (StoragePool Pool, Volume Volume) Move(StoragePool pool, Volume volume, Reservation next)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(volume);
        return (Replace(pool, volume.Reserved, next), volume.Holding(next));
    }

    /// <summary>The pair after <paramref name="copy"/>'s reservation became <paramref name="bytes"/>. A template's copy has no minimum.</summary>
    public static (StoragePool Pool, TemplateCopy Copy) Move(StoragePool pool, TemplateCopy copy, ByteSize bytes)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(copy);
        return (Replace(pool, new(copy.ReservedBytes, 0, default), new(bytes, 0, default)), copy with { ReservedBytes = bytes });
    }

    /// <summary>The pool after something that held <paramref name="before"/> holds <paramref name="after"/>.</summary>
    public static StoragePool Replace(StoragePool pool, Reservation before, Reservation after)
    {
        ArgumentNullException.ThrowIfNull(pool);
        return pool with
        {
            ReservedBytes = pool.ReservedBytes - before.Bytes + after.Bytes,
            ReservedIops = pool.ReservedIops - before.Iops + after.Iops,
            ReservedBandwidth = pool.ReservedBandwidth - before.Bandwidth + after.Bandwidth,
        };
    }

    /// <summary>Null when <paramref name="volume"/>'s reservation may become this, else what is asked and what is free.</summary>
    public static Fault? Problem(StoragePool pool, Volume volume, Reservation next)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(volume);
        var moreBytes = next.Bytes.Bytes - volume.ReservedBytes.Bytes;
        if (moreBytes > 0 && pool.FreeBytes is { } freeBytes && moreBytes > freeBytes.Bytes)
            return new Fault("out-of-capacity",
                $"{new ByteSize(moreBytes)} more was asked; pool {pool.Name} has {freeBytes} free of {pool.CapacityBytes}. " +
                "Ask for less, or expunge volumes there.", Recovery.AskOperator);
        var moreIops = next.Iops - volume.ReservedIops;
        if (moreIops > 0 && pool.FreeIops is { } freeIops && moreIops > freeIops)
            return new Fault("out-of-iops",
                $"{moreIops} more min IOPS were asked; pool {pool.Name} has {freeIops} free of {pool.CapacityIops}. " +
                "Ask for a lower min, or lower others.", Recovery.AskOperator);
        var moreBandwidth = next.Bandwidth.Bytes - volume.ReservedBandwidth.Bytes;
        if (moreBandwidth > 0 && pool.FreeBandwidth is { } freeBandwidth && moreBandwidth > freeBandwidth.Bytes)
            return new Fault("out-of-bandwidth",
                $"{new ByteSize(moreBandwidth)}/s more was asked; pool {pool.Name} has {freeBandwidth}/s free of {pool.CapacityBandwidth}/s. " +
                "Ask for less, or lower others.", Recovery.AskOperator);
        return null;
    }
}
