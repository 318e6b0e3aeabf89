using Headgate.Domain;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Placement;

/// <summary>Which pool for this volume, and why not the others. Pure: the caller reserves in the same transaction.</summary>
public static class Placer
{
    /// <summary>Judges every pool of the request's zone; candidates come first, in the order of <see cref="Scoring"/>.</summary>
    public static PlacementAnswer Place(PlacementRequest request, IEnumerable<PoolOffer> pools)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(pools);
        var verdicts = pools.Where(offer => offer.Pool.ZoneId == request.ZoneId).Select(offer => Judge(request, offer)).ToList();
        verdicts.Sort((one, other) => Scoring.Compare(one, other, request.Policy));
        return new PlacementAnswer(verdicts);
    }

    /// <summary>The refusal when no pool fits: what was asked, and a line for each pool.</summary>
    public static Fault NoPool(PlacementRequest request, PlacementAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(answer);
        var wish = request.Wish;
        var tags = wish.Tags.IsAnything ? "" : $", tags {wish.Tags}";
        var message = answer.Verdicts.Count == 0
            ? $"{wish.Size} with {wish.Qos}{tags} was asked, but the zone has no pool; add one with `headgate pool add`."
            : $"{wish.Size} with {wish.Qos}{tags} was asked; none of the zone's {answer.Verdicts.Count} pool(s) can do it. " +
              "Change the request or add storage; the reasons follow pool by pool.";
        return new Fault("no-pool-fits", message, Recovery.FixRequest) { Details = Reasons(answer) };
    }

    /// <summary>A line for each reason against each pool.</summary>
    public static IReadOnlyList<string> Reasons(PlacementAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return [.. answer.Verdicts.SelectMany(v => v.Reasons.Select(reason => $"pool {v.Pool.Name}: {reason}"))];
    }

    /// <summary>What speaks against a pool by its tags: what the wish asks for and it lacks, and what keeps it for others.</summary>
    public static IEnumerable<string> TagReasons(TagExpression wanted, StoragePool pool)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        ArgumentNullException.ThrowIfNull(pool);
        foreach (var unmet in wanted.Unmet(pool.Tags)) yield return $"{unmet}; has: {(pool.Tags.Count > 0 ? string.Join(", ", pool.Tags) : "none")}.";
        var unnamed = pool.ExclusiveTags.Where(tag => !wanted.Names(tag)).ToList();
        if (unnamed.Count > 0) yield return $"it is kept for what asks for tag {string.Join(", ", unnamed)} by name; this asks for {(wanted.IsAnything ? "none" : wanted)}.";
    }

    private static PoolVerdict Judge(PlacementRequest request, PoolOffer offer)
    {
        var (pool, wish) = (offer.Pool, request.Wish);
        var reasons = new List<string>();
        if (request.OnlyPoolId is { } only && only != pool.Id) reasons.Add(request.OnlyBecause);
        if (request.NotPoolId == pool.Id) reasons.Add("the volume is on it already.");
        if (pool.State is not PoolState.Up)
            reasons.Add($"it is {pool.State.ToString().ToLowerInvariant()}; only pools that are up take new volumes.");
        if (offer.Unavailable is { } unavailable) reasons.Add(unavailable);
        if (request.Reach?.Problem(pool) is { } unreached) reasons.Add(unreached);
        reasons.AddRange(TagReasons(wish.Tags, pool));
        if (offer.Capabilities is not { } can)
        {
            reasons.Add("its storage was not reached yet, so what it can honour is not known.");
            return new PoolVerdict(pool, wish.Size, [], reasons);
        }
        if (request.StartsAsCopy && can.Clones is not Support.Native)
            reasons.Add($"{pool.Provider} cannot make a volume from another or from a snapshot.");

        var size = Sized(wish.Size, can, reasons);
        var promises = Grants.For(pool, can, wish, request.HypervisorEnforces, reasons);
        reasons.AddRange(LedgerReasons(offer, Reservation.For(size, promises)));
        var verdict = new PoolVerdict(pool, size, promises, reasons);
        return verdict.Fits ? verdict with { Score = Scoring.Of(pool, verdict.Reservation) } : verdict;
    }

    /// <summary>What of the ledger does not suffice, with the figures.</summary>
    private static IEnumerable<string> LedgerReasons(PoolOffer offer, Reservation asked)
    {
        var pool = offer.Pool;
        if (pool.FreeBytes is { } free && asked.Bytes + offer.AlsoTakes > free)
        {
            var copy = offer.AlsoTakes > default(ByteSize) ? $" and {offer.AlsoTakes} needed for the template's first copy there" : "";
            yield return $"{asked.Bytes} asked{copy}, {free} free of {pool.CapacityBytes}{Times(pool.BytesOvercommit)}.";
        }
        if (asked.Iops > 0 && pool.FreeIops is { } freeIops && asked.Iops > freeIops)
            yield return $"min {asked.Iops} IOPS asked, {freeIops} IOPS free of {pool.CapacityIops}{Times(pool.IopsOvercommit)}.";
        if (asked.Bandwidth > default(ByteSize) && pool.FreeBandwidth is { } freeBandwidth && asked.Bandwidth > freeBandwidth)
            yield return $"{asked.Bandwidth}/s asked, {freeBandwidth}/s free of {pool.CapacityBandwidth}/s{Times(pool.BandwidthOvercommit)}.";
    }

    private static string Times(double factor) =>
        factor == 1 ? "" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $" (over-committed {factor:0.##} times)");

    private static ByteSize Sized(ByteSize asked, DriverCapabilities can, List<string> reasons)
    {
        var range = can.VolumeSize;
        var size = asked.RoundUpTo(new ByteSize(range.Step));
        if (size.Bytes < range.From || size.Bytes > range.To)
            reasons.Add($"{asked} asked; it takes volumes of {new ByteSize(range.From)} to {new ByteSize(range.To)}.");
        return size;
    }
}
