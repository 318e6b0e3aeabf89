using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Access;

/// <summary>Accounts: add, find, list.</summary>
public sealed class Accounts(HeadgateDatabase database, TimeProvider clock)
{
    private const string What = "account";

    /// <summary>Adds an account.</summary>
    public Task<Outcome<Account>> CreateAsync(Caller caller, string name, CancellationToken stop)
    {
        if (ObjectName.Problem(name, What) is { } problem) return Task.FromResult<Outcome<Account>>(problem);
        return database.WriteAsync<Outcome<Account>>(
            async (db, cancel) =>
            {
                if (await db.Accounts.AnyAsync(a => a.Name == name, cancel).ConfigureAwait(false))
                    return References.NameTaken(What, name);
                var now = clock.GetUtcNow();
                var account = new Account { Id = Guid.CreateVersion7(now), Name = name, CreatedAt = now };
                db.Accounts.Add(account);
                db.Record(
                    now, caller.Actor, "account.created", What, account.Id, name, null,
                    $"Account {name} was added.");
                return account;
            },
            stop);
    }

    /// <summary>The account with this id or name.</summary>
    public Task<Outcome<Account>> FindAsync(string reference, CancellationToken stop) =>
        database.ReadAsync<Outcome<Account>>(
            async (db, cancel) => await db.FindAccountAsync(reference, cancel).ConfigureAwait(false) is { } account
                ? account
                : References.NotFound(What, reference),
            stop);

    /// <summary>One page of accounts.</summary>
    public Task<Outcome<PageOf<Account>>> ListAsync(PageRequest page, CancellationToken stop) =>
        database.ReadAsync((db, cancel) => db.Accounts.PageAsync(page, cancel), stop);
}

/// <summary>Accounts and keys by reference.</summary>
internal static class AccessQueries
{
    public static Task<Account?> FindAccountAsync(this HeadgateDbContext db, string reference, CancellationToken stop) =>
        Guid.TryParse(reference, out var id)
            ? db.Accounts.FirstOrDefaultAsync(a => a.Id == id, stop)
            : db.Accounts.FirstOrDefaultAsync(a => a.Name == reference, stop);
}
