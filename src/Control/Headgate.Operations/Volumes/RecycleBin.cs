using Headgate.Domain;
using Headgate.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Operations.Volumes;

/// <summary>How long the recycle bin keeps what.</summary>
public static class RecycleBin
{
    /// <summary>The account's own rule, else the one for everybody; null when there is neither.</summary>
    public static async Task<RecycleRule?> RuleOfAsync(HeadgateDbContext db, Guid accountId, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(db);
        var rules = await db.RecycleRules.Where(r => r.Id == accountId || r.Id == RecycleRule.Everybody).ToListAsync(stop).ConfigureAwait(false);
        return rules.Find(r => r.Id == accountId) ?? rules.FirstOrDefault();
    }

    internal static async Task<DateTimeOffset?> PurgeAtAsync(HeadgateDbContext db, Guid volumeId, DateTimeOffset now, CancellationToken stop)
    {
        var account = await db.Volumes.Where(v => v.Id == volumeId).Select(v => v.AccountId).SingleAsync(stop).ConfigureAwait(false);
        return RecycleRule.PurgeAt(await RuleOfAsync(db, account, stop).ConfigureAwait(false), now);
    }
}
