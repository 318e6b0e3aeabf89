using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Access;

/// <summary>A key's record and the name of its account.</summary>
public sealed record KeyOfAccount(ApiKey Key, string Account);

/// <summary>A key just made: the only time that its text is there.</summary>
public sealed record NewKey(KeyOfAccount Info, string Text)
{
    /// <summary>Without the key.</summary>
    public override string ToString() => $"key {Info.Key.Prefix} of {Info.Account}";
}

/// <summary>API keys: make, list, revoke.</summary>
public sealed class ApiKeys(HeadgateDatabase database, TimeProvider clock)
{
    private const string What = "key";

    /// <summary>Makes a key for an account. Its text is returned here and kept nowhere.</summary>
    public Task<Outcome<NewKey>> CreateAsync(
        Caller caller, string name, string accountReference, Role role, CancellationToken stop)
    {
        if (ObjectName.Problem(name, What) is { } problem) return Task.FromResult<Outcome<NewKey>>(problem);
        return database.WriteAsync<Outcome<NewKey>>(
            async (db, cancel) =>
            {
                if (await db.FindAccountAsync(accountReference, cancel).ConfigureAwait(false) is not { } account)
                    return References.NotFound("account", accountReference);
                // Names of revoked keys stay taken: events and operations name their actor by them.
                if (await db.ApiKeys.AnyAsync(k => k.AccountId == account.Id && k.Name == name, cancel).ConfigureAwait(false))
                    return References.NameTaken(What, name);
                var now = clock.GetUtcNow();
                var text = KeyText.Make();
                var key = Record(text, name, account.Id, role, now);
                db.ApiKeys.Add(key);
                db.Record(
                    now, caller.Actor, "key.created", What, key.Id, name, null,
                    $"Key {key.Prefix} with the role {role} was made for account {account.Name}.");
                return new NewKey(new KeyOfAccount(key, account.Name), text);
            },
            stop);
    }

    /// <summary>One page of the keys that are in force.</summary>
    public Task<Outcome<PageOf<KeyOfAccount>>> ListAsync(PageRequest page, CancellationToken stop) =>
        database.ReadAsync(
            async (db, cancel) =>
            {
                var keys = await db.ApiKeys.Where(k => k.RevokedAt == null).PageAsync(page, cancel).ConfigureAwait(false);
                var accounts = await db.Accounts.ToDictionaryAsync(a => a.Id, a => a.Name, cancel).ConfigureAwait(false);
                return keys.Map(found => found.Select(k => new KeyOfAccount(k, accounts[k.AccountId])));
            },
            stop);

    /// <summary>Ends a key, found by its id or prefix. The last admin key stays: nobody could make another.</summary>
    public Task<Outcome<Nothing>> RevokeAsync(Caller caller, string reference, CancellationToken stop) =>
        database.WriteAsync<Outcome<Nothing>>(
            async (db, cancel) =>
            {
                var inForce = db.ApiKeys.Where(k => k.RevokedAt == null);
                var key = Guid.TryParse(reference, out var id)
                    ? await inForce.FirstOrDefaultAsync(k => k.Id == id, cancel).ConfigureAwait(false)
                    : await inForce.FirstOrDefaultAsync(k => k.Prefix == reference, cancel).ConfigureAwait(false);
                if (key is null) return References.NotFound(What, reference);
                if (key.Role is Role.Admin &&
                    !await inForce.AnyAsync(k => k.Role == Role.Admin && k.Id != key.Id, cancel).ConfigureAwait(false))
                {
                    return new Fault(
                        "last-admin-key", $"Key {key.Prefix} is the last one with the role admin. Make another before you revoke it.",
                        Recovery.FixRequest);
                }
                var now = clock.GetUtcNow();
                db.Put(key with { RevokedAt = now });
                db.Record(
                    now, caller.Actor, "key.revoked", What, key.Id, key.Name, null,
                    $"Key {key.Prefix} was revoked.");
                return default(Nothing);
            },
            stop);

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
}
