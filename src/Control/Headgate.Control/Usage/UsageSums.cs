using System.Security.Cryptography;
using Headgate.Domain;

namespace Headgate.Control.Usage;

/// <summary>A group of usage with its sum.</summary>
internal sealed record SummedUsage(Guid Id, Guid AccountId, MeteredKind? Kind, string? Name, Guid? OfferingId, UsageSum Sum);

/// <summary>Sums usage as it is read: memory for the groups only, however many spans there are.</summary>
internal sealed class UsageSums(UsageGroup group, IReadOnlyDictionary<Guid, OfferingPrice> prices)
{
    private readonly Dictionary<Guid, SummedUsage> _groups = [];

    /// <summary>Every group that came to something.</summary>
    public IEnumerable<SummedUsage> Lines => _groups.Values;

    /// <summary>The sum of all.</summary>
    public UsageSum Total { get; private set; }

    /// <summary>Adds what an object was billed for over a time.</summary>
    public void Add(Guid subjectId, Guid accountId, MeteredKind kind, string name, Billable billed, TimeSpan time)
    {
        if (time <= TimeSpan.Zero || billed == default) return;
        var sum = UsageSum.Of(billed, time, billed.OfferingId is { } offering ? prices.GetValueOrDefault(offering) : null);
        Total += sum;
        var one = group switch
        {
            UsageGroup.Account => new SummedUsage(accountId, accountId, null, null, null, sum),
            UsageGroup.Offering => new SummedUsage(Both(accountId, billed.OfferingId ?? Guid.Empty), accountId, null, null, billed.OfferingId, sum),
            _ => new SummedUsage(subjectId, accountId, kind, name, null, sum),
        };
        _groups[one.Id] = _groups.TryGetValue(one.Id, out var earlier) ? earlier with { Sum = earlier.Sum + sum } : one;
    }

    /// <summary>An id of the pair, the same each time: what pages are ordered by.</summary>
    private static Guid Both(Guid account, Guid offering) =>
        new(SHA256.HashData([.. account.ToByteArray(), .. offering.ToByteArray()]).AsSpan(0, 16));
}
