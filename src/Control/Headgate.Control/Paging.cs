using Headgate.Domain;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control;

/// <summary>What part of a list is wanted.</summary>
/// <param name="Limit">Items at most; null for <see cref="DefaultLimit"/>.</param>
/// <param name="Cursor">Where the page before ended; null for the beginning.</param>
public sealed record PageRequest(int? Limit = null, string? Cursor = null)
{
    /// <summary>A screenful or two.</summary>
    public const int DefaultLimit = 100;

    /// <summary>Bounds the memory and time that one call can take.</summary>
    public const int MostItems = 1000;

    /// <summary>How many to fetch.</summary>
    public int Take => Math.Clamp(Limit ?? DefaultLimit, 1, MostItems);

    /// <summary>The cursor as an id, or the refusal of one that is not ours.</summary>
    public bool TryReadCursor(out Guid? after, out Fault? problem)
    {
        (after, problem) = (null, null);
        if (Cursor is null) return true;
        if (Guid.TryParseExact(Cursor, "N", out var id))
        {
            after = id;
            return true;
        }
        problem = new Fault("cursor-invalid",
            $"The cursor '{Cursor}' is none of ours; leave it out to begin at the first page.", Recovery.FixRequest);
        return false;
    }
}

/// <summary>One page; <paramref name="NextCursor"/> is null on the last.</summary>
public sealed record PageOf<T>(IReadOnlyList<T> Items, string? NextCursor)
{
    /// <summary>The same page with other items.</summary>
    public PageOf<TOther> Select<TOther>(Func<T, TOther> map) => new([.. Items.Select(map)], NextCursor);
}

/// <summary>Pages in order of creation: ids are version 7, so they sort by the time at which they were made.</summary>
public static class Paging
{
    /// <summary>The page of <paramref name="query"/> that was asked for.</summary>
    public static async Task<Outcome<PageOf<T>>> PageAsync<T>(
        this IQueryable<T> query, PageRequest page, CancellationToken stop) where T : class, IAggregate
    {
        ArgumentNullException.ThrowIfNull(page);
        if (!page.TryReadCursor(out var after, out var problem)) return problem!;
        if (after is { } id) query = query.Where(e => e.Id > id);
        var items = await query.OrderBy(e => e.Id).Take(page.Take + 1).ToListAsync(stop).ConfigureAwait(false);
        if (items.Count <= page.Take) return new PageOf<T>(items, null);
        items.RemoveAt(items.Count - 1);
        return new PageOf<T>(items, items[^1].Id.ToString("N"));
    }
}
