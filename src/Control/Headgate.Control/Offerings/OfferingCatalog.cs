using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Offerings;

/// <summary>What is not the spec's in a new version.</summary>
public sealed record OfferingFrame(
    Guid Id, Guid FirstId, int Number, string Name, DateTimeOffset At, IReadOnlyList<Guid> ZoneIds, IReadOnlyList<Guid> AccountIds);

/// <summary>The offerings of one kind: publish, edit, find, list, retire.</summary>
/// <param name="database">Where they are.</param>
/// <param name="clock">For the times in them.</param>
/// <param name="what">The kind in messages, for example <c>disk offering</c>.</param>
/// <param name="users">Who has one, for example <c>volumes</c>.</param>
public abstract class OfferingCatalog<T, TSpec>(HeadgateDatabase database, TimeProvider clock, string what, string users)
    where T : class, IOffering
    where TSpec : OfferingSpec
{
    /// <summary>Zones or accounts that one offering can be for: more is a role, not a list.</summary>
    public const int MostAudience = 100;

    private readonly string _kind = what.Replace(' ', '-');

    /// <summary>The offering with this id or name, or a version of it; see <c>OfferingQueries</c>.</summary>
    public Task<Outcome<OfferingDetails<T>>> FindAsync(Caller caller, string reference, CancellationToken stop) =>
        database.ReadAsync<Outcome<OfferingDetails<T>>>(
            async (db, cancel) =>
            {
                var found = await db.Set<T>().FindOfferingAsync(caller, what, reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<T>.Done { Value: var offering }) return found.Problem!;
                return (await DetailAsync(db, caller, [offering], cancel).ConfigureAwait(false))[0];
            },
            stop);

    /// <summary>One page of the offerings in use: their current versions.</summary>
    public Task<Outcome<PageOf<OfferingDetails<T>>>> ListAsync(Caller caller, PageRequest page, CancellationToken stop) =>
        database.ReadAsync((db, cancel) => PageAsync(db, caller, db.Set<T>().SeenBy(caller).Current(), page, cancel), stop);

    /// <summary>One page of an offering's versions, oldest first.</summary>
    public Task<Outcome<PageOf<OfferingDetails<T>>>> VersionsAsync(Caller caller, string reference, PageRequest page, CancellationToken stop) =>
        database.ReadAsync(
            async (db, cancel) =>
            {
                var found = await db.Set<T>().FindOfferingAsync(caller, what, reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<T>.Done { Value: var offering }) return found.Problem!;
                return await PageAsync(db, caller, db.Set<T>().SeenBy(caller).Where(o => o.FirstId == offering.FirstId), page, cancel).ConfigureAwait(false);
            },
            stop);

    /// <summary>Publishes an offering.</summary>
    public Task<Outcome<OfferingDetails<T>>> CreateAsync(Caller caller, string name, TSpec spec, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(spec);
        if ((ObjectName.Problem(name, what) ?? Refusal(spec)) is { } refusal) return Task.FromResult<Outcome<OfferingDetails<T>>>(refusal);
        return database.WriteAsync<Outcome<OfferingDetails<T>>>(
            async (db, cancel) =>
            {
                if (await db.Set<T>().Current().AnyAsync(o => o.Name == name, cancel).ConfigureAwait(false)) return References.NameTaken(what, name);
                var now = clock.GetUtcNow();
                var id = Guid.CreateVersion7(now);
                var framed = await FrameAsync(db, spec, new OfferingFrame(id, id, 1, name, now, [], []), cancel).ConfigureAwait(false);
                if (framed is not Outcome<OfferingFrame>.Done { Value: var frame }) return framed.Problem!;
                var offering = Make(spec, frame);
                db.Add(offering);
                Record(db, now, caller, "created", offering, "was published");
                return (await DetailAsync(db, caller, [offering], cancel).ConfigureAwait(false))[0];
            },
            stop);
    }

    /// <summary>
    /// Makes the next version, which is the current one from then on. Those that have an earlier version keep it. An edit that changes nothing
    /// makes none and answers with the current one.
    /// </summary>
    /// <param name="caller">Who.</param>
    /// <param name="reference">The offering.</param>
    /// <param name="basedOn">The version that the edit began from: refused when it is not the current one any more. Null for whichever is.</param>
    /// <param name="spec">All of the new version.</param>
    /// <param name="stop">Cancels.</param>
    public Task<Outcome<OfferingDetails<T>>> UpdateAsync(Caller caller, string reference, int? basedOn, TSpec spec, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(spec);
        if (Refusal(spec) is { } refusal) return Task.FromResult<Outcome<OfferingDetails<T>>>(refusal);
        return database.WriteAsync<Outcome<OfferingDetails<T>>>(
            async (db, cancel) =>
            {
                var found = await db.Set<T>().FindOfferingAsync(caller, what, reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<T>.Done { Value: var current }) return found.Problem!;
                if (StaleProblem(current, basedOn) is { } stale) return stale;
                var now = clock.GetUtcNow();
                var next = new OfferingFrame(Guid.CreateVersion7(now), current.FirstId, current.Number + 1, current.Name, now, [], []);
                var framed = await FrameAsync(db, spec, next, cancel).ConfigureAwait(false);
                if (framed is not Outcome<OfferingFrame>.Done { Value: var frame }) return framed.Problem!;
                var offering = Make(spec, frame);
                if (IsSame(current, offering)) return (await DetailAsync(db, caller, [current], cancel).ConfigureAwait(false))[0];
                db.Put(Superseded(current, now));
                await db.SaveChangesAsync(cancel).ConfigureAwait(false); // before the next one takes its name
                db.Add(offering);
                Record(db, now, caller, "updated", offering, $"has version {offering.Number} now; {users} keep the one that they have until they are moved");
                return (await DetailAsync(db, caller, [offering], cancel).ConfigureAwait(false))[0];
            },
            stop);
    }

    /// <summary>Hides an offering from new users; those that have it keep it. A repeat changes nothing.</summary>
    public Task<Outcome<Nothing>> RetireAsync(Caller caller, string reference, CancellationToken stop) =>
        database.WriteAsync<Outcome<Nothing>>(
            async (db, cancel) =>
            {
                var found = await db.Set<T>().FindOfferingAsync(caller, what, reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<T>.Done { Value: var offering }) return found.Problem!;
                if (offering.RetiredAt is not null) return default(Nothing);
                if (offering.SupersededAt is not null) return NotCurrent(offering);
                var now = clock.GetUtcNow();
                db.Put(Retired(offering, now));
                Record(db, now, caller, "retired", offering, $"was hidden from new {users}");
                return default(Nothing);
            },
            stop);

    /// <summary>The version that <paramref name="spec"/> describes.</summary>
    protected abstract T Make(TSpec spec, OfferingFrame frame);

    /// <summary>The same offering, retired.</summary>
    protected abstract T Retired(T offering, DateTimeOffset since);

    /// <summary>The same version, no longer the current one.</summary>
    protected abstract T Superseded(T offering, DateTimeOffset since);

    /// <summary>True when nobody could tell the two versions apart by what they give.</summary>
    protected abstract bool IsSame(T one, T other);

    private static Fault? Refusal(TSpec spec) => OfferingRules.Refusal([.. spec.Problems()]);

    private Fault NotCurrent(T offering) => new("offering-superseded",
        $"Version {offering.Number} of {what} {offering.Name} is not the current one, and past versions do not change; name the offering without a version.", Recovery.FixRequest);

    private Fault? StaleProblem(T current, int? basedOn)
    {
        if (current.SupersededAt is not null) return NotCurrent(current);
        if (current.RetiredAt is not null)
            return new Fault("offering-retired", $"The {what} {current.Name} is not offered any more; publish a new one.", Recovery.FixRequest);
        return basedOn is { } from && from != current.Number
            ? new Fault("offering-changed",
                $"The edit began from version {from} of {what} {current.Name}, which has version {current.Number} by now; look at that and edit it.", Recovery.FixRequest)
            : null;
    }

    private static async Task<Outcome<OfferingFrame>> FrameAsync(HeadgateDbContext db, TSpec spec, OfferingFrame frame, CancellationToken stop)
    {
        if (Math.Max(spec.Zones.Count, spec.Accounts.Count) > MostAudience)
            return new Fault("offering-invalid",
                $"The offering is for {spec.Zones.Count} zones and {spec.Accounts.Count} accounts by name; at most {MostAudience} of each are allowed.", Recovery.FixRequest);
        var (zones, accounts) = (new List<Guid>(), new List<Guid>());
        foreach (var reference in spec.Zones)
        {
            var found = await db.Zones.FindAsync("zone", reference, z => z.Name == reference, stop).ConfigureAwait(false);
            if (found is not Outcome<Zone>.Done { Value: var zone }) return found.Problem!;
            zones.Add(zone.Id);
        }
        foreach (var reference in spec.Accounts)
        {
            var found = await db.Accounts.FindAsync("account", reference, a => a.Name == reference, stop).ConfigureAwait(false);
            if (found is not Outcome<Account>.Done { Value: var account }) return found.Problem!;
            accounts.Add(account.Id);
        }
        return frame with { ZoneIds = [.. zones.Distinct()], AccountIds = [.. accounts.Distinct()] };
    }

    private static async Task<Outcome<PageOf<OfferingDetails<T>>>> PageAsync(
        HeadgateDbContext db, Caller caller, IQueryable<T> query, PageRequest page, CancellationToken stop)
    {
        var found = await query.PageAsync(page, stop).ConfigureAwait(false);
        if (found is not Outcome<PageOf<T>>.Done { Value: var offerings }) return found.Problem!;
        return new PageOf<OfferingDetails<T>>(await DetailAsync(db, caller, offerings.Items, stop).ConfigureAwait(false), offerings.NextCursor);
    }

    private static async Task<IReadOnlyList<OfferingDetails<T>>> DetailAsync(
        HeadgateDbContext db, Caller caller, IReadOnlyList<T> offerings, CancellationToken stop)
    {
        var zoneIds = offerings.SelectMany(o => o.ZoneIds).Distinct().ToList();
        var accountIds = offerings.SelectMany(o => o.AccountIds).Distinct().Where(id => caller.MaySee(id)).ToList();
        var zones = zoneIds.Count == 0 ? [] : await db.Zones.Where(z => zoneIds.Contains(z.Id)).NamesAsync(stop).ConfigureAwait(false);
        var accounts = accountIds.Count == 0 ? [] : await db.Accounts.Where(a => accountIds.Contains(a.Id)).NamesAsync(stop).ConfigureAwait(false);
        return
        [
            .. offerings.Select(o => new OfferingDetails<T>(
                o, [.. o.ZoneIds.Select(id => zones.GetValueOrDefault(id)).OfType<string>()],
                [.. o.AccountIds.Select(id => accounts.GetValueOrDefault(id)).OfType<string>()])),
        ];
    }

    private void Record(HeadgateDbContext db, DateTimeOffset now, Caller caller, string verb, T offering, string text) =>
        db.Record(
            now, caller.Actor, $"{_kind}.{verb}", _kind, offering.FirstId, offering.Name, null,
            $"{char.ToUpperInvariant(what[0])}{what[1..]} {offering.Name} {text}.");
}
