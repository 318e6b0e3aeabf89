using Headgate.Domain;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Placement;

/// <summary>Which pool for this volume, and why not the others. Pure: the caller reserves in the same transaction.</summary>
public static class Placer
{
    /// <summary>
    /// Judges every pool of the request's zone. Candidates are ordered by free IOPS, then free bytes, then name; a pool
    /// that does not say how much it has counts as having none to spare, so known headroom wins.
    /// </summary>
    public static PlacementAnswer Place(PlacementRequest request, IEnumerable<PoolOffer> pools)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(pools);
        return new PlacementAnswer(
        [
            .. pools.Where(offer => offer.Pool.ZoneId == request.ZoneId)
                .Select(offer => Judge(request, offer))
                .OrderByDescending(verdict => verdict.Fits)
                .ThenByDescending(verdict => verdict.Fits ? verdict.Pool.FreeIops ?? 0 : 0)
                .ThenByDescending(verdict => verdict.Fits ? verdict.Pool.FreeBytes?.Bytes ?? 0 : 0)
                .ThenBy(verdict => verdict.Pool.Name, StringComparer.Ordinal),
        ]);
    }

    /// <summary>The refusal when no pool fits: what was asked, and a line for each pool.</summary>
    public static Fault NoPool(PlacementRequest request, PlacementAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(answer);
        var wish = request.Wish;
        var tags = wish.Tags.Count > 0 ? $", tags {string.Join(", ", wish.Tags)}" : "";
        var message = answer.Verdicts.Count == 0
            ? $"{wish.Size} with {wish.Qos}{tags} was asked, but the zone has no pool; add one with `headgate pool add`."
            : $"{wish.Size} with {wish.Qos}{tags} was asked; none of the zone's {answer.Verdicts.Count} pool(s) can do it. " +
              "Change the request or add storage; the reasons follow pool by pool.";
        return new Fault("no-pool-fits", message, Recovery.FixRequest)
        {
            Details = [.. answer.Verdicts.SelectMany(v => v.Reasons.Select(reason => $"pool {v.Pool.Name}: {reason}"))],
        };
    }

    private static PoolVerdict Judge(PlacementRequest request, PoolOffer offer)
    {
        var (pool, wish) = (offer.Pool, request.Wish);
        var reasons = new List<string>();
        if (request.OnlyPoolId is { } only && only != pool.Id)
            reasons.Add("the data to begin with is on another pool; a copy is made where its source is.");
        if (pool.State is not PoolState.Up)
            reasons.Add($"it is {pool.State.ToString().ToLowerInvariant()}; only pools that are up take new volumes.");
        if (offer.Unavailable is { } unavailable) reasons.Add(unavailable);
        var missing = wish.Tags.Except(pool.Tags, StringComparer.Ordinal).ToList();
        if (missing.Count > 0)
            reasons.Add($"needs tag {string.Join(", ", missing)}; has: {(pool.Tags.Count > 0 ? string.Join(", ", pool.Tags) : "none")}.");
        if (offer.Capabilities is not { } can)
        {
            reasons.Add("its storage was not reached yet, so what it can honour is not known.");
            return new PoolVerdict(pool, wish.Size, [], reasons);
        }
        if (request.StartsAsCopy && can.Clones is not Support.Native)
            reasons.Add($"{pool.Provider} cannot make a volume from another or from a snapshot.");

        var size = Sized(wish.Size, can, reasons);
        if (pool.FreeBytes is { } free && size + offer.AlsoTakes > free)
        {
            var copy = offer.AlsoTakes > default(ByteSize) ? $" and {offer.AlsoTakes} needed for the template's first copy there" : "";
            reasons.Add($"{size} asked{copy}, {free} free of {pool.CapacityBytes}.");
        }
        var promises = Grants.For(pool, can, wish, request.HypervisorEnforces, reasons);
        var iops = promises.ReservedIops();
        if (iops > 0 && pool.FreeIops is { } freeIops && iops > freeIops)
            reasons.Add($"min {iops} IOPS asked, {freeIops} IOPS free of {pool.CapacityIops}.");
        return new PoolVerdict(pool, size, promises, reasons);
    }

    private static ByteSize Sized(ByteSize asked, DriverCapabilities can, List<string> reasons)
    {
        var range = can.VolumeSize;
        var size = asked.RoundUpTo(new ByteSize(range.Step));
        if (size.Bytes < range.From || size.Bytes > range.To)
            reasons.Add($"{asked} asked; it takes volumes of {new ByteSize(range.From)} to {new ByteSize(range.To)}.");
        return size;
    }
}
