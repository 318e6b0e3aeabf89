using Headgate.Domain;
using Headgate.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headgate.Control.Usage;

/// <summary>
/// Gives meters to what was made before there were any, once, beside what the server does: from then on it is billed, and counts towards its
/// account's quota. What changes in the meantime gets its meter with the change.
/// </summary>
public sealed partial class MeterAdoption(HeadgateDatabase database, ILogger<MeterAdoption> log) : BackgroundService
{
    /// <summary>Objects of one transaction, so that nobody waits long for it.</summary>
    private const int Batch = 200;

    /// <summary>Returns how many there were.</summary>
    public async Task<int> AdoptAsync(CancellationToken stop)
    {
        var all = 0;
        for (int some; (some = await database.WriteAsync(AdoptSomeAsync, stop).ConfigureAwait(false)) > 0;) all += some;
        if (all > 0) LogAdopted(all);
        return all;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await AdoptAsync(stoppingToken).ConfigureAwait(false);
        }
        catch (Exception failed) when (failed is not OutOfMemoryException && !stoppingToken.IsCancellationRequested)
        {
            LogFailed(failed); // another server may be at the same; the next start looks again
        }
    }

    private static async Task<int> AdoptSomeAsync(HeadgateDbContext db, CancellationToken stop)
    {
        var volumes = await db.Volumes.Where(v => v.State != VolumeState.Expunged && !db.Meters.Any(m => m.Id == v.Id)).OrderBy(v => v.Id).Take(Batch)
            .ToListAsync(stop).ConfigureAwait(false);
        var snapshots = await db.Snapshots.Where(s => s.State != SnapshotState.Deleted && !db.Meters.Any(m => m.Id == s.Id)).OrderBy(s => s.Id).Take(Batch)
            .ToListAsync(stop).ConfigureAwait(false);
        var templates = await db.Templates.Where(t => t.State != TemplateState.Deleted && !db.Meters.Any(m => m.Id == t.Id)).OrderBy(t => t.Id).Take(Batch)
            .ToListAsync(stop).ConfigureAwait(false);
        List<Metered> seen = [.. volumes.Select(Metered.Of), .. snapshots.Select(Metered.Of), .. templates.Select(Metered.Of)];
        foreach (var one in seen) db.StartMeter(one);
        return seen.Count;
    }
}
