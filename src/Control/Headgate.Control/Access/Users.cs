using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Access;

/// <summary>A user and the name of its account.</summary>
public sealed record UserOfAccount(User User, string Account);

/// <summary>A user to add.</summary>
public sealed record UserSpec(string Name, string Account, Role Role, string? DisplayName, string? Email);

/// <summary>What to change of a user; null leaves it as it is, an empty text takes it away.</summary>
public sealed record UserChange(Role? Role, string? DisplayName, string? Email);

/// <summary>Users: add, find, list, change, disable, enable, remove.</summary>
public sealed class Users(HeadgateDatabase database, AccessSignal signal, TimeProvider clock)
{
    private const string What = "user";

    /// <summary>Adds a user to an account.</summary>
    public async Task<Outcome<UserOfAccount>> CreateAsync(Caller caller, UserSpec spec, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(spec);
        if ((caller.MayNot("createUser") ?? ObjectName.Problem(spec.Name, What) ?? TextProblem(spec.DisplayName, spec.Email)) is { } problem)
            return problem;
        return await database.WriteAsync<Outcome<UserOfAccount>>(
            async (db, cancel) =>
            {
                if (await db.FindAccountAsync(spec.Account, cancel).ConfigureAwait(false) is not { } account)
                    return References.NotFound("account", spec.Account);
                if (await db.Users.AnyAsync(u => u.AccountId == account.Id && u.Name == spec.Name && u.RemovedAt == null, cancel).ConfigureAwait(false))
                    return References.NameTaken(What, spec.Name);
                var now = clock.GetUtcNow();
                var user = new User
                {
                    Id = Guid.CreateVersion7(now), AccountId = account.Id, Name = spec.Name, Role = spec.Role,
                    DisplayName = OrNone(spec.DisplayName), Email = OrNone(spec.Email), CreatedAt = now,
                };
                db.Users.Add(user);
                Record(db, now, caller, user, "created", $"User {spec.Name} with the role {spec.Role} was added to account {account.Name}.");
                return new UserOfAccount(user, account.Name);
            },
            stop).ConfigureAwait(false);
    }

