using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Access;

/// <summary>A key's record, the name of its account and that of its user.</summary>
public sealed record KeyOfAccount(ApiKey Key, string Account, string? User = null);

/// <summary>A key to make.</summary>
/// <param name="Name">Unique in its account, also among revoked ones.</param>
/// <param name="Account">Whose it is; may be left out for a user's.</param>
/// <param name="User">The account's user whose it is; null for a key of the account itself.</param>
/// <param name="Role">The most that it allows; null for what its user may, and for a tenant's where there is no user.</param>
/// <param name="ExpiresAt">From when on it opens nothing; null for never.</param>
public sealed record KeySpec(string Name, string? Account, string? User = null, Role? Role = null, DateTimeOffset? ExpiresAt = null);

/// <summary>A key just made or rotated: the only time that its text is there.</summary>
public sealed record NewKey(KeyOfAccount Info, string Text)
{
    /// <summary>Without the key.</summary>
    public override string ToString() => $"key {Info.Key.Prefix} of {Info.Account}";
}

/// <summary>API keys: make, list, rotate, revoke.</summary>
public sealed class ApiKeys(HeadgateDatabase database, AccessSignal signal, TimeProvider clock)
{
    /// <summary>The old secret of a rotated key opens for at most this long: a week is time enough to tell every client.</summary>
    public static readonly TimeSpan LongestOverlap = TimeSpan.FromDays(7);

    private const string What = "key";

    /// <summary>Makes a key. Its text is returned here and kept nowhere.</summary>
    public async Task<Outcome<NewKey>> CreateAsync(Caller caller, KeySpec spec, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(spec);
        if ((caller.MayNot("createKey") ?? ObjectName.Problem(spec.Name, What) ?? ExpiryProblem(spec.ExpiresAt)) is { } problem) return problem;
        return await database.WriteAsync<Outcome<NewKey>>(
            async (db, cancel) =>
            {
                var owned = await OwnerAsync(db, spec, cancel).ConfigureAwait(false);
                if (owned is not Outcome<(Account Account, User? User)>.Done { Value: var (account, user) }) return owned.Problem!;
                var role = spec.Role ?? user?.Role ?? Role.Tenant;
                if (role > user?.Role)
                    return new Fault("role-above-user", $"User {user.Name} has the role {user.Role}; a key of its own allows no more than that.", Recovery.FixRequest);
                // Names of revoked keys stay taken: events and operations name their actor by them.
                if (await db.ApiKeys.AnyAsync(k => k.AccountId == account.Id && k.Name == spec.Name, cancel).ConfigureAwait(false))
                    return References.NameTaken(What, spec.Name);
                var now = clock.GetUtcNow();
                var text = KeyText.Make();
                var key = Record(text, spec.Name, account.Id, role, now) with { UserId = user?.Id, ExpiresAt = spec.ExpiresAt };
                db.ApiKeys.Add(key);
                db.Record(
                    now, caller.Actor, "key.created", What, key.Id, spec.Name, null,
                    $"Key {key.Prefix} with the role {role} was made for {(user is null ? "" : $"user {user.Name} of ")}account {account.Name}.");
                return new NewKey(new KeyOfAccount(key, account.Name, user?.Name), text);
            },
            stop).ConfigureAwait(false);
    }

