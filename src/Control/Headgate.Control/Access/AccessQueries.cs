using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Access;

/// <summary>Accounts, users and keys by reference.</summary>
internal static class AccessQueries
{
    /// <summary>The account with this id or name; removed ones are for the record only.</summary>
    public static Task<Account?> FindAccountAsync(this HeadgateDbContext db, string reference, CancellationToken stop) =>
        db.Accounts.Where(a => a.RemovedAt == null).SeekAsync(reference, a => a.Name == reference, stop);

    /// <summary>The same of those that <paramref name="caller"/> may know of: for a tenant its own.</summary>
    public static Task<Account?> SeekVisibleAccountAsync(this HeadgateDbContext db, Caller caller, string reference, CancellationToken stop) =>
        db.Accounts.Where(a => a.RemovedAt == null && (caller.IsOperator || a.Id == caller.AccountId)).SeekAsync(reference, a => a.Name == reference, stop);

    /// <summary>The user with this id or, where one account only has it, this name.</summary>
    public static async Task<Outcome<User>> FindUserAsync(this HeadgateDbContext db, string reference, CancellationToken stop)
    {
        var users = db.Users.Where(u => u.RemovedAt == null);
        if (Guid.TryParse(reference, out _)) return await users.FindAsync("user", reference, u => false, stop).ConfigureAwait(false);
        return await users.Where(u => u.Name == reference).Take(2).ToListAsync(stop).ConfigureAwait(false) switch
        {
            [var only] => only,
            [] => References.NotFound("user", reference),
            _ => new Fault("name-ambiguous", $"More than one account has a user named '{reference}'; give its id.", Recovery.FixRequest),
        };
    }

    /// <summary>The key in force with this id or prefix.</summary>
    public static Task<ApiKey?> FindKeyAsync(this HeadgateDbContext db, string reference, CancellationToken stop) =>
        db.ApiKeys.Where(k => k.RevokedAt == null).SeekAsync(reference, k => k.Prefix == reference, stop);

    /// <summary>
    /// Null when a key that opens everything, and does not expire, is left after those that <paramref name="lost"/> says yes to open nothing
    /// (or less), else the refusal of <paramref name="what"/>: nobody could make another admin.
    /// </summary>
    public static async Task<Fault?> LastAdminProblemAsync(
        this HeadgateDbContext db, string what, Func<ApiKey, bool> lost, CancellationToken stop)
    {
        var admins = await (
            from key in db.ApiKeys
            join account in db.Accounts on key.AccountId equals account.Id
            where key.Role == Role.Admin && key.RevokedAt == null && key.ExpiresAt == null && account.DisabledAt == null && account.RemovedAt == null
                && (key.UserId == null || db.Users.Any(
                    u => u.Id == key.UserId && u.Role == Role.Admin && u.DisabledAt == null && u.RemovedAt == null))
            select key).ToListAsync(stop).ConfigureAwait(false);
        return admins.Exists(key => !lost(key)) || !admins.Exists(key => lost(key))
            ? null
            : new Fault(
                "last-admin-key", $"{what} would leave no key with the role admin that does not expire. Make another before you do that.", Recovery.FixRequest);
    }
}
