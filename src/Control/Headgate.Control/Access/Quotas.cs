using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Access;

/// <summary>An account's quota, and what it holds of it.</summary>
public sealed record QuotaOfAccount(string Account, AccountQuota Quota, AccountLedger Held);

/// <summary>Quotas: set, show. They are checked where operations are begun (<see cref="Headgate.Operations.OperationStarter"/>).</summary>
public sealed class Quotas(HeadgateDatabase database, TimeProvider clock)
{
    /// <summary>The quota of the caller's own account.</summary>
    public Task<Outcome<QuotaOfAccount>> OwnAsync(Caller caller, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return ReadAsync(caller.AccountId.ToString(), stop);
    }

    /// <summary>The quota of the account with this id or name.</summary>
    public Task<Outcome<QuotaOfAccount>> FindAsync(Caller caller, string reference, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return caller.MayNot("getAccountQuota") is { } refusal ? Task.FromResult<Outcome<QuotaOfAccount>>(refusal) : ReadAsync(reference, stop);
    }

    /// <summary>
    /// Sets every bound of an account anew. Below what it holds is lawful: nothing is taken away, and nothing more is given until it is below.
    /// </summary>
    public async Task<Outcome<QuotaOfAccount>> SetAsync(Caller caller, string reference, AccountQuota quota, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(quota);
        if ((caller.MayNot("setAccountQuota") ?? Problem(quota)) is { } problem) return problem;
        return await database.WriteAsync<Outcome<QuotaOfAccount>>(
            async (db, cancel) =>
            {
                if (await db.FindAccountAsync(reference, cancel).ConfigureAwait(false) is not { } account) return References.NotFound("account", reference);
                if ((account.Quota ?? AccountQuota.None) != quota)
                {
                    db.Put(account with { Quota = quota });
                    db.Record(
                        clock.GetUtcNow(), caller.Actor, "account.quota-set", "account", account.Id, account.Name, account.Id,
                        $"The quota of account {account.Name} was set to {Text(quota)}.");
                }
                return new QuotaOfAccount(account.Name, quota, await LedgerAsync(db, account, cancel).ConfigureAwait(false));
            },
            stop).ConfigureAwait(false);
    }

    private Task<Outcome<QuotaOfAccount>> ReadAsync(string reference, CancellationToken stop) => database.ReadAsync<Outcome<QuotaOfAccount>>(
        async (db, cancel) => await db.FindAccountAsync(reference, cancel).ConfigureAwait(false) is { } account
            ? new QuotaOfAccount(account.Name, account.Quota ?? AccountQuota.None, await LedgerAsync(db, account, cancel).ConfigureAwait(false))
            : References.NotFound("account", reference),
        stop);

    private static async Task<AccountLedger> LedgerAsync(HeadgateDbContext db, Account account, CancellationToken stop) =>
        await db.AccountLedgers.SingleOrDefaultAsync(l => l.Id == account.Id, stop).ConfigureAwait(false) ?? new AccountLedger { Id = account.Id };

    private static Fault? Problem(AccountQuota quota) =>
        quota.MaxVolumes < 0 || quota.MaxSnapshots < 0 || quota.MaxBytes?.Bytes < 0 || quota.MaxMinIops < 0 || quota.MaxMaxIops < 0
            ? new Fault("quota-invalid", "A bound of a quota is below 0; give 0 or more, or leave it out for no bound.", Recovery.FixRequest)
            : null;

    private static string Text(AccountQuota quota)
    {
        var parts = new[]
        {
            ("volumes", quota.MaxVolumes?.ToString()), ("snapshots", quota.MaxSnapshots?.ToString()), ("size", quota.MaxBytes?.ToString()),
            ("min IOPS", quota.MaxMinIops?.ToString()), ("max IOPS", quota.MaxMaxIops?.ToString()),
        }.Where(part => part.Item2 is not null).Select(part => $"{part.Item1} {part.Item2}");
        return string.Join(", ", parts) is { Length: > 0 } bounds ? bounds : "no bound";
    }
}
