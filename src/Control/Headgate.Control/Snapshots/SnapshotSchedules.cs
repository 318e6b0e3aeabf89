using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control;

/// <summary>A schedule with the names of the volumes that it is for now.</summary>
public sealed record ScheduleDetails(SnapshotSchedule Schedule, string Account, IReadOnlyList<string> Volumes);

/// <summary>What a schedule shall be. Volumes are ids or names.</summary>
public sealed record CreateScheduleRequest(string Name, string Rule, string TimeZone)
{
    public IReadOnlyList<string> Volumes { get; init; } = [];

    public string? NamePattern { get; init; }

    public bool AsGroup { get; init; }

    public int? KeepLast { get; init; }

    public TimeSpan? KeepFor { get; init; }
}

/// <summary>GET, POST and DELETE /snapshot-schedules, and …/enable, /disable: a tenant's own; an admin makes them for its own account and sees all.</summary>
public sealed class SnapshotSchedules(HeadgateDatabase database, TimeProvider time)
{
    /// <summary>Of one account: each is a look at its volumes whenever it is due.</summary>
    public const int MostOfAccount = 100;

    /// <summary>Ten years; whoever wants longer keeps by number.</summary>
    private static readonly TimeSpan LongestKept = TimeSpan.FromDays(3650);

    public async Task<Outcome<ScheduleDetails>> CreateAsync(Caller caller, CreateScheduleRequest request, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(request);
        if (Problem(request) is { } problem) return problem;
        if (!CronRule.TryParse(request.Rule, out var rule, out var unlawful)) return new Fault("schedule-rule-invalid", unlawful!, Recovery.FixRequest);
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(request.TimeZone, out var zone))
            return new Fault("time-zone-unknown", $"'{request.TimeZone}' is no time zone that this server knows; give an IANA name like Europe/Berlin, or UTC.", Recovery.FixRequest);
        return await database.WriteAsync<Outcome<ScheduleDetails>>(
            async (db, cancel) =>
            {
                var volumes = new List<string>();
                foreach (var reference in request.Volumes)
                {
                    var found = await db.FindVolumeAsync(caller, reference, cancel).ConfigureAwait(false);
                    if (found is not Outcome<Volume>.Done { Value: var volume }) return found.Problem!;
                    if (volume.AccountId != caller.AccountId)
                        return new Fault("schedule-of-accounts", $"Volume {volume.Name} belongs to another account; a schedule is for volumes of its own account.", Recovery.FixRequest);
                    volumes.Add(volume.Id.ToString());
                }
                var own = await db.SnapshotSchedules.Where(s => s.AccountId == caller.AccountId).Select(s => s.Name).ToListAsync(cancel).ConfigureAwait(false);
                if (own.Contains(request.Name)) return References.NameTaken("snapshot schedule", request.Name);
                if (own.Count >= MostOfAccount)
                    return new Fault("too-many-schedules", $"Account {caller.Account} has {own.Count} snapshot schedules, which is the most; delete one first.", Recovery.FixRequest);
                var now = time.GetUtcNow();
                var schedule = new SnapshotSchedule
                {
                    Id = Guid.CreateVersion7(now), Name = request.Name, AccountId = caller.AccountId, Volumes = [.. volumes.Distinct()], NamePattern = request.NamePattern,
                    Rule = rule!.Text, TimeZone = request.TimeZone, AsGroup = request.AsGroup, KeepLast = request.KeepLast,
                    KeepSeconds = (long?)request.KeepFor?.TotalSeconds, NextAt = rule.Next(now, zone), CreatedAt = now,
                };
                db.SnapshotSchedules.Add(schedule);
                db.Record(now, caller.Actor, "snapshot-schedule.created", "snapshot-schedule", schedule.Id, schedule.Name, schedule.AccountId,
                    $"Snapshot schedule {schedule.Name} ({schedule.Rule}, {schedule.TimeZone}) was made.");
                return await DetailAsync(db, schedule, cancel).ConfigureAwait(false);
            },
            stop).ConfigureAwait(false);
    }

    public Task<Outcome<PageOf<ScheduleDetails>>> ListAsync(Caller caller, PageRequest page, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return database.ReadAsync<Outcome<PageOf<ScheduleDetails>>>(
            async (db, cancel) =>
            {
                var found = await SeenBy(db, caller).PageAsync(page, cancel).ConfigureAwait(false);
                if (found is not Outcome<PageOf<SnapshotSchedule>>.Done { Value: var schedules }) return found.Problem!;
                var details = new List<ScheduleDetails>();
                foreach (var schedule in schedules.Items) details.Add(await DetailAsync(db, schedule, cancel).ConfigureAwait(false));
                return new PageOf<ScheduleDetails>(details, schedules.NextCursor);
            },
            stop);
    }

    public Task<Outcome<ScheduleDetails>> GetAsync(Caller caller, string reference, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return database.ReadAsync<Outcome<ScheduleDetails>>(
            async (db, cancel) =>
            {
                var found = await FindAsync(db, caller, reference, cancel).ConfigureAwait(false);
                return found is Outcome<SnapshotSchedule>.Done { Value: var schedule } ? await DetailAsync(db, schedule, cancel).ConfigureAwait(false) : found.Problem!;
            },
            stop);
    }

    /// <summary>What it has taken stays, and is nobody's to delete but people's from then on.</summary>
    public Task<Outcome<Nothing>> DeleteAsync(Caller caller, string reference, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return database.WriteAsync<Outcome<Nothing>>(
            async (db, cancel) =>
            {
                var found = await FindAsync(db, caller, reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<SnapshotSchedule>.Done { Value: var schedule }) return found.Problem!;
                db.SnapshotSchedules.Remove(schedule);
                db.Record(time.GetUtcNow(), caller.Actor, "snapshot-schedule.deleted", "snapshot-schedule", schedule.Id, schedule.Name, schedule.AccountId,
                    $"Snapshot schedule {schedule.Name} was deleted; what it has taken stays.");
                return default(Nothing);
            },
            stop);
    }

    /// <summary>Enabled again it is due at its next moment, not for those that it missed.</summary>
    public async Task<Outcome<ScheduleDetails>> EnableAsync(Caller caller, string reference, bool isEnabled, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return await database.WriteAsync<Outcome<ScheduleDetails>>(
            async (db, cancel) =>
            {
                var found = await FindAsync(db, caller, reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<SnapshotSchedule>.Done { Value: var schedule }) return found.Problem!;
                var now = time.GetUtcNow();
                var changed = schedule with { IsEnabled = isEnabled, NextAt = isEnabled && !schedule.IsEnabled ? ScheduleClock.Next(schedule, now) : schedule.NextAt };
                if (changed != schedule)
                {
                    db.Put(changed);
                    db.Record(now, caller.Actor, isEnabled ? "snapshot-schedule.enabled" : "snapshot-schedule.disabled", "snapshot-schedule", schedule.Id, schedule.Name,
                        schedule.AccountId, $"Snapshot schedule {schedule.Name} is {(isEnabled ? "enabled" : "disabled")} now.");
                }
                return await DetailAsync(db, changed, cancel).ConfigureAwait(false);
            },
            stop).ConfigureAwait(false);
    }

    private static IQueryable<SnapshotSchedule> SeenBy(HeadgateDbContext db, Caller caller) =>
        caller.IsOperator ? db.SnapshotSchedules : db.SnapshotSchedules.Where(s => s.AccountId == caller.AccountId);

    private static Task<Outcome<SnapshotSchedule>> FindAsync(HeadgateDbContext db, Caller caller, string reference, CancellationToken stop) =>
        SeenBy(db, caller).FindAsync("snapshot schedule", reference, s => s.Name == reference, stop);

    private static async Task<ScheduleDetails> DetailAsync(HeadgateDbContext db, SnapshotSchedule schedule, CancellationToken stop)
    {
        var account = await db.Accounts.Where(a => a.Id == schedule.AccountId).Select(a => a.Name).SingleAsync(stop).ConfigureAwait(false);
        var volumes = await db.Volumes.Where(v => v.AccountId == schedule.AccountId && v.State != VolumeState.Expunged).ToListAsync(stop).ConfigureAwait(false);
        return new ScheduleDetails(schedule, account, [.. volumes.Where(schedule.IsFor).Select(v => v.Name).Order(StringComparer.Ordinal)]);
    }

    private static Fault? Problem(CreateScheduleRequest request)
    {
        if (ObjectName.Problem(request.Name, "snapshot schedule") is { } badName) return badName;
        if (request.Volumes.Count == 0 && string.IsNullOrEmpty(request.NamePattern)) return Invalid("It is for no volume: name some, or give a pattern of names.");
        if (request.Volumes.Count > CreateSnapshotGroup.MostVolumes && request.AsGroup) return Invalid($"A group has at most {CreateSnapshotGroup.MostVolumes} volumes.");
        if (request.KeepLast is { } last && last is < 1 or > SnapshotSchedule.MostKept)
            return Invalid($"It was to keep {request.KeepLast} of each volume; it can keep 1 to {SnapshotSchedule.MostKept}.");
        if (request.KeepFor is { } kept && (kept < TimeSpan.FromMinutes(1) || kept > LongestKept)) return Invalid($"It was to keep each for {kept}; that must be from a minute to ten years.");
        return request.KeepLast is null && request.KeepFor is null
            ? Invalid("Nothing says how long its snapshots are kept, and they would fill the storage: give a number to keep, a time, or both.")
            : null;
    }

    private static Fault Invalid(string message) => new("schedule-invalid", message, Recovery.FixRequest);
}

/// <summary>When a schedule is due.</summary>
internal static class ScheduleClock
{
    /// <summary>The first moment after <paramref name="after"/>. A zone that this machine does not know any more counts as UTC.</summary>
    public static DateTimeOffset Next(SnapshotSchedule schedule, DateTimeOffset after)
    {
        if (!CronRule.TryParse(schedule.Rule, out var rule, out var problem)) throw new InvalidOperationException($"Schedule {schedule.Id}: {problem}"); // checked when it was made
        return rule!.Next(after, TimeZoneInfo.TryFindSystemTimeZoneById(schedule.TimeZone, out var zone) ? zone : TimeZoneInfo.Utc);
    }
}
