using System.Linq.Expressions;
using Headgate.Domain;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control;

/// <summary>Finding an object by what people and routes call it: its id or its name.</summary>
public static class References
{
    /// <summary>
    /// The one record of <paramref name="query"/> (already narrowed to what the caller may see) with this id or, by
    /// <paramref name="byName"/>, this name; else <c>WHAT-not-found</c>.
    /// </summary>
    public static async Task<Outcome<T>> FindAsync<T>(
        this IQueryable<T> query, string what, string reference, Expression<Func<T, bool>> byName, CancellationToken stop)
        where T : class, IAggregate
    {
        var found = await query.SeekAsync(reference, byName, stop).ConfigureAwait(false);
        return found is not null ? found : NotFound(what, reference);
    }

    /// <summary>The same without the refusal: null when there is none. Of several with one name, the newest.</summary>
    public static Task<T?> SeekAsync<T>(
        this IQueryable<T> query, string reference, Expression<Func<T, bool>> byName, CancellationToken stop)
        where T : class, IAggregate =>
        Guid.TryParse(reference, out var id)
            ? query.SingleOrDefaultAsync(e => e.Id == id, stop)
            : query.Where(byName).OrderByDescending(e => e.Id).FirstOrDefaultAsync(stop);

    /// <summary>Names by id, and no other column: a page of volumes wants the names of pools, not their settings.</summary>
    public static Task<Dictionary<Guid, string>> NamesAsync<T>(this IQueryable<T> query, CancellationToken stop)
        where T : class, INamed =>
        query.Select(e => new { e.Id, e.Name }).ToDictionaryAsync(e => e.Id, e => e.Name, stop);

    /// <summary>The refusal of a reference to nothing.</summary>
    public static Fault NotFound(string what, string reference) => new(
        $"{what.Replace(' ', '-')}-not-found",
        $"There is no {what} '{reference}' that you can see; list them with `headgate {NounOf(what)} list`.",
        Recovery.FixRequest);

    /// <summary>What the command line calls it.</summary>
    private static string NounOf(string what) => what switch
    {
        "orphan" => "pool orphan",
        "snapshot schedule" => "snapshot schedule",
        _ => what.Replace(' ', '-'),
    };

    /// <summary>The refusal of a name that is taken.</summary>
    public static Fault NameTaken(string what, string name) => new(
        "name-taken", $"There is a {what} named '{name}' already; choose another name.", Recovery.FixRequest);
}
