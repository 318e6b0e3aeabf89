using Headgate.Domain;
using Headgate.Operations;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headgate.Control;

/// <summary>
/// Runs schedules that are due, notes how they went, and deletes what is not to be kept any more. Several servers share the work: a lease on
/// the row says who runs it, and each snapshot is asked for under a key that names the schedule, the moment and the volume, so that a run that
/// a dying server left is finished and not repeated.
/// </summary>
public sealed partial class ScheduleRunner(
    HeadgateDatabase database, CreateSnapshot create, CreateSnapshotGroup createGroup, DeleteSnapshot delete, EngineOptions engine, TimeProvider time,
    ILogger<ScheduleRunner> log) : BackgroundService
{
    /// <summary>How late a schedule may begin.</summary>
    public static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(15);

    /// <summary>A run writes one row for each volume; another server takes over from one that does not come to its end.</summary>
    public static readonly TimeSpan LeaseTakes = TimeSpan.FromMinutes(5);

    private readonly string _owner = $"{engine.ServerName}#{Guid.NewGuid():N}";

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(LookAgain, time, stoppingToken).ConfigureAwait(false);
                await LookAsync(stoppingToken).ConfigureAwait(false);
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

    /// <summary>Everything that is due now.</summary>
    internal async Task LookAsync(CancellationToken stop)
    {
        while (await ClaimAsync(stop).ConfigureAwait(false) is { } schedule) await RunAsync(schedule, stop).ConfigureAwait(false);
        await SettleAsync(stop).ConfigureAwait(false);
        await RetainAsync(stop).ConfigureAwait(false);
    }

    private Task<SnapshotSchedule?> ClaimAsync(CancellationToken stop) => database.WriteAsync(
        async (db, cancel) =>
        {
            var now = time.GetUtcNow();
            var due = await db.SnapshotSchedules.Where(s => s.IsEnabled && s.NextAt <= now && (s.LeaseOwner == null || s.LeaseUntil <= now))
                .OrderBy(s => s.NextAt).FirstOrDefaultAsync(cancel).ConfigureAwait(false);
            if (due is null) return null;
            var mine = due with { LeaseOwner = _owner, LeaseUntil = now + LeaseTakes };
            db.Put(mine);
            return mine;
        },
        stop);

    private async Task RunAsync(SnapshotSchedule schedule, CancellationToken stop)
    {
        var (account, volumes) = await database.ReadAsync(
            async (db, cancel) => (
                await db.Accounts.SingleAsync(a => a.Id == schedule.AccountId, cancel).ConfigureAwait(false),
                (await db.Volumes.Where(v => v.AccountId == schedule.AccountId && v.State != VolumeState.Expunged && v.State != VolumeState.Deleted).ToListAsync(cancel)
                    .ConfigureAwait(false)).Where(schedule.IsFor).ToList()),
            stop).ConfigureAwait(false);
        var caller = CallerOf(schedule, account.Name);
        var asked = volumes.Count == 0
            ? [new Fault("schedule-without-volumes", $"Schedule {schedule.Name} is for no volume that there is.", Recovery.FixRequest)]
            : schedule.AsGroup
                ? [await AskGroupAsync(caller, schedule, volumes, stop).ConfigureAwait(false)]
                : await AskEachAsync(caller, schedule, volumes, stop).ConfigureAwait(false);
        await EndAsync(schedule, asked, stop).ConfigureAwait(false);
    }

    private async Task<List<Outcome<OperationDetails>>> AskEachAsync(Caller caller, SnapshotSchedule schedule, List<Volume> volumes, CancellationToken stop)
    {
        var asked = new List<Outcome<OperationDetails>>(volumes.Count);
        foreach (var volume in volumes)
        {
            var name = SnapshotSchedule.NameOf(schedule.Name, volume, schedule.NextAt);
            asked.Add(await create.ExecuteAsync(caller with { IdempotencyKey = KeyOf(schedule, volume.Id) }, volume.Id.ToString(), name, schedule.Id, stop).ConfigureAwait(false));
        }
        return asked;
    }

    private Task<Outcome<OperationDetails>> AskGroupAsync(Caller caller, SnapshotSchedule schedule, List<Volume> volumes, CancellationToken stop)
    {
        var stamp = schedule.NextAt.UtcDateTime.ToString("yyyyMMdd-HHmmss", System.Globalization.CultureInfo.InvariantCulture);
        var name = $"{(schedule.Name.Length <= 48 ? schedule.Name : schedule.Name[..48])}-{stamp}";
        return createGroup.ExecuteAsync(
            caller with { IdempotencyKey = KeyOf(schedule, schedule.Id) }, new CreateGroupRequest(name, [.. volumes.Select(v => v.Id.ToString()).Order(StringComparer.Ordinal)]),
            schedule.Id, stop);
    }

    private Task EndAsync(SnapshotSchedule seen, IReadOnlyList<Outcome<OperationDetails>> asked, CancellationToken stop) => database.WriteAsync(
        async (db, cancel) =>
        {
            if (await db.SnapshotSchedules.SingleOrDefaultAsync(s => s.Id == seen.Id && s.LeaseOwner == _owner, cancel).ConfigureAwait(false) is not { } schedule) return;
            var now = time.GetUtcNow();
            var problem = asked.Select(a => a.Problem).FirstOrDefault(p => p is not null);
            var ran = schedule with
            {
                LeaseOwner = null, LeaseUntil = null, LastRunAt = now, NextAt = ScheduleClock.Next(schedule, now),
                LastOperations = [.. asked.Where(a => a.IsDone).Select(a => a.ValueOrThrow().Operation.Id.ToString())],
                LastOutcome = ScheduleOutcome.Running, LastProblem = problem is null ? null : Cause.Of(problem),
            };
            db.Put(ran);
        },
        stop);

    /// <summary>Runs whose operations have all ended: how they went, for the schedule and, when it was badly, for the log.</summary>
    private Task SettleAsync(CancellationToken stop) => database.WriteAsync(
        async (db, cancel) =>
        {
            foreach (var schedule in await db.SnapshotSchedules.Where(s => s.LastOutcome == ScheduleOutcome.Running).ToListAsync(cancel).ConfigureAwait(false))
            {
                var ids = schedule.LastOperations.Select(Guid.Parse).ToList();
                var operations = await db.Operations.Where(o => ids.Contains(o.Id)).ToListAsync(cancel).ConfigureAwait(false);
                if (operations.Exists(o => !o.HasEnded)) continue;
                var failed = operations.Find(o => o.Status is OperationStatus.Failed);
                var problem = failed?.Fault is { } fault ? Cause.Of(fault) : schedule.LastProblem;
                db.Put(schedule with { LastOutcome = problem is null ? ScheduleOutcome.Succeeded : ScheduleOutcome.Failed, LastProblem = problem });
                if (problem is null) continue;
                db.Record(time.GetUtcNow(), ReconcileOptions.Account, "snapshot-schedule.failed", "snapshot-schedule", schedule.Id, schedule.Name, schedule.AccountId,
                    $"Snapshot schedule {schedule.Name} did not take every snapshot: {problem.Message}", EventSeverity.Error);
            }
        },
        stop);

    /// <summary>Begins to delete what no schedule keeps any more. The newest of each volume always stays.</summary>
    internal async Task RetainAsync(CancellationToken stop)
    {
        var now = time.GetUtcNow();
        var (schedules, snapshots, accounts) = await database.ReadAsync(
            async (db, cancel) => (
                await db.SnapshotSchedules.ToDictionaryAsync(s => s.Id, cancel).ConfigureAwait(false),
                await db.Snapshots.Where(s => s.ScheduleId != null && s.State == SnapshotState.Ready && !db.OperationSubjects.Any(o => o.SubjectId == s.Id))
                    .ToListAsync(cancel).ConfigureAwait(false),
                await db.Accounts.Where(a => db.SnapshotSchedules.Any(s => s.AccountId == a.Id)).NamesAsync(cancel).ConfigureAwait(false)),
            stop).ConfigureAwait(false);
        foreach (var taken in snapshots.Where(s => schedules.ContainsKey(s.ScheduleId!.Value)).GroupBy(s => (Schedule: s.ScheduleId!.Value, s.VolumeId)))
        {
            var schedule = schedules[taken.Key.Schedule];
            foreach (var over in Over(schedule, [.. taken.OrderByDescending(s => s.Id)], now))
                await delete.ExecuteAsync(CallerOf(schedule, accounts[schedule.AccountId]), over.Id.ToString(), stop).ConfigureAwait(false);
        }
    }

    /// <summary>Of one volume's snapshots, newest first, those that are not to be kept.</summary>
    internal static IEnumerable<Snapshot> Over(SnapshotSchedule schedule, IReadOnlyList<Snapshot> newestFirst, DateTimeOffset now) => newestFirst.Where((snapshot, index) =>
        index > 0 && (index >= schedule.KeepLast || (schedule.KeepSeconds is { } seconds && snapshot.CreatedAt < now.AddSeconds(-seconds))));

    /// <summary>The account itself asks, so that what bounds the account bounds its schedules.</summary>
    private static Caller CallerOf(SnapshotSchedule schedule, string account) => new(schedule.AccountId, account, Role.Tenant, $"schedule:{schedule.Name}");

    /// <summary>Names one snapshot of one run, whichever server asks for it and however often.</summary>
    private static string KeyOf(SnapshotSchedule schedule, Guid of) => $"schedule/{schedule.Id:N}/{schedule.NextAt.UtcTicks}/{of:N}";
}
