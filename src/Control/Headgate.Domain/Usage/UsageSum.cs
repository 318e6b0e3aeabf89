using System.Numerics;

namespace Headgate.Domain;

/// <summary>
/// Usage over a time, exact: whole units times whole ticks (100 ns), and the cost as a whole number of <see cref="CostUnit"/>. Sums of sums are
/// the sums of the parts, however a time is cut; only what is shown is rounded.
/// </summary>
public readonly record struct UsageSum(BigInteger ByteTicks, BigInteger MinIopsTicks, BigInteger MaxIopsTicks, BigInteger Cost, bool IsPriced)
{
    /// <summary>A month has 30 days of 24 hours, so that every hour costs the same.</summary>
    public static readonly TimeSpan Month = TimeSpan.FromDays(30);

    /// <summary>Prices have at most this many digits after the point.</summary>
    public const int PriceDigits = 9;

    /// <summary>Amounts are shown with this many digits after the point, rounded half to even.</summary>
    public const int ShownDigits = 6;

    private static readonly BigInteger PriceScale = BigInteger.Pow(10, PriceDigits);

    private static readonly BigInteger BytesPerGib = 1L << 30;

    /// <summary>How many of the units of <see cref="Cost"/> are 1 of the currency.</summary>
    private static BigInteger CostUnit { get; } = PriceScale * BytesPerGib * Month.Ticks;

    /// <summary>What <paramref name="billed"/> comes to over <paramref name="time"/>; without a price where it has none.</summary>
    public static UsageSum Of(Billable billed, TimeSpan time, OfferingPrice? price)
    {
        var ticks = new BigInteger(Math.Max(0, time.Ticks));
        var (bytes, min, max) = (billed.Bytes * ticks, billed.MinIops * ticks, billed.MaxIops * ticks);
        if (price is null) return new UsageSum(bytes, min, max, 0, false);
        var cost = (Scaled(price.PerGibMonth) * bytes) + (Scaled(price.PerMinIopsMonth) * min * BytesPerGib) + (Scaled(price.PerMaxIopsMonth) * max * BytesPerGib);
        return new UsageSum(bytes, min, max, cost, true);
    }

    /// <summary>The sum of both.</summary>
    public static UsageSum operator +(UsageSum left, UsageSum right) => left.Add(right);

    /// <summary>The sum of both; priced when a part of it is.</summary>
    public UsageSum Add(UsageSum other) => new(
        ByteTicks + other.ByteTicks, MinIopsTicks + other.MinIopsTicks, MaxIopsTicks + other.MaxIopsTicks, Cost + other.Cost, IsPriced || other.IsPriced);

    /// <summary>Bytes times seconds, exact to seven digits after the point.</summary>
    public decimal ByteSeconds => Seconds(ByteTicks);

    /// <summary>Min IOPS times seconds.</summary>
    public decimal MinIopsSeconds => Seconds(MinIopsTicks);

    /// <summary>Max IOPS times seconds.</summary>
    public decimal MaxIopsSeconds => Seconds(MaxIopsTicks);

    /// <summary>The cost, rounded half to even to <see cref="ShownDigits"/> digits; null when nothing of it has a price.</summary>
    public decimal? Amount
    {
        get
        {
            if (!IsPriced) return null;
            var scale = BigInteger.Pow(10, ShownDigits);
            var quotient = BigInteger.DivRem(Cost * scale, CostUnit, out var rest);
            var twice = (rest * 2).CompareTo(CostUnit);
            if (twice > 0 || (twice == 0 && !quotient.IsEven)) quotient += 1;
            return (decimal)quotient / (decimal)scale;
        }
    }

    private static decimal Seconds(BigInteger ticks)
    {
        var whole = BigInteger.DivRem(ticks, TimeSpan.TicksPerSecond, out var rest);
        return (decimal)whole + ((decimal)rest / TimeSpan.TicksPerSecond);
    }

    private static BigInteger Scaled(decimal? price) => new((price ?? 0) * (decimal)PriceScale);
}
