using Headgate.Domain;
using Headgate.Primitives;

namespace Headgate.Placement;

/// <summary>
/// Which candidate is best. A pool's score is the scarcest of what it would have left of its IOPS, bytes and bandwidth, each as a share of its
/// capacity: a pool that is out of IOPS is full, however much space it has. Spread takes the highest score, pack the lowest.
/// </summary>
public static class Scoring
{
    /// <summary>From 0, nothing left of something, to 1; null for a pool that states no capacity, of which nothing can be said.</summary>
    public static double? Of(StoragePool pool, Reservation more)
    {
        ArgumentNullException.ThrowIfNull(pool);
        double? least = null;
        Take(pool.FreeIops, pool.CapacityIops, more.Iops);
        Take(pool.FreeBytes?.Bytes, pool.CapacityBytes?.Bytes, more.Bytes.Bytes);
        Take(pool.FreeBandwidth?.Bytes, pool.CapacityBandwidth?.Bytes, more.Bandwidth.Bytes);
        return least;

        void Take(long? free, long? all, long asked)
        {
            if (free is not { } left || all is not { } capacity) return;
            var share = capacity <= 0 ? 0 : Math.Clamp((left - asked) / (double)capacity, 0, 1);
            least = least is { } before && before < share ? before : share;
        }
    }

    /// <summary>Candidates first, best first; then the others. Pools that state more are preferred to silent ones, ties go by free IOPS, free bytes, name.</summary>
    public static int Compare(PoolVerdict one, PoolVerdict other, PlacementPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        var byFit = other.Fits.CompareTo(one.Fits);
        if (byFit != 0) return byFit;
        if (!one.Fits) return string.CompareOrdinal(one.Pool.Name, other.Pool.Name);
        var (first, second) = policy is PlacementPolicy.Spread ? (other, one) : (one, other); // most first, or least first
        var order = (Known(other), Known(one)) is var (theirs, ours) && theirs != ours ? theirs.CompareTo(ours)
            : first.Score != second.Score ? Nullable.Compare(first.Score, second.Score)
            : first.Pool.FreeIops != second.Pool.FreeIops ? Nullable.Compare(first.Pool.FreeIops, second.Pool.FreeIops)
            : Nullable.Compare<ByteSize>(first.Pool.FreeBytes, second.Pool.FreeBytes);
        return order != 0 ? order : string.CompareOrdinal(one.Pool.Name, other.Pool.Name);
    }

    /// <summary>How much a pool says of what counts most: 2 when it bounds IOPS, 1 when it bounds anything, 0 for nothing.</summary>
    private static int Known(PoolVerdict verdict) => verdict.Pool.CapacityIops is not null ? 2 : verdict.Score is null ? 0 : 1;
}
