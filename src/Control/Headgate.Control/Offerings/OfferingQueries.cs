using System.Globalization;
using Headgate.Domain;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Offerings;

/// <summary>Finding offerings as a caller may see them.</summary>
internal static class OfferingQueries
{
    /// <summary>What is between an offering's name and a version's number: no name has it.</summary>
    public const char VersionMark = '@';

    /// <summary>Those that exist for the caller: all for an admin, those for everybody and for its account for a tenant.</summary>
    public static IQueryable<T> SeenBy<T>(this IQueryable<T> offerings, Caller caller) where T : class, IOffering
    {
        ArgumentNullException.ThrowIfNull(caller);
        return caller.IsAdmin ? offerings : offerings.Where(o => o.AccountIds.Count == 0 || o.AccountIds.Contains(caller.AccountId));
    }

    /// <summary>The current versions of those that are still offered.</summary>
    public static IQueryable<T> Current<T>(this IQueryable<T> offerings) where T : class, IOffering =>
        offerings.Where(o => o.RetiredAt == null && o.SupersededAt == null);

    /// <summary>
    /// By name: the current version. By <c>NAME@2</c>: that version. By the offering's id: the current version, or the last of one that was
    /// retired. By the id of a later version: that one.
    /// </summary>
    public static async Task<Outcome<T>> FindOfferingAsync<T>(
        this IQueryable<T> offerings, Caller caller, string what, string reference, CancellationToken stop) where T : class, IOffering
    {
        var seen = offerings.SeenBy(caller);
        var found = await SeekAsync(seen, reference, stop).ConfigureAwait(false);
        return found is not null ? found : References.NotFound(what, reference);
    }

    /// <summary>Null when a volume of this account may be made of it in this zone, else the refusal. The account sees the offering, or the caller is an admin.</summary>
    public static Fault? NotFor(IOffering offering, Zone zone, Guid accountId)
    {
        if (offering.AccountIds.Count > 0 && !offering.AccountIds.Contains(accountId))
            return new Fault("offering-not-for-account",
                $"Disk offering {offering.Name} is for {offering.AccountIds.Count} account(s), and this volume's is none of them; pick another, or publish a version for it.",
                Recovery.FixRequest);
        return offering.ZoneIds.Count > 0 && !offering.ZoneIds.Contains(zone.Id)
            ? new Fault("offering-not-in-zone",
                $"Disk offering {offering.Name} is not offered in zone {zone.Name}; pick another offering or another zone.", Recovery.FixRequest)
            : null;
    }

    private static async Task<T?> SeekAsync<T>(IQueryable<T> seen, string reference, CancellationToken stop) where T : class, IOffering
    {
        if (Guid.TryParse(reference, out var id))
        {
            var last = await seen.Where(o => o.FirstId == id).OrderByDescending(o => o.Number).FirstOrDefaultAsync(stop).ConfigureAwait(false);
            return last ?? await seen.SingleOrDefaultAsync(o => o.Id == id, stop).ConfigureAwait(false);
        }
        if (reference.LastIndexOf(VersionMark) is var mark and > 0
            && int.TryParse(reference.AsSpan(mark + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            var name = reference[..mark];
            // Of several offerings that had the name, one after the other, the newest.
            return await seen.Where(o => o.Name == name && o.Number == number).OrderByDescending(o => o.Id).FirstOrDefaultAsync(stop).ConfigureAwait(false);
        }
        return await seen.Current().FirstOrDefaultAsync(o => o.Name == reference, stop).ConfigureAwait(false);
    }
}

/// <summary>What the content of two versions has in common, whatever kind they are of.</summary>
internal static class OfferingContent
{
    public static bool IsSame(IOffering one, IOffering other) =>
        one.ZoneIds.Order().SequenceEqual(other.ZoneIds.Order()) && one.AccountIds.Order().SequenceEqual(other.AccountIds.Order());
}
