using System.Numerics;

namespace Headgate.Initiator;

/// <summary>Latencies by size: 32 steps to each power of two of microseconds, so that a percentile is at most 3 % off. One writer or a lock.</summary>
public sealed class LatencyHistogram
{
    private const int StepsLog2 = 5;
    private const int Steps = 1 << StepsLog2;

    /// <summary>Up to 2^32 us, more than an hour.</summary>
    private readonly long[] _counts = new long[(33 - StepsLog2) * Steps];

    /// <summary>How many were noted.</summary>
    public long Count { get; private set; }

    /// <summary>The longest, in microseconds.</summary>
    public long MaxMicros { get; private set; }

    /// <summary>Notes one.</summary>
    public void Note(TimeSpan latency)
    {
        var micros = Math.Clamp((long)latency.TotalMicroseconds, 0, uint.MaxValue);
        _counts[IndexOf(micros)]++;
        Count++;
        MaxMicros = Math.Max(MaxMicros, micros);
    }

    /// <summary>Adds all of another's.</summary>
    public void Add(LatencyHistogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        for (var i = 0; i < _counts.Length; i++) _counts[i] += other._counts[i];
        Count += other.Count;
        MaxMicros = Math.Max(MaxMicros, other.MaxMicros);
    }

    /// <summary>Microseconds that this percentage of all stayed within; 0 without any.</summary>
    public long Percentile(double percent)
    {
        if (Count == 0) return 0;
        var wanted = Math.Max(1, (long)Math.Ceiling(percent / 100 * Count));
        long seen = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= wanted) return Math.Min(UpperOf(i), MaxMicros);
        }
        return MaxMicros;
    }

    private static int IndexOf(long micros)
    {
        if (micros < Steps) return (int)micros;
        var shift = BitOperations.Log2((ulong)micros) - StepsLog2;
        return ((shift + 1) << StepsLog2) + (int)((micros >> shift) & (Steps - 1));
    }

    private static long UpperOf(int index)
    {
        var (shift, step) = (index >> StepsLog2, index & (Steps - 1));
        return shift == 0 ? step : ((long)(Steps + step + 1) << (shift - 1)) - 1;
    }
}
