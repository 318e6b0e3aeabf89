using Headgate.Domain;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Placement;

/// <summary>
/// Who would enforce each promise on one pool. A required promise is kept to the number or the pool is no candidate. A best
/// effort promise gets the nearest number that the storage takes, or nobody; both are shown on the volume.
/// </summary>
public static class Grants
{
    private static readonly PromiseKind[] Kinds =
        [PromiseKind.MinIops, PromiseKind.MaxIops, PromiseKind.BurstIops, PromiseKind.MaxBandwidth];

    /// <summary>The four promises; what speaks against the pool is added to <paramref name="reasons"/>.</summary>
    public static IReadOnlyList<Promise> For(
        StoragePool pool, DriverCapabilities can, VolumeWish wish, bool hypervisorEnforces, List<string> reasons)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(can);
        ArgumentNullException.ThrowIfNull(wish);
        ArgumentNullException.ThrowIfNull(reasons);
        var promises = new List<Promise>(Kinds.Length);
        foreach (var kind in Kinds)
        {
            var asked = wish.Qos.Of(kind);
            var required = asked is not null && wish.Require.Contains(kind);
            var (granted, enforcer, reason) = asked is { } number
                ? Grant(pool, can, wish.Enforce, kind, number, required, hypervisorEnforces)
                : (null, Enforcer.Nobody, null);
            if (required && reason is not null) reasons.Add(reason);
            promises.Add(new Promise(kind, asked, required, granted, enforcer, Applied: null));
        }
        return InOrder(promises);
    }

    private static (long? Granted, Enforcer By, string? Reason) Grant(
        StoragePool pool, DriverCapabilities can, EnforcementWish wish, PromiseKind kind, long asked, bool required, bool hypervisor)
    {
        var what = $"asked {OfferingResolution.Name(kind)} {Amount(kind, asked)}{(required ? " required" : "")}";
        var support = SupportOf(can, kind);
        if (wish is not EnforcementWish.Hypervisor && support.Support is Support.Native)
        {
            if (kind is PromiseKind.MinIops && required && pool.CapacityIops is null)
                return (null, Enforcer.Nobody,
                    $"{what}; it does not say how many IOPS it can keep in all. Set --capacity-iops on the pool.");
            if (support.Range is { } range && !range.Holds(asked))
                return required
                    ? (null, Enforcer.Nobody, $"{what}; {pool.Provider} takes {range}.")
                    : (Nearest(range, asked, roundUp: kind is PromiseKind.MinIops), Enforcer.Storage, null);
            return (asked, Enforcer.Storage, null);
        }
        // A hypervisor can hold a disk back; it can never make the storage faster (docs/qos.md).
        if (wish is not EnforcementWish.Storage && hypervisor && kind is not PromiseKind.MinIops)
            return (asked, Enforcer.Hypervisor, null);
        return (null, Enforcer.Nobody, wish is EnforcementWish.Hypervisor
            ? $"{what} of the hypervisor; {(kind is PromiseKind.MinIops ? "no hypervisor can keep a minimum" : "the hosts have none that enforces limits")}."
            : $"{what}; {pool.Name} ({pool.Provider}) does not enforce a {OfferingResolution.Name(kind)}.");
    }

    /// <summary>Keeps min &lt;= max &lt;= burst where rounding to what the storage takes has crossed them.</summary>
    private static List<Promise> InOrder(List<Promise> promises)
    {
        var (min, max, burst) = (promises[0], promises[1], promises[2]);
        if (max.EnforcedBy is Enforcer.Storage)
        {
            if (min.EnforcedBy is Enforcer.Storage && min.Granted > max.Granted) promises[0] = min with { Granted = max.Granted };
            if (burst.EnforcedBy is Enforcer.Storage && burst.Granted < max.Granted) promises[2] = burst with { Granted = max.Granted };
        }
        else if (burst.EnforcedBy is Enforcer.Storage)
        {
            promises[2] = burst with { Granted = null, EnforcedBy = Enforcer.Nobody }; // nothing for it to rise above
        }
        return promises;
    }

    private static long Nearest(ValueRange range, long asked, bool roundUp)
    {
        if (asked <= range.From) return range.From;
        if (asked >= range.To) return range.To;
        var down = range.From + ((asked - range.From) / range.Step * range.Step);
        return roundUp && down < asked ? Math.Min(range.To, down + range.Step) : down;
    }

    private static QosSupport SupportOf(DriverCapabilities can, PromiseKind kind) => kind switch
    {
        PromiseKind.MinIops => can.MinIops,
        PromiseKind.MaxIops => can.MaxIops,
        PromiseKind.BurstIops => can.BurstIops,
        PromiseKind.MaxBandwidth => can.MaxBandwidth,
        _ => QosSupport.None,
    };

    private static string Amount(PromiseKind kind, long number) =>
        kind is PromiseKind.MaxBandwidth ? $"{new ByteSize(number)}/s" : number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
