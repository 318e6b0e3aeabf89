using Headgate.Primitives;

namespace Headgate.Domain;

/// <summary>How far a pool's capacity may be changed under what it has promised. Pure.</summary>
public static class PoolCapacityRules
{
    /// <summary>
    /// Null when the pool may be bound so. Less than is promised is refused; but who gives more to a pool that has promised
    /// more than its storage has, since that lost a shelf, may give any amount more.
    /// </summary>
    public static Fault? Problem(StoragePool pool, PoolCommand.Bound asked)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(asked);
        return Shortfall(pool, With(pool, asked.Bytes, asked.Iops));
    }

    /// <summary>Null when the pool may become <paramref name="next"/>: of nothing does it have less than it promised, or no less than before.</summary>
    public static Fault? Shortfall(StoragePool pool, StoragePool next)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(next);
        var bytes = pool.ReservedBytes + pool.ForeignBytes;
        if (next.CapacityBytes is { } few && few < bytes && (pool.CapacityBytes is null || few < pool.CapacityBytes))
        {
            return new Fault("capacity-in-use",
                $"Pool {pool.Name} would have {few}, and {pool.ReservedBytes} are reserved by its volumes{Others(pool.ForeignBytes.Bytes > 0, $"{pool.ForeignBytes}")}. "
                + $"Give it {bytes} or more, or expunge volumes first.", Recovery.FixRequest);
        }
        var iops = pool.ReservedIops + pool.ForeignIops;
        if (next.CapacityIops is { } slow && slow < iops && (pool.CapacityIops is null || slow < pool.CapacityIops))
        {
            return new Fault("capacity-in-use",
                $"Pool {pool.Name} would have {slow} IOPS to promise, and {pool.ReservedIops} are promised to its volumes{Others(pool.ForeignIops > 0, $"{pool.ForeignIops}")}. "
                + $"Give it {iops} or more, or lower minimums first.", Recovery.FixRequest);
        }
        if (next.CapacityBandwidth is { } narrow && narrow < pool.ReservedBandwidth && (pool.CapacityBandwidth is null || narrow < pool.CapacityBandwidth))
        {
            return new Fault("capacity-in-use",
                $"Pool {pool.Name} would have {narrow}/s to promise, and {pool.ReservedBandwidth}/s are promised to its volumes. "
                + $"Give it {pool.ReservedBandwidth}/s or more, or lower bandwidths first.", Recovery.FixRequest);
        }
        return null;
    }

    /// <summary>Of two bounds the one under which the pool has less, each kind by itself: what holds while one becomes the other.</summary>
    public static PoolCommand.Bound Tighter(StoragePool pool, PoolCommand.Bound one, PoolCommand.Bound other)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        var (first, second) = (With(pool, one.Bytes, one.Iops), With(pool, other.Bytes, other.Iops));
        return new PoolCommand.Bound(
            (first.CapacityBytes?.Bytes ?? long.MaxValue) <= (second.CapacityBytes?.Bytes ?? long.MaxValue) ? one.Bytes : other.Bytes,
            (first.CapacityIops ?? long.MaxValue) <= (second.CapacityIops ?? long.MaxValue) ? one.Iops : other.Iops);
    }

    /// <summary>What the pool has promised beyond what it has now, in words; null when it can keep all. A storage may shrink behind our back.</summary>
    public static string? Overdrawn(StoragePool pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        var said = new List<string>();
        var bytes = pool.ReservedBytes + pool.ForeignBytes;
        if (pool.CapacityBytes is { } all && bytes > all) said.Add($"volumes take {bytes} of {all}");
        if (pool.CapacityBandwidth is { } bandwidth && pool.ReservedBandwidth > bandwidth) said.Add($"{pool.ReservedBandwidth}/s are promised of {bandwidth}/s");
        if (pool.CapacityIops is { } iops && pool.ReservedIops + pool.ForeignIops > iops) said.Add($"{pool.ReservedIops + pool.ForeignIops} IOPS are promised of {iops}");
        return said.Count == 0 ? null : string.Join(" and ", said);
    }

    private static StoragePool With(StoragePool pool, ByteSize? bytes, long? iops) => pool with { AllowedBytes = bytes, AllowedIops = iops };

    private static string Others(bool any, string figure) => any ? $" and {figure} by volumes of others" : "";
}
