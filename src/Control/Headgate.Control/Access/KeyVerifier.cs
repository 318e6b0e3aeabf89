using System.Security.Cryptography;
using System.Text;
using Headgate.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Access;

/// <summary>Tells who presents a key.</summary>
public sealed class KeyVerifier(HeadgateDatabase database, TimeProvider clock)
{
    // Last use is for people who tidy up keys: a minute is precise enough and keeps reads from becoming writes.
    private static readonly TimeSpan LastUsePrecision = TimeSpan.FromMinutes(1);

    /// <summary>The bearer of <paramref name="text"/>; null for no key of ours, or a revoked one.</summary>
    public async Task<Caller?> VerifyAsync(string text, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!KeyText.IsPlausible(text)) return null;
        var hash = KeyText.HashOf(text);
        var found = await database.ReadAsync(
            (db, cancel) => (
                from key in db.ApiKeys
                join account in db.Accounts on key.AccountId equals account.Id
                where key.Hash == hash && key.RevokedAt == null
                select new { Key = key, Account = account.Name }).FirstOrDefaultAsync(cancel),
            stop).ConfigureAwait(false);
        // The index found the hash of 256 random bits, which tells a prober nothing; the comparison is to the same end.
        if (found is null || !SameHash(found.Key.Hash, hash)) return null;

        var now = clock.GetUtcNow();
        if (found.Key.LastUsedAt is not { } used || now - used > LastUsePrecision)
            await TouchAsync(found.Key.Id, now, stop).ConfigureAwait(false);
        return new Caller(found.Key.AccountId, found.Account, found.Key.Role, found.Key.Name);
    }

    private async Task TouchAsync(Guid keyId, DateTimeOffset now, CancellationToken stop) => await database.WriteAsync(
        (db, cancel) => db.ApiKeys.Where(k => k.Id == keyId).ExecuteUpdateAsync(
            set => set.SetProperty(k => k.LastUsedAt, now).SetProperty(k => k.Version, k => k.Version + 1), cancel),
        stop).ConfigureAwait(false);

    private static bool SameHash(string left, string right) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(left), Encoding.ASCII.GetBytes(right));
}