    /// <summary>One page of the keys that are in force, of one account or all.</summary>
    public async Task<Outcome<PageOf<KeyOfAccount>>> ListAsync(Caller caller, string? accountReference, PageRequest page, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.MayNot("listKeys") is { } refusal) return refusal;
        return await database.ReadAsync<Outcome<PageOf<KeyOfAccount>>>(
            async (db, cancel) =>
            {
                var query = db.ApiKeys.Where(k => k.RevokedAt == null);
                if (accountReference is not null)
                {
                    if (await db.FindAccountAsync(accountReference, cancel).ConfigureAwait(false) is not { } of) return References.NotFound("account", accountReference);
                    query = query.Where(k => k.AccountId == of.Id);
                }
                var found = await query.PageAsync(page, cancel).ConfigureAwait(false);
                if (found is not Outcome<PageOf<ApiKey>>.Done { Value: var keys }) return found.Problem!;
                var accountIds = keys.Items.Select(k => k.AccountId).Distinct().ToList();
                var userIds = keys.Items.Select(k => k.UserId).OfType<Guid>().Distinct().ToList();
                var accounts = await db.Accounts.Where(a => accountIds.Contains(a.Id)).NamesAsync(cancel).ConfigureAwait(false);
                var users = await db.Users.Where(u => userIds.Contains(u.Id)).NamesAsync(cancel).ConfigureAwait(false);
                return keys.Select(k => new KeyOfAccount(k, accounts[k.AccountId], k.UserId is { } user ? users[user] : null));
            },
            stop).ConfigureAwait(false);
    }

    /// <summary>
    /// Gives a key another secret; the old one opens for <paramref name="overlap"/> more. An admin rotates any key, everybody else the key
    /// that it calls with.
    /// </summary>
    public async Task<Outcome<NewKey>> RotateAsync(Caller caller, string reference, TimeSpan overlap, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (overlap < TimeSpan.Zero || overlap > LongestOverlap)
            return new Fault("overlap-out-of-range", $"The old secret may go on for 0 to {LongestOverlap.TotalSeconds:0} seconds; {overlap.TotalSeconds:0} were asked.", Recovery.FixRequest);
        var outcome = await database.WriteAsync<Outcome<NewKey>>(
            async (db, cancel) =>
            {
                var key = await db.FindKeyAsync(reference, cancel).ConfigureAwait(false);
                if (key is null || !(caller.IsAdmin || key.Id == caller.KeyId)) return References.NotFound(What, reference);
                var now = clock.GetUtcNow();
                var text = KeyText.Make();
                var rotated = key with
                {
                    Hash = KeyText.HashOf(text), Prefix = KeyText.PrefixOf(text),
                    PreviousHash = overlap > TimeSpan.Zero ? key.Hash : null,
                    PreviousUntil = overlap > TimeSpan.Zero ? now + overlap : null,
                };
                db.Put(rotated);
                db.Record(now, caller.Actor, "key.rotated", What, key.Id, key.Name, null, $"Key {key.Prefix} was given another secret and is {rotated.Prefix} now.");
                var account = await db.Accounts.Where(a => a.Id == key.AccountId).Select(a => a.Name).SingleAsync(cancel).ConfigureAwait(false);
                var user = key.UserId is { } id ? await db.Users.Where(u => u.Id == id).Select(u => u.Name).SingleAsync(cancel).ConfigureAwait(false) : null;
                return new NewKey(new KeyOfAccount(rotated, account, user), text);
            },
            stop).ConfigureAwait(false);
        if (outcome.IsDone) signal.Changed();
        return outcome;
    }

    /// <summary>Ends a key, found by its id or prefix. The last admin key stays: nobody could make another.</summary>
    public async Task<Outcome<Nothing>> RevokeAsync(Caller caller, string reference, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.MayNot("revokeKey") is { } refusal) return refusal;
        var outcome = await database.WriteAsync<Outcome<Nothing>>(
            async (db, cancel) =>
            {
                if (await db.FindKeyAsync(reference, cancel).ConfigureAwait(false) is not { } key) return References.NotFound(What, reference);
                var now = clock.GetUtcNow();
                if (await db.LastAdminProblemAsync($"Revoking key {key.Prefix}", k => k.Id == key.Id, cancel).ConfigureAwait(false) is { } last) return last;
                db.Put(key with { RevokedAt = now });
                db.Record(
                    now, caller.Actor, "key.revoked", What, key.Id, key.Name, null,
                    $"Key {key.Prefix} was revoked.");
                return default(Nothing);
            },
            stop).ConfigureAwait(false);
        if (outcome.IsDone) signal.Changed();
        return outcome;
    }

    /// <summary>What is stored of a key with this <paramref name="text"/>.</summary>
    internal static ApiKey Record(string text, string name, Guid accountId, Role role, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        Name = name,
        AccountId = accountId,
        Role = role,
        Prefix = KeyText.PrefixOf(text),
        Hash = KeyText.HashOf(text),
        CreatedAt = now,
    };

    private static async Task<Outcome<(Account Account, User? User)>> OwnerAsync(HeadgateDbContext db, KeySpec spec, CancellationToken stop)
    {
        if (spec.User is null)
        {
            if (spec.Account is null) return new Fault("owner-missing", "Neither an account nor a user was given; a key needs one of the two.", Recovery.FixRequest);
            return await db.FindAccountAsync(spec.Account, stop).ConfigureAwait(false) is { } owner
                ? (owner, (User?)null)
                : References.NotFound("account", spec.Account);
        }
        if (spec.Account is null)
        {
            var found = await db.FindUserAsync(spec.User, stop).ConfigureAwait(false);
            if (found is not Outcome<User>.Done { Value: var one }) return found.Problem!;
            return (await db.Accounts.SingleAsync(a => a.Id == one.AccountId, stop).ConfigureAwait(false), one);
        }
        if (await db.FindAccountAsync(spec.Account, stop).ConfigureAwait(false) is not { } account) return References.NotFound("account", spec.Account);
        var user = await db.Users.Where(u => u.AccountId == account.Id && u.RemovedAt == null)
            .SeekAsync(spec.User, u => u.Name == spec.User, stop).ConfigureAwait(false);
        return user is null ? References.NotFound("user", spec.User) : (account, user);
    }

    private Fault? ExpiryProblem(DateTimeOffset? expiresAt) => expiresAt <= clock.GetUtcNow()
        ? new Fault("expiry-past", $"The key would expire at {expiresAt:O}, which is past; give a later time or none.", Recovery.FixRequest)
        : null;
}
