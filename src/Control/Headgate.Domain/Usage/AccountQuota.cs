using Headgate.Primitives;

namespace Headgate.Domain;

/// <summary>The most that an account may hold; null for no bound.</summary>
public sealed record AccountQuota
{
    /// <summary>No bound on anything.</summary>
    public static AccountQuota None { get; } = new();

    /// <summary>Volumes, those in the recycle bin too.</summary>
    public long? MaxVolumes { get; init; }

    public long? MaxSnapshots { get; init; }

    /// <summary>Sum of the volumes' sizes.</summary>
    public ByteSize? MaxBytes { get; init; }

    /// <summary>Sum of the min IOPS that its volumes were granted.</summary>
    public long? MaxMinIops { get; init; }

    /// <summary>Sum of the max IOPS of its volumes. With it, a volume without a max is refused.</summary>
    public long? MaxMaxIops { get; init; }
}

/// <summary>
/// The sums of an account's holdings, kept in the transaction of every change, so that a quota is checked with one read however many volumes
/// there are. Its id is the account's.
/// </summary>
public sealed record AccountLedger : IAggregate
{
    public required Guid Id { get; init; }

    public long Volumes { get; init; }

    public long Snapshots { get; init; }

    public long Bytes { get; init; }

    public long MinIops { get; init; }

    public long MaxIops { get; init; }

    /// <summary>Volumes without a max.</summary>
    public long Unlimited { get; init; }

    public long Version { get; init; }

    /// <summary>The sums after <paramref name="growth"/>.</summary>
    public AccountLedger After(Growth growth) => this with
    {
        Volumes = Volumes + growth.Volumes, Snapshots = Snapshots + growth.Snapshots, Bytes = Bytes + growth.Bytes,
        MinIops = MinIops + growth.MinIops, MaxIops = MaxIops + growth.MaxIops, Unlimited = Unlimited + growth.Unlimited,
    };
}

/// <summary>Whether an account may hold more. Pure.</summary>
public static class QuotaRules
{
    /// <summary>The code of a refusal.</summary>
    public const string Code = "quota-exceeded";

    /// <summary>
    /// Null when <paramref name="ledger"/> may grow by <paramref name="growth"/>, else what is asked, used and allowed of each that is
    /// exceeded. What does not grow is not refused: who is above a quota that was lowered may still shrink, and change the rest.
    /// </summary>
    public static Fault? Problem(AccountQuota quota, AccountLedger ledger, Growth growth)
    {
        ArgumentNullException.ThrowIfNull(quota);
        ArgumentNullException.ThrowIfNull(ledger);
        string?[] all =
        [
            Line("volumes", growth.Volumes, ledger.Volumes, quota.MaxVolumes),
            Line("snapshots", growth.Snapshots, ledger.Snapshots, quota.MaxSnapshots),
            Line("bytes", growth.Bytes, ledger.Bytes, quota.MaxBytes?.Bytes),
            Line("min IOPS", growth.MinIops, ledger.MinIops, quota.MaxMinIops),
            Line("max IOPS", growth.MaxIops, ledger.MaxIops, quota.MaxMaxIops),
            growth.Unlimited > 0 && quota.MaxMaxIops is { } limit ? $"max IOPS: a volume without a max was asked, {ledger.MaxIops} used of {limit}" : null,
        ];
        List<string> exceeded = [.. all.OfType<string>()];
        return exceeded.Count == 0
            ? null
            : new Fault(Code, $"The account's quota does not allow it: {string.Join("; ", exceeded)}. Ask for less, give something back, or ask an admin for more.", Recovery.FixRequest)
            {
                Details = exceeded,
            };
    }

    private static string? Line(string what, long more, long used, long? limit) =>
        more > 0 && used + more > limit ? $"{what}: {more} more asked, {used} used of {limit}" : null;
}
