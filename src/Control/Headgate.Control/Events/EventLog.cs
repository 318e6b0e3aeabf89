using System.Globalization;
using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Events;

/// <summary>What to list of the log; null for everything.</summary>
public sealed record EventFilter(Guid? SubjectId = null, string? Code = null, EventSeverity? Severity = null);

/// <summary>Reads the log of what happened.</summary>
public sealed class EventLog(HeadgateDatabase database, TimeProvider clock)
{
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
        if (!caller.IsAdmin) rows = rows.Where(e => e.AccountId == caller.AccountId);
        if (filter.SubjectId is { } subject) rows = rows.Where(e => e.SubjectId == subject);
        if (filter.Code is { } code) rows = rows.Where(e => e.Code == code);
        if (filter.Severity is { } severity) rows = rows.Where(e => e.Severity == severity);
        return before is { } id ? rows.Where(e => e.Id < id) : rows;
    }
}
