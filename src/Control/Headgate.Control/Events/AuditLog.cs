using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Events;

/// <summary>Which audit records are wanted; null for all.</summary>
/// <param name="Actor">An account's, user's or key's name, a key's prefix, or account/key.</param>
/// <param name="Object">What the call referred to.</param>
/// <param name="Operation">An operationId.</param>
/// <param name="From">The first moment.</param>
/// <param name="To">The end.</param>
public sealed record AuditFilter(string? Actor = null, string? Object = null, string? Operation = null, DateTimeOffset? From = null, DateTimeOffset? To = null);

/// <summary>GET /audit: newest first.</summary>
public sealed class AuditLog(HeadgateDatabase database)
{
    public async Task<Outcome<PageOf<AuditRecord>>> ListAsync(Caller caller, AuditFilter filter, PageRequest page, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(page);
        if (caller.MayNot("listAudit") is { } refusal) return refusal;
        if (!page.TryReadCursor(out var before, out var problem)) return problem!;
        var found = await database.ReadAsync(
            (db, cancel) => Narrow(db.AuditRecords, filter, before).OrderByDescending(r => r.Id).Take(page.Take + 1).ToListAsync(cancel), stop).ConfigureAwait(false);
        if (found.Count <= page.Take) return new PageOf<AuditRecord>(found, null);
        found.RemoveAt(found.Count - 1);
        return new PageOf<AuditRecord>(found, found[^1].Id.ToString("N"));
    }

    private static IQueryable<AuditRecord> Narrow(IQueryable<AuditRecord> rows, AuditFilter filter, Guid? before)
    {
        if (filter.Actor is { } actor)
        {
            rows = actor.Split('/') is [var account, var key]
                ? rows.Where(r => r.Account == account && r.Key == key)
                : rows.Where(r => r.Account == actor || r.User == actor || r.Key == actor || r.KeyPrefix == actor);
        }
        if (filter.Object is { } of) rows = rows.Where(r => r.Object == of);
        if (filter.Operation is { } operation) rows = rows.Where(r => r.Operation == operation);
        if (filter.From is { } from) rows = rows.Where(r => r.At >= from);
        if (filter.To is { } to) rows = rows.Where(r => r.At < to);
        return before is { } id ? rows.Where(r => r.Id < id) : rows;
    }
}
