namespace Headgate.Qos;

/// <summary>
/// What an I/O costs by its size, in hundredths of a normalised 4 KiB I/O. A single 4 KiB I/O costs 100; larger ones
/// cost less than their number of 4 KiB pieces until about 128 KiB, because a medium serves one large access more
/// cheaply than many small ones.
/// </summary>
public static class CostCurve
{
    /// <summary>Cost of the smallest I/O: 4 KiB or less.</summary>
    public const int HundredthsPerIo = 100;

    /// <summary>
    /// The largest cost of one command, that of 64 MiB: UNMAP and WRITE SAME may touch terabytes in one command, and
    /// are charged by what they touch only up to here, since they move no data.
    /// </summary>
    public const long CostBytesMax = 64L << 20;

    private static readonly (long Bytes, long Hundredths)[] Table =
    [
        (4 << 10, 100), (8 << 10, 160), (16 << 10, 270), (32 << 10, 500), (64 << 10, 1000), (128 << 10, 1950),
        (256 << 10, 3900), (512 << 10, 7600), (1 << 20, 15000),
    ];

    /// <summary>
    /// Cost in hundredths of an I/O of <paramref name="bytes"/> bytes: 100 up to 4 KiB, linear between two entries of
    /// the table, the last slope above 1 MiB, and never more than that of <see cref="CostBytesMax"/>. 0 bytes are free.
    /// </summary>
    public static int Of(long bytes)
    {
        if (bytes <= 0) return 0;
        if (bytes <= Table[0].Bytes) return HundredthsPerIo;
        bytes = Math.Min(bytes, CostBytesMax);

        var upper = 1;
        while (upper < Table.Length - 1 && bytes > Table[upper].Bytes) upper++;
        var (fromBytes, fromCost) = Table[upper - 1];
        var (toBytes, toCost) = Table[upper];
        return (int)(fromCost + (bytes - fromBytes) * (toCost - fromCost) / (toBytes - fromBytes));
    }
}
