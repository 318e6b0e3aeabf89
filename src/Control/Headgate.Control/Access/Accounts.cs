using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Access;

/// <summary>Accounts: add, find, list, rename, disable, enable, remove.</summary>
public sealed class Accounts(HeadgateDatabase database, AccessSignal signal, TimeProvider clock)
{
    private const string What = "account";

    /// <summary>Adds an account.</summary>
    public async Task<Outcome<Account>> CreateAsync(Caller caller, string name, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if ((caller.MayNot("createAccount") ?? ObjectName.Problem(name, What)) is { } problem) return problem;
        return await database.WriteAsync<Outcome<Account>>(
            async (db, cancel) =>
            {
                if (await IsTakenAsync(db, name, cancel).ConfigureAwait(false)) return References.NameTaken(What, name);
                var now = clock.GetUtcNow();
                var account = new Account { Id = Guid.CreateVersion7(now), Name = name, CreatedAt = now };
                db.Accounts.Add(account);
                db.Record(
                    now, caller.Actor, "account.created", What, account.Id, name, null,
                    $"Account {name} was added.");
                return account;
            },
            stop).ConfigureAwait(false);
    }

    /// <summary>The account with this id or name.</summary>
    public Task<Outcome<Account>> FindAsync(Caller caller, string reference, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.MayNot("getAccount") is { } refusal) return Task.FromResult<Outcome<Account>>(refusal);
        return database.ReadAsync<Outcome<Account>>(
            async (db, cancel) => await db.FindAccountAsync(reference, cancel).ConfigureAwait(false) is { } account
                ? account
                : References.NotFound(What, reference),
            stop);
    }

    /// <summary>One page of accounts.</summary>
    public Task<Outcome<PageOf<Account>>> ListAsync(Caller caller, PageRequest page, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.MayNot("listAccounts") is { } refusal) return Task.FromResult<Outcome<PageOf<Account>>>(refusal);
        return database.ReadAsync((db, cancel) => db.Accounts.Where(a => a.RemovedAt == null).PageAsync(page, cancel), stop);
    }

    /// <summary>Gives an account another name; nothing else of it changes.</summary>
    public async Task<Outcome<Account>> RenameAsync(Caller caller, string reference, string name, CancellationToken stop)
    {
        if (ObjectName.Problem(name, What) is { } badName) return badName;
        return await ChangeAsync(
            caller, "renameAccount", reference, "renamed", $"was given the name {name}",
            async (db, account, _, cancel) => account.Name != name && await IsTakenAsync(db, name, cancel).ConfigureAwait(false)
                ? References.NameTaken(What, name)
                : account with { Name = name },
            stop).ConfigureAwait(false);
    }

    /// <summary>From now on none of its keys opens anything, and streams that they opened end. Its volumes stay connected. A repeat changes nothing.</summary>
    public Task<Outcome<Account>> DisableAsync(Caller caller, string reference, CancellationToken stop) => ChangeAsync(
        caller, "disableAccount", reference, "disabled", "was disabled: its keys open nothing",
        async (db, account, now, cancel) =>
            await db.LastAdminProblemAsync($"Disabling account {account.Name}", k => k.AccountId == account.Id, cancel).ConfigureAwait(false)
                is { } last ? last : account with { DisabledAt = account.DisabledAt ?? now },
        stop);

    /// <summary>Its keys open again what they did. A repeat changes nothing.</summary>
    public Task<Outcome<Account>> EnableAsync(Caller caller, string reference, CancellationToken stop) => ChangeAsync(
        caller, "enableAccount", reference, "enabled", "was enabled",
        (_, account, _, _) => Task.FromResult<Outcome<Account>>(account with { DisabledAt = null }), stop);

    /// <summary>Removes an account that owns nothing; its users go and its keys are revoked.</summary>
    public async Task<Outcome<Nothing>> RemoveAsync(Caller caller, string reference, CancellationToken stop) => (await ChangeAsync(
        caller, "removeAccount", reference, "removed", "was removed",
        async (db, account, now, cancel) =>
        {
            if (await OwnedAsync(db, account, cancel).ConfigureAwait(false) is { Length: > 0 } owned)
                return new Fault("account-not-empty", $"Account {account.Name} has {owned}; expunge or delete them first.", Recovery.FixRequest);
            if (await db.LastAdminProblemAsync($"Removing account {account.Name}", k => k.AccountId == account.Id, cancel).ConfigureAwait(false) is { } last)
                return last;
            foreach (var key in await db.ApiKeys.Where(k => k.AccountId == account.Id && k.RevokedAt == null).ToListAsync(cancel).ConfigureAwait(false))
                db.Put(key with { RevokedAt = now });
            foreach (var user in await db.Users.Where(u => u.AccountId == account.Id && u.RemovedAt == null).ToListAsync(cancel).ConfigureAwait(false))
                db.Put(user with { RemovedAt = now });
            return account with { RemovedAt = now };
        },
        stop).ConfigureAwait(false)).Map(_ => default(Nothing));

    /// <summary>Finds, changes, stores, and writes the event; what changes nothing is no event.</summary>
    private async Task<Outcome<Account>> ChangeAsync(
        Caller caller, string operation, string reference, string verb, string text,
        Func<HeadgateDbContext, Account, DateTimeOffset, CancellationToken, Task<Outcome<Account>>> change, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.MayNot(operation) is { } refusal) return refusal;
        var outcome = await database.WriteAsync<Outcome<Account>>(
            async (db, cancel) =>
            {
                if (await db.FindAccountAsync(reference, cancel).ConfigureAwait(false) is not { } account) return References.NotFound(What, reference);
                var now = clock.GetUtcNow();
                var changed = await change(db, account, now, cancel).ConfigureAwait(false);
                if (changed is not Outcome<Account>.Done { Value: var next } || next == account) return changed;
                db.Put(next);
                db.Record(now, caller.Actor, $"account.{verb}", What, account.Id, account.Name, null, $"Account {account.Name} {text}.");
                return next;
            },
            stop).ConfigureAwait(false);
        if (outcome.IsDone) signal.Changed();
        return outcome;
    }

    private static Task<bool> IsTakenAsync(HeadgateDbContext db, string name, CancellationToken stop) =>
        db.Accounts.AnyAsync(a => a.Name == name && a.RemovedAt == null, stop);

    private static async Task<string> OwnedAsync(HeadgateDbContext db, Account account, CancellationToken stop)
    {
        var volumes = await db.Volumes.CountAsync(v => v.AccountId == account.Id && v.State != VolumeState.Expunged, stop).ConfigureAwait(false);
        var snapshots = await db.Snapshots.CountAsync(s => s.AccountId == account.Id && s.State != SnapshotState.Deleted, stop).ConfigureAwait(false);
        var templates = await db.Templates.CountAsync(t => t.AccountId == account.Id && t.State != TemplateState.Deleted, stop).ConfigureAwait(false);
        return string.Join(", ", new[] { (volumes, "volume(s)"), (snapshots, "snapshot(s)"), (templates, "template(s)") }
            .Where(part => part.Item1 > 0).Select(part => $"{part.Item1} {part.Item2}"));
    }
}
