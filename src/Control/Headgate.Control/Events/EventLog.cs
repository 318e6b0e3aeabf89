using System.Globalization;
using System.Runtime.CompilerServices;
using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Events;

/// <summary>What to list of the log; null for everything.</summary>
/// <param name="SubjectId">Of this object.</param>
/// <param name="Code">With this code.</param>
/// <param name="Severity">Of this severity.</param>
/// <param name="SubjectType">Of objects of this type, for example <c>volume</c>.</param>
/// <param name="Since">From this moment on.</param>
public sealed record EventFilter(
    Guid? SubjectId = null, string? Code = null, EventSeverity? Severity = null, string? SubjectType = null, DateTimeOffset? Since = null);

/// <summary>Reads the log of what happened.</summary>
public sealed class EventLog(HeadgateDatabase database, TimeProvider clock)
{
    /// <summary>How old an event can be when those who follow see it.</summary>
    public static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Databases give ids before they commit, so a later id can be seen before an earlier one. A missing id is waited for this long after the
    /// event behind it; by then its transaction has committed or never will.
    /// </summary>
    public static readonly TimeSpan GapPatience = TimeSpan.FromSeconds(5);

    /// <summary>Events read at a time by who follows.</summary>
    private const int Stretch = 500;

    /// <summary>One page, newest first. A tenant gets the events of its own account.</summary>
    public async Task<Outcome<PageOf<Event>>> ListAsync(
        Caller caller, EventFilter filter, PageRequest page, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(page);
        long? before = null;
        if (page.Cursor is not null)
        {
            if (!long.TryParse(page.Cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                return new Fault(
                    "cursor-invalid", $"The cursor '{page.Cursor}' is none of ours; leave it out to begin at the first page.",
                    Recovery.FixRequest);
            before = id;
        }
        var found = await database.ReadAsync(
            (db, cancel) => Narrow(db.Events, caller, filter, before).OrderByDescending(e => e.Id).Take(page.Take + 1)
                .ToListAsync(cancel),
            stop).ConfigureAwait(false);
        if (found.Count <= page.Take) return new PageOf<Event>(found, null);
        found.RemoveAt(found.Count - 1);
        return new PageOf<Event>(found, found[^1].Id.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>
    /// The events behind the one with the id <paramref name="after"/> (null: from now on) in order, and then each as it happens; without end.
    /// A tenant gets the events of its own account.
    /// </summary>
    public async IAsyncEnumerable<Event> FollowAsync(
        Caller caller, EventFilter filter, long? after, [EnumeratorCancellation] CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(filter);
        var seen = after ?? await database.ReadAsync((db, cancel) => db.Events.MaxAsync(e => (long?)e.Id, cancel), stop).ConfigureAwait(false) ?? 0;
        while (true)
        {
            // All of them, whoever may see them: only so is a gap seen.
            var behind = seen;
            var stretch = await database.ReadAsync(
                (db, cancel) => db.Events.Where(e => e.Id > behind).OrderBy(e => e.Id).Take(Stretch).ToListAsync(cancel), stop).ConfigureAwait(false);
            var now = clock.GetUtcNow();
            foreach (var next in stretch)
            {
                if (next.Id != seen + 1 && now - next.At < GapPatience) break;
                seen = next.Id;
                if (caller.MaySee(next.AccountId) && Matches(next, filter)) yield return next;
            }
            if (stretch.Count == 0 || seen != stretch[^1].Id || stretch.Count < Stretch)
                await Task.Delay(AskAgain, clock, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Records that <paramref name="caller"/> is about to be shown the credentials of the embedded node.</summary>
    public Task RecordNodeCredentialsShownAsync(Caller caller, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return database.WriteAsync(
            (db, _) =>
            {
                db.Record(
                    clock.GetUtcNow(), caller.Actor, "node.credentials-shown", "node", null, null, null,
                    $"{caller.Actor} was shown the Element API credentials of the embedded node.", EventSeverity.Warning);
                return Task.CompletedTask;
            },
            stop);
    }

    private static IQueryable<Event> Narrow(IQueryable<Event> rows, Caller caller, EventFilter filter, long? before)
    {
        if (!caller.IsOperator) rows = rows.Where(e => e.AccountId == caller.AccountId);
        if (filter.SubjectId is { } subject) rows = rows.Where(e => e.SubjectId == subject);
        if (filter.Code is { } code) rows = rows.Where(e => e.Code == code);
        if (filter.Severity is { } severity) rows = rows.Where(e => e.Severity == severity);
        if (filter.SubjectType is { } type) rows = rows.Where(e => e.SubjectType == type);
        if (filter.Since is { } since) rows = rows.Where(e => e.At >= since);
        return before is { } id ? rows.Where(e => e.Id < id) : rows;
    }

    private static bool Matches(Event one, EventFilter filter) =>
        (filter.SubjectId is null || one.SubjectId == filter.SubjectId) && (filter.Code is null || one.Code == filter.Code)
        && (filter.Severity is null || one.Severity == filter.Severity) && (filter.SubjectType is null || one.SubjectType == filter.SubjectType)
        && (filter.Since is null || one.At >= filter.Since);
}
