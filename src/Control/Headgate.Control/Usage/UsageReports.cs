using Headgate.Control.Access;
using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Usage;

/// <summary>By what usage is summed.</summary>
public enum UsageGroup
{
    /// <summary>Each volume, snapshot and template for itself.</summary>
    Object,

    /// <summary>Each account.</summary>
    Account,

    /// <summary>Each version of a disk offering, within each account; what has none together.</summary>
    Offering,
}

/// <summary>What usage is wanted.</summary>
/// <param name="From">Its first tick; null for the beginning of the month (UTC).</param>
/// <param name="To">The tick after its last; null for now. What lies ahead counts nothing.</param>
/// <param name="Account">Of this account only; a tenant sees its own in any case.</param>
/// <param name="GroupBy">By what it is summed.</param>
public sealed record UsageRequest(DateTimeOffset? From, DateTimeOffset? To, string? Account, UsageGroup GroupBy);

/// <summary>One line of a report.</summary>
/// <param name="Id">The object, account or offering; in the order of these ids lines come.</param>
/// <param name="Account">Whose it is.</param>
/// <param name="Kind">What it is; null for an account or offering.</param>
/// <param name="Name">The object's name, or the offering's; null for an account and for what has no offering.</param>
/// <param name="Sum">What it comes to.</param>
public sealed record UsageLine(Guid Id, string Account, MeteredKind? Kind, string? Name, UsageSum Sum);

/// <summary>A page of lines.</summary>
/// <param name="From">Its first tick.</param>
/// <param name="To">The tick after its last: what was asked, at most now.</param>
/// <param name="Lines">The page.</param>
/// <param name="Total">Of all lines, not of the page only; exact, and rounded once.</param>
public sealed record UsageReport(DateTimeOffset From, DateTimeOffset To, PageOf<UsageLine> Lines, UsageSum Total);

/// <summary>GET /usage</summary>
public sealed class UsageReports(HeadgateDatabase database, TimeProvider clock)
{
    public async Task<Outcome<UsageReport>> ExecuteAsync(Caller caller, UsageRequest request, PageRequest page, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(page);
        if (!page.TryReadCursor(out var after, out var badCursor)) return badCursor!;
        var now = clock.GetUtcNow();
        var from = request.From?.ToUniversalTime() ?? new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero);
        var asked = request.To?.ToUniversalTime() ?? now;
        var to = asked < now ? asked : now;
        if (asked < from)
            return new Fault("period-invalid", $"Usage from {from:O} to {asked:O} was asked; the second must not be before the first.", Recovery.FixRequest);
        return await database.ReadAsync<Outcome<UsageReport>>(
            async (db, cancel) =>
            {
                Guid? accountId = caller.IsOperator ? null : caller.AccountId;
                if (request.Account is not null)
                {
                    var named = await db.SeekVisibleAccountAsync(caller, request.Account, cancel).ConfigureAwait(false);
                    if (named is null) return References.NotFound("account", request.Account);
                    accountId = named.Id;
                }
                var sums = new UsageSums(request.GroupBy, await PricesAsync(db, cancel).ConfigureAwait(false));
                await ReadAsync(db, sums, accountId, from, to, cancel).ConfigureAwait(false);
                return await PageAsync(db, sums, from, to, after, page.Take, cancel).ConfigureAwait(false);
            },
            stop).ConfigureAwait(false);
    }

    /// <summary>
    /// The running meters first and the ended spans after them: a span that is cut in between is seen twice, once in its meter, and passed over
    /// the second time; the other way round it could be missed.
    /// </summary>
    private static async Task ReadAsync(HeadgateDbContext db, UsageSums sums, Guid? accountId, DateTimeOffset from, DateTimeOffset to, CancellationToken stop)
    {
        var running = new Dictionary<Guid, DateTimeOffset>();
        var meters = db.Meters.Where(m => accountId == null || m.AccountId == accountId);
        await foreach (var meter in meters.AsAsyncEnumerable().WithCancellation(stop).ConfigureAwait(false))
        {
            running[meter.Id] = meter.Since;
            sums.Add(meter.Id, meter.AccountId, meter.Kind, meter.Name, meter.Billed, Overlap(meter.Since, to, from, to));
        }
        var ended = db.UsageRecords.Where(r => r.Until > from && r.From < to && (accountId == null || r.AccountId == accountId)).OrderBy(r => r.Id);
        await foreach (var span in ended.AsAsyncEnumerable().WithCancellation(stop).ConfigureAwait(false))
        {
            if (running.TryGetValue(span.SubjectId, out var since) && span.From >= since) continue;
            sums.Add(span.SubjectId, span.AccountId, span.Kind, span.Name, span.Billed, Overlap(span.From, span.Until, from, to));
        }
    }

    private static TimeSpan Overlap(DateTimeOffset start, DateTimeOffset end, DateTimeOffset from, DateTimeOffset to)
    {
        var (first, last) = (start > from ? start : from, end < to ? end : to);
        return last > first ? last - first : TimeSpan.Zero;
    }

    private static async Task<Outcome<UsageReport>> PageAsync(
        HeadgateDbContext db, UsageSums sums, DateTimeOffset from, DateTimeOffset to, Guid? after, int take, CancellationToken stop)
    {
        var names = await db.Accounts.NamesAsync(stop).ConfigureAwait(false);
        var offerings = await db.DiskOfferings.Select(o => new { o.Id, o.Name }).ToDictionaryAsync(o => o.Id, o => o.Name, stop).ConfigureAwait(false);
        var lines = sums.Lines.Where(line => after is not { } id || line.Id.CompareTo(id) > 0).OrderBy(line => line.Id).Take(take + 1)
            .Select(line => new UsageLine(line.Id, names[line.AccountId], line.Kind, line.OfferingId is { } o ? offerings.GetValueOrDefault(o) : line.Name, line.Sum)).ToList();
        var next = lines.Count > take ? lines[take - 1].Id.ToString("N") : null;
        return new UsageReport(from, to, new PageOf<UsageLine>(lines.Count > take ? lines[..take] : lines, next), sums.Total);
    }

    /// <summary>Of every version that has prices: a volume is billed by the one that it has.</summary>
    private static async Task<Dictionary<Guid, OfferingPrice>> PricesAsync(HeadgateDbContext db, CancellationToken stop) =>
        await db.DiskOfferings.Where(o => o.Price != null).Select(o => new { o.Id, o.Price })
            .ToDictionaryAsync(o => o.Id, o => o.Price!, stop).ConfigureAwait(false);
}
