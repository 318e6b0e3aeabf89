using Headgate.Domain;
using Headgate.Operations.Volumes;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control;

/// <summary>How long the recycle bin keeps an account's deleted volumes, and by which rule.</summary>
/// <param name="Account">Whose; null for everybody without a rule of their own.</param>
/// <param name="Keep">How long; null for ever.</param>
/// <param name="Rule">account, everybody or default.</param>
public sealed record RecycleRuleDetails(string? Account, TimeSpan? Keep, string Rule);

/// <summary>What to do to a rule.</summary>
/// <param name="Account">Whose; null for everybody.</param>
/// <param name="Keep">How long.</param>
/// <param name="Forever">Until somebody expunges.</param>
/// <param name="Inherit">Take the rule away: the next one up holds.</param>
public sealed record SetRecycleRule(string? Account, TimeSpan? Keep, bool Forever, bool Inherit);

/// <summary>GET and POST /recycle-bin. A tenant sees what holds for itself.</summary>
public sealed class RecycleBins(HeadgateDatabase database, TimeProvider time)
{
    public Task<Outcome<RecycleRuleDetails>> GetAsync(Caller caller, string? accountReference, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return database.ReadAsync<Outcome<RecycleRuleDetails>>(
            async (db, cancel) =>
            {
                if (accountReference is null && caller.IsOperator) return Show(null, await RuleAsync(db, RecycleRule.Everybody, cancel).ConfigureAwait(false));
                var seen = caller.IsOperator ? db.Accounts : db.Accounts.Where(a => a.Id == caller.AccountId);
                var reference = accountReference ?? caller.AccountId.ToString();
                var found = await seen.FindAsync("account", reference, a => a.Name == reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<Account>.Done { Value: var account }) return found.Problem!;
                return Show(account.Name, await RecycleBin.RuleOfAsync(db, account.Id, cancel).ConfigureAwait(false));
            },
            stop);
    }

    /// <summary>Holds for what is deleted from now on; what is in the bin keeps the end that it was told.</summary>
    public async Task<Outcome<RecycleRuleDetails>> SetAsync(Caller caller, SetRecycleRule request, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(request);
        if (caller.MayNot("setRecycleBin") is { } refusal) return refusal;
        if (Problem(request) is { } unlawful) return unlawful;
        return await database.WriteAsync<Outcome<RecycleRuleDetails>>(
            async (db, cancel) =>
            {
                Account? account = null;
                if (request.Account is { } reference)
                {
                    var found = await db.Accounts.FindAsync("account", reference, a => a.Name == reference, cancel).ConfigureAwait(false);
                    if (found is not Outcome<Account>.Done { Value: var owner }) return found.Problem!;
                    account = owner;
                }
                var id = account?.Id ?? RecycleRule.Everybody;
                var known = await RuleAsync(db, id, cancel).ConfigureAwait(false);
                var rule = request.Inherit ? null : (known ?? new RecycleRule { Id = id }) with { KeepSeconds = request.Forever ? null : (long)request.Keep!.Value.TotalSeconds };
                if (rule is null && known is not null) db.RecycleRules.Remove(known);
                else if (rule is not null && known is null) db.RecycleRules.Add(rule);
                else if (rule is not null && rule != known) db.Put(rule);
                db.Record(time.GetUtcNow(), caller.Actor, "recycle-bin.changed", "account", account?.Id, account?.Name, account?.Id,
                    $"Deleted volumes of {account?.Name ?? "every account without a rule of its own"} are kept {Text(request)}.");
                return Show(account?.Name, rule ?? (account is null ? null : await RuleAsync(db, RecycleRule.Everybody, cancel).ConfigureAwait(false)));
            },
            stop).ConfigureAwait(false);
    }

    private static Task<RecycleRule?> RuleAsync(HeadgateDbContext db, Guid id, CancellationToken stop) => db.RecycleRules.SingleOrDefaultAsync(r => r.Id == id, stop);

    private static RecycleRuleDetails Show(string? account, RecycleRule? rule) => rule is null
        ? new RecycleRuleDetails(account, RecycleRule.Default, "default")
        : new RecycleRuleDetails(account, rule.KeepSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null, rule.Id == RecycleRule.Everybody ? "everybody" : "account");

    private static string Text(SetRecycleRule request) =>
        request.Inherit ? "as the next rule up says" : request.Forever ? "until somebody expunges them" : $"for {request.Keep}";

    private static Fault? Problem(SetRecycleRule request)
    {
        var given = (request.Keep is null ? 0 : 1) + (request.Forever ? 1 : 0) + (request.Inherit ? 1 : 0);
        if (given != 1) return new Fault("recycle-rule-invalid", "Give exactly one of a time to keep, for ever, and the rule of the next one up.", Recovery.FixRequest);
        return request.Keep is { } keep && (keep < TimeSpan.Zero || keep > RecycleRule.Longest)
            ? new Fault("recycle-rule-invalid", $"A time of {keep} was given; it must be from 0 to {RecycleRule.Longest.TotalDays:0} days. For longer, keep them for ever.", Recovery.FixRequest)
            : null;
    }
}
