namespace Headgate.Domain;

/// <summary>
/// What a volume of an offering costs, without a currency: usage is counted in the same one that these are given in. A month has 30 days of 24
/// hours, so that every hour costs the same. Null for what costs nothing.
/// </summary>
/// <param name="PerGibMonth">For each GiB of its size, exact to the byte.</param>
/// <param name="PerMinIopsMonth">For each IOPS of the minimum that it was granted.</param>
/// <param name="PerMaxIopsMonth">For each IOPS of the maximum that it was granted.</param>
public sealed record OfferingPrice(decimal? PerGibMonth = null, decimal? PerMinIopsMonth = null, decimal? PerMaxIopsMonth = null)
{
    /// <summary>No price per unit is above this: it keeps every sum over every volume for a century within <see cref="decimal"/>.</summary>
    public const decimal Most = 1_000_000m;

    /// <summary>Digits after the point: a fraction of a cent for an IOPS is still a price.</summary>
    public const int MostDigits = 9;

    /// <summary>What a volume of this size and with these promises costs in a month.</summary>
    public decimal PerMonth(Primitives.ByteSize size, IReadOnlyList<Promise> promises)
    {
        ArgumentNullException.ThrowIfNull(promises);
        return ((PerGibMonth ?? 0) * size.Bytes / (1L << 30)) + ((PerMinIopsMonth ?? 0) * Granted(promises, PromiseKind.MinIops))
            + ((PerMaxIopsMonth ?? 0) * Granted(promises, PromiseKind.MaxIops));
    }

    private static long Granted(IReadOnlyList<Promise> promises, PromiseKind kind) =>
        promises.FirstOrDefault(p => p.Kind == kind && p.EnforcedBy is not Enforcer.Nobody)?.Granted ?? 0;
}
