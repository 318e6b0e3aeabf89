namespace Headgate.Node.Io;

/// <summary>How many samples fell where, in per cent, in the classes of Element's QoS histograms.</summary>
/// <param name="Zero">0 %.</param>
/// <param name="To19">1 to 19 %.</param>
/// <param name="To39">20 to 39 %.</param>
/// <param name="To59">40 to 59 %.</param>
/// <param name="To79">60 to 79 %.</param>
/// <param name="To100">80 to 100 %.</param>
/// <param name="Over100">More than that.</param>
public readonly record struct PercentCounts(long Zero, long To19, long To39, long To59, long To79, long To100, long Over100)
{
    /// <summary>With one more sample at <paramref name="share"/>, where 1 is 100 %.</summary>
    internal PercentCounts With(double share) => (int)Math.Ceiling(share * 100) switch
    {
        <= 0 => this with { Zero = Zero + 1 },
        < 20 => this with { To19 = To19 + 1 },
        < 40 => this with { To39 = To39 + 1 },
        < 60 => this with { To59 = To59 + 1 },
        < 80 => this with { To79 = To79 + 1 },
        <= 100 => this with { To100 = To100 + 1 },
        _ => this with { Over100 = Over100 + 1 },
    };
}

/// <summary>How many I/Os had what size, in the classes of Element's block size histograms; each up to, but not including, the next.</summary>
/// <param name="From512">512 to 4095 bytes.</param>
/// <param name="From4K">4096 to 8191.</param>
/// <param name="From8K">8192 to 16383.</param>
/// <param name="From16K">16384 to 32767.</param>
/// <param name="From32K">32768 to 65535.</param>
/// <param name="From64K">65536 to 131071.</param>
/// <param name="From128K">131072 and more.</param>
public readonly record struct SizeCounts(long From512, long From4K, long From8K, long From16K, long From32K, long From64K, long From128K)
{
    internal SizeCounts With(long bytes) => bytes switch
    {
        < 4096 => this with { From512 = From512 + 1 },
        < 8192 => this with { From4K = From4K + 1 },
        < 16384 => this with { From8K = From8K + 1 },
        < 32768 => this with { From16K = From16K + 1 },
        < 65536 => this with { From32K = From32K + 1 },
        < 131072 => this with { From64K = From64K + 1 },
        _ => this with { From128K = From128K + 1 },
    };
}
