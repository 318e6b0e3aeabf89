using Headgate.Domain;
using Headgate.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Access;

/// <summary>
/// Sees to it that whoever owns the data folder has an admin key: makes the account <c>admin</c> and a key at first
/// start, and another key when the one that was kept is lost or revoked.
/// </summary>
public sealed class FirstAdmin(HeadgateDatabase database, KeyVerifier keys, TimeProvider clock)
{
    /// <summary>The account that it makes.</summary>
    public const string AccountName = "admin";

    private const string KeyName = "first-admin";

    /// <summary>
    /// Does nothing when <paramref name="keptKey"/> is an admin key in force. Else makes one and hands it to
    /// <paramref name="keep"/> (write it to a file of mode 0600) before the database commits it: a crash between the two
    /// leaves a kept key that is not in force, which the next start replaces. Returns the key that is in force.
    /// </summary>
    public async Task<string> EnsureAsync(string? keptKey, Func<string, CancellationToken, Task> keep, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(keep);
        if (keptKey is not null && await keys.VerifyAsync(keptKey, stop).ConfigureAwait(false) is { IsAdmin: true }) return keptKey;
        return await database.WriteAsync(
            async (db, cancel) =>
            {
                var now = clock.GetUtcNow();
                var account = await db.FindAccountAsync(AccountName, cancel).ConfigureAwait(false);
                if (account is null)
                {
                    account = new Account { Id = Guid.CreateVersion7(now), Name = AccountName, CreatedAt = now };
                    db.Accounts.Add(account);
                }
                else if (account.DisabledAt is not null)
                {
                    db.Put(account with { DisabledAt = null }); // a key that opens nothing would not be one
                }
                var earlier = await db.ApiKeys.CountAsync(
                    k => k.AccountId == account.Id && k.Name.StartsWith(KeyName), cancel).ConfigureAwait(false);
                var text = KeyText.Make();
                var name = earlier == 0 ? KeyName : $"{KeyName}-{earlier + 1}";
                var key = ApiKeys.Record(text, name, account.Id, Role.Admin, now);
                db.ApiKeys.Add(key);
                db.Events.Add(new Event
                {
                    At = now,
                    Code = "key.created",
                    Severity = EventSeverity.Warning,
                    SubjectType = "key",
                    SubjectId = key.Id,
                    Subject = name,
                    Message = $"Admin key {key.Prefix} was made at start for whoever owns the data folder.",
                });
                await keep(text, cancel).ConfigureAwait(false);
                return text;
            },
            stop).ConfigureAwait(false);
    }
}
