using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Offerings;

/// <summary>The offerings of one kind: publish, find, list, retire.</summary>
/// <param name="database">Where they are.</param>
/// <param name="clock">For the times in them.</param>
/// <param name="what">The kind in messages, for example <c>disk offering</c>.</param>
/// <param name="users">Who has one, for example <c>volumes</c>.</param>
public abstract class OfferingCatalog<T>(HeadgateDatabase database, TimeProvider clock, string what, string users)
    where T : class, IOffering
{
    private readonly string _kind = what.Replace(' ', '-');

    /// <summary>The offering with this id, or the one in use with this name.</summary>
    public Task<Outcome<T>> FindAsync(string reference, CancellationToken stop) =>
        database.ReadAsync((db, cancel) => FindAsync(db, reference, cancel), stop);

    /// <summary>One page of the offerings in use.</summary>
    public Task<Outcome<PageOf<T>>> ListAsync(PageRequest page, CancellationToken stop) =>
        database.ReadAsync((db, cancel) => db.Set<T>().Where(o => o.RetiredAt == null).PageAsync(page, cancel), stop);

    /// <summary>Hides an offering from new users; those that have it keep it. A repeat changes nothing.</summary>
    public Task<Outcome<Nothing>> RetireAsync(Caller caller, string reference, CancellationToken stop) =>
        database.WriteAsync<Outcome<Nothing>>(
            async (db, cancel) =>
            {
                var found = await FindAsync(db, reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<T>.Done { Value: var offering }) return found.Problem!;
                if (offering.RetiredAt is not null) return default(Nothing);
                var now = clock.GetUtcNow();
                db.Put(Retired(offering, now));
                Record(db, now, caller, "retired", offering, $"was hidden from new {users}");
                return default(Nothing);
            },
            stop);

    /// <summary>The same offering, retired.</summary>
    protected abstract T Retired(T offering, DateTimeOffset since);

    /// <summary>Publishes what <paramref name="make"/> makes, when there are no problems with it and the name is free.</summary>
    protected Task<Outcome<T>> PublishAsync(
        Caller caller, string name, IReadOnlyList<string> problems, Func<Guid, DateTimeOffset, T> make, CancellationToken stop)
    {
        if ((ObjectName.Problem(name, what) ?? OfferingRules.Refusal(problems)) is { } refusal)
            return Task.FromResult<Outcome<T>>(refusal);
        return database.WriteAsync<Outcome<T>>(
            async (db, cancel) =>
            {
                if (await db.Set<T>().AnyAsync(o => o.Name == name && o.RetiredAt == null, cancel).ConfigureAwait(false))
                    return References.NameTaken(what, name);
                var now = clock.GetUtcNow();
                var offering = make(Guid.CreateVersion7(now), now);
                db.Add(offering);
                Record(db, now, caller, "created", offering, "was published");
                return offering;
            },
            stop);
    }

    private Task<Outcome<T>> FindAsync(HeadgateDbContext db, string reference, CancellationToken stop) =>
        db.Set<T>().FindAsync(what, reference, o => o.Name == reference && o.RetiredAt == null, stop);

    private void Record(HeadgateDbContext db, DateTimeOffset now, Caller caller, string verb, T offering, string text) =>
        db.Record(
            now, caller.Actor, $"{_kind}.{verb}", _kind, offering.Id, offering.Name, null,
            $"{char.ToUpperInvariant(what[0])}{what[1..]} {offering.Name} {text}.");
}