    /// <summary>The user with this id or, where one account only has it, this name.</summary>
    public async Task<Outcome<UserOfAccount>> FindAsync(Caller caller, string reference, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.MayNot("getUser") is { } refusal) return refusal;
        return await database.ReadAsync<Outcome<UserOfAccount>>(
            async (db, cancel) =>
            {
                var found = await db.FindUserAsync(reference, cancel).ConfigureAwait(false);
                return found is Outcome<User>.Done { Value: var user } ? await WithAccountAsync(db, user, cancel).ConfigureAwait(false) : found.Problem!;
            },
            stop).ConfigureAwait(false);
    }

    /// <summary>One page of users, of one account or all.</summary>
    public async Task<Outcome<PageOf<UserOfAccount>>> ListAsync(Caller caller, string? accountReference, PageRequest page, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.MayNot("listUsers") is { } refusal) return refusal;
        return await database.ReadAsync<Outcome<PageOf<UserOfAccount>>>(
            async (db, cancel) =>
            {
                var query = db.Users.Where(u => u.RemovedAt == null);
                if (accountReference is not null)
                {
                    if (await db.FindAccountAsync(accountReference, cancel).ConfigureAwait(false) is not { } account)
                        return References.NotFound("account", accountReference);
                    query = query.Where(u => u.AccountId == account.Id);
                }
                var found = await query.PageAsync(page, cancel).ConfigureAwait(false);
                if (found is not Outcome<PageOf<User>>.Done { Value: var users }) return found.Problem!;
                var ids = users.Items.Select(u => u.AccountId).Distinct().ToList();
                var names = await db.Accounts.Where(a => ids.Contains(a.Id)).NamesAsync(cancel).ConfigureAwait(false);
                return users.Select(u => new UserOfAccount(u, names[u.AccountId]));
            },
            stop).ConfigureAwait(false);
    }

    /// <summary>Changes role, display name or e-mail address; its keys follow at once.</summary>
    public async Task<Outcome<UserOfAccount>> ChangeAsync(Caller caller, string reference, UserChange change, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (TextProblem(change.DisplayName, change.Email) is { } problem) return problem;
        return await ChangeAsync(
            caller, "changeUser", reference, "changed",
            (user, _) => user with
            {
                Role = change.Role ?? user.Role,
                DisplayName = change.DisplayName is null ? user.DisplayName : OrNone(change.DisplayName),
                Email = change.Email is null ? user.Email : OrNone(change.Email),
            },
            next => $"has the role {next.Role}", stop).ConfigureAwait(false);
    }

    /// <summary>From now on none of its keys opens anything, and streams that they opened end. A repeat changes nothing.</summary>
    public Task<Outcome<UserOfAccount>> DisableAsync(Caller caller, string reference, CancellationToken stop) => ChangeAsync(
        caller, "disableUser", reference, "disabled", (user, now) => user with { DisabledAt = user.DisabledAt ?? now },
        _ => "was disabled: its keys open nothing", stop);

    /// <summary>Its keys open again what they did. A repeat changes nothing.</summary>
    public Task<Outcome<UserOfAccount>> EnableAsync(Caller caller, string reference, CancellationToken stop) => ChangeAsync(
        caller, "enableUser", reference, "enabled", (user, _) => user with { DisabledAt = null }, _ => "was enabled", stop);

    /// <summary>Removes a user and revokes its keys.</summary>
    public async Task<Outcome<Nothing>> RemoveAsync(Caller caller, string reference, CancellationToken stop) => (await ChangeAsync(
        caller, "removeUser", reference, "removed", (user, now) => user with { RemovedAt = now }, _ => "was removed and its keys revoked", stop)
        .ConfigureAwait(false)).Map(_ => default(Nothing));

    private async Task<Outcome<UserOfAccount>> ChangeAsync(
        Caller caller, string operation, string reference, string verb, Func<User, DateTimeOffset, User> change, Func<User, string> text,
        CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.MayNot(operation) is { } refusal) return refusal;
        var outcome = await database.WriteAsync<Outcome<UserOfAccount>>(
            async (db, cancel) =>
            {
                var found = await db.FindUserAsync(reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<User>.Done { Value: var user }) return found.Problem!;
                var now = clock.GetUtcNow();
                var next = change(user, now);
                if (next == user) return await WithAccountAsync(db, user, cancel).ConfigureAwait(false);
                var loses = next.Role < user.Role || next.DisabledAt is not null || next.RemovedAt is not null;
                if (loses && await db.LastAdminProblemAsync($"That user {user.Name} is {verb}", k => k.UserId == user.Id, cancel).ConfigureAwait(false) is { } last)
                    return last;
                db.Put(next);
                if (next.RemovedAt is not null) await RevokeKeysAsync(db, user, now, cancel).ConfigureAwait(false);
                Record(db, now, caller, user, verb, $"User {user.Name} {text(next)}.");
                return await WithAccountAsync(db, next, cancel).ConfigureAwait(false);
            },
            stop).ConfigureAwait(false);
        if (outcome.IsDone) signal.Changed();
        return outcome;
    }

    private static async Task RevokeKeysAsync(HeadgateDbContext db, User user, DateTimeOffset now, CancellationToken stop)
    {
        foreach (var key in await db.ApiKeys.Where(k => k.UserId == user.Id && k.RevokedAt == null).ToListAsync(stop).ConfigureAwait(false))
            db.Put(key with { RevokedAt = now });
    }

    private static async Task<UserOfAccount> WithAccountAsync(HeadgateDbContext db, User user, CancellationToken stop) =>
        new(user, await db.Accounts.Where(a => a.Id == user.AccountId).Select(a => a.Name).SingleAsync(stop).ConfigureAwait(false));

    private static void Record(HeadgateDbContext db, DateTimeOffset now, Caller caller, User user, string verb, string message) =>
        db.Record(now, caller.Actor, $"user.{verb}", What, user.Id, user.Name, null, message);

    private static string? OrNone(string? text) => string.IsNullOrEmpty(text) ? null : text;

    /// <summary>Free text for people: bounded, and on one line, as it is printed in tables.</summary>
    private static Fault? TextProblem(params ReadOnlySpan<string?> texts)
    {
        foreach (var text in texts)
        {
            if (text is not null && (text.Length > User.MaxTextLength || text.Any(char.IsControl)))
                return new Fault("text-invalid", $"A display name and an e-mail address have at most {User.MaxTextLength} characters and no control characters.", Recovery.FixRequest);
        }
        return null;
    }
}
