using Headgate.Domain;
using Headgate.Operations;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headgate.Control;

/// <summary>
/// Expunges what was in the recycle bin for long enough. On several servers each may begin it: the second finds the volume being expunged.
/// What has snapshots stays until they are deleted, and what is protected until it is not.
/// </summary>
public sealed partial class VolumePurger(HeadgateDatabase database, OperationStarter starter, TimeProvider time, ILogger<VolumePurger> log) : BackgroundService
{
    /// <summary>How late a volume may go.</summary>
    public static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(1);

    /// <summary>At a time: each is an operation, and the array has tenants to serve.</summary>
    public const int MostAtOnce = 50;

    private static readonly Caller Itself = new(Guid.Empty, ReconcileOptions.Account, Role.Admin, "recycle-bin");

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(LookAgain, time, stoppingToken).ConfigureAwait(false);
                await PurgeAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                LogFailed(e); // the database is away: look again soon
            }
        }
    }

    /// <summary>Begins to expunge what is due; the operations that were begun.</summary>
    internal async Task<IReadOnlyList<OperationDetails>> PurgeAsync(CancellationToken stop)
    {
        var now = time.GetUtcNow();
        var due = await database.ReadAsync(
            (db, cancel) => db.Volumes
                .Where(v => v.PurgeAt != null && v.PurgeAt <= now && v.State == VolumeState.Deleted && !v.IsProtected)
                .Where(v => !db.Snapshots.Any(s => s.VolumeId == v.Id && s.State != SnapshotState.Deleted) && !db.OperationSubjects.Any(s => s.SubjectId == v.Id))
                .OrderBy(v => v.PurgeAt).Take(MostAtOnce).Select(v => v.Id).ToListAsync(cancel), stop).ConfigureAwait(false);
        var begun = new List<OperationDetails>(due.Count);
        foreach (var id in due)
        {
            var asked = await VolumeCommands.StartAsync(starter, Itself, id.ToString(), OperationKinds.VolumeExpunge, new VolumeCommand.Expunge(), stop).ConfigureAwait(false);
            if (asked is Outcome<OperationDetails>.Done { Value: var operation }) begun.Add(operation);
        }
        if (begun.Count > 0) LogPurged(begun.Count);
        return begun;
    }
}
