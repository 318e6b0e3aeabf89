using System.Numerics;

namespace Headgate.Node.Io;

/// <summary>
/// Latencies in buckets of an eighth of their power of two, from 1 us to two minutes: percentiles within 12.5 % (as HDR
/// histograms do), in 1.6 KiB, without allocation. Two halves, so that what is read is the last one to two periods.
/// </summary>
internal sealed class LatencyHistogram
{
    /// <summary>Length of a half: long enough for a p99.9 at 1000 IOPS, short enough to watch.</summary>
    public const long PeriodNs = 5_000_000_000;

    private const int SubBits = 3;
    private const int PowersMax = 27; // 2^27 us are two minutes; what takes longer counts as that
    private const int Buckets = (PowersMax - SubBits + 1) << SubBits;

    private int[] _current = new int[Buckets];
    private int[] _previous = new int[Buckets];
    private long _period;

    /// <summary>Counts one latency.</summary>
    public void Note(long latencyNs, long now)
    {
        Roll(now);
        _current[BucketOf(latencyNs / 1000)]++;
    }

    /// <summary>The latency in microseconds that a share of the I/Os stayed within; 0 without any.</summary>
    public long Percentile(double share, long now)
    {
        Roll(now);
        long all = 0;
        for (var i = 0; i < Buckets; i++) all += _current[i] + _previous[i];
        if (all == 0) return 0;
        var left = (long)Math.Ceiling(all * share);
        for (var i = 0; i < Buckets; i++)
        {
            left -= _current[i] + _previous[i];
            if (left <= 0) return UpperOf(i);
        }
        return UpperOf(Buckets - 1);
    }

    private static int BucketOf(long micros)
    {
        if (micros < 1 << SubBits) return (int)Math.Max(0, micros);
        var power = BitOperations.Log2((ulong)micros);
        if (power >= PowersMax) return Buckets - 1;
        return ((power - SubBits + 1) << SubBits) + (int)((micros >> (power - SubBits)) & ((1 << SubBits) - 1));
    }

    private static long UpperOf(int bucket)
    {
        if (bucket < 1 << SubBits) return bucket;
        var shift = (bucket >> SubBits) - 1;
        return ((long)((bucket & ((1 << SubBits) - 1)) + (1 << SubBits) + 1) << shift) - 1;
    }

    private void Roll(long now)
    {
        var period = now / PeriodNs;
        if (period == _period) return;
        if (period == _period + 1) (_current, _previous) = (_previous, _current);
        else Array.Clear(_previous);
        Array.Clear(_current);
        _period = period;
    }
}
