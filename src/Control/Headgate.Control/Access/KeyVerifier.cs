using System.Linq.Expressions;
using Headgate.Domain;
using Headgate.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Access;

/// <summary>Tells who presents a key. Asks the database each time: what is revoked or disabled opens nothing from the next call on.</summary>
public sealed class KeyVerifier(HeadgateDatabase database, TimeProvider clock)
{
    // Last use is for people who tidy up keys: a minute is precise enough and keeps reads from becoming writes.
    private static readonly TimeSpan LastUsePrecision = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The bearer of <paramref name="text"/>; null for no key of ours, a revoked or expired one, and one whose user or account is disabled
    /// or removed. Which of these it is, is nobody's business who has no key.
    /// </summary>
    public async Task<Caller?> VerifyAsync(string text, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!KeyText.IsPlausible(text)) return null;
        // The index finds the hash of 256 random bits, so how long that takes tells a prober nothing.
        var hash = KeyText.HashOf(text);
        var now = clock.GetUtcNow();
        var found = await FindAsync(k => k.Hash == hash, now, stop).ConfigureAwait(false)
            ?? await FindAsync(k => k.PreviousHash == hash && k.PreviousUntil > now, now, stop).ConfigureAwait(false);
        if (found is null) return null;
        if (found.Key.LastUsedAt is not { } used || now - used > LastUsePrecision)
            await TouchAsync(found.Key.Id, now, stop).ConfigureAwait(false);
        return found.AsCaller();
    }

    /// <summary>What may be shown of the key in <paramref name="header"/> (<c>Bearer KEY</c>); null for what cannot be one.</summary>
    public static string? ShownPart(string header)
    {
        ArgumentNullException.ThrowIfNull(header);
        var text = header[(header.LastIndexOf(' ') + 1)..];
        return KeyText.IsPlausible(text) ? KeyText.PrefixOf(text) : null;
    }

    /// <summary>True while the key that <paramref name="caller"/> came with opens what it opened then.</summary>
    public async Task<bool> StillOpensAsync(Caller caller, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        var found = await FindAsync(k => k.Id == caller.KeyId, clock.GetUtcNow(), stop).ConfigureAwait(false);
        return found is not null && found.AsCaller().Role >= caller.Role
            && (found.Key.Prefix == caller.KeyPrefix || found.Key.PreviousUntil > clock.GetUtcNow());
    }

    private async Task<Found?> FindAsync(Expression<Func<ApiKey, bool>> which, DateTimeOffset now, CancellationToken stop)
    {
        var found = await database.ReadAsync(
            (db, cancel) => (
                from key in db.ApiKeys.Where(which)
                join account in db.Accounts on key.AccountId equals account.Id
                join user in db.Users on key.UserId equals (Guid?)user.Id into users
                from user in users.DefaultIfEmpty()
                where key.RevokedAt == null && account.DisabledAt == null && account.RemovedAt == null
                select new Found(key, account.Name, user)).FirstOrDefaultAsync(cancel),
            stop).ConfigureAwait(false);
        return found is not null && found.Key.IsInForce(now) && found.User is null or { DisabledAt: null, RemovedAt: null } ? found : null;
    }

    private async Task TouchAsync(Guid keyId, DateTimeOffset now, CancellationToken stop) => await database.WriteAsync(
        (db, cancel) => db.ApiKeys.Where(k => k.Id == keyId).ExecuteUpdateAsync(
            set => set.SetProperty(k => k.LastUsedAt, now).SetProperty(k => k.Version, k => k.Version + 1), cancel),
        stop).ConfigureAwait(false);

    private sealed record Found(ApiKey Key, string Account, User? User)
    {
        public Caller AsCaller() => new(Key.AccountId, Account, Key.RoleWith(User?.Role), Key.Name)
        {
            KeyId = Key.Id, KeyPrefix = Key.Prefix, User = User?.Name,
        };
    }
}
