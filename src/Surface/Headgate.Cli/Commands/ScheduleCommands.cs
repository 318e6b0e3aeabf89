using System.CommandLine;
using System.Globalization;
using Headgate.Api.Contract;
using Headgate.Cli.Api;
using Headgate.Cli.Options;
using Headgate.Cli.Views;

namespace Headgate.Cli.Commands;

/// <summary><c>headgate snapshot schedule</c></summary>
internal static class ScheduleCommands
{
    private static readonly string[] Weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    public static Command Noun() => Verb.Noun("schedule", "Schedules: snapshots that are taken, and deleted again, by themselves.",
        Create(),
        Verb.Of("list", "List snapshot schedules.", ["headgate snapshot schedule list"], [], (session, cancelled) =>
            session.ListAsync(Routes.SnapshotSchedules, SnapshotPlanViews.Schedules, ApiJson.Default.SnapshotScheduleView, cancelled)),
        Show(),
        Change("enable", "Let it run again, at its next moment."),
        Change("disable", "Keep it from running."),
        Delete());

    private static Verb Create()
    {
        var name = Given.Required("--name", "Its name; the snapshots are named after it.", "NAME");
        var hourly = Moment("--hourly", "Every hour, at this minute.", "MINUTE", text => Minute(text) is { } minute ? $"{minute} * * * *" : null);
        var daily = Moment("--daily", "Every day, at this time.", "HH:MM", text => Time(text) is var (hour, minute) ? $"{minute} {hour} * * *" : null);
        var weekly = Moment("--weekly", "Every week, on this day at this time.", "DAY@HH:MM", Weekly);
        var cron = Given.Text("--cron", "When, as cron says it: minute, hour, day of month, month, day of week.", "'M H D M W'");
        var zone = Given.Text("--time-zone", "In which that is meant (default UTC).", "ZONE");
        var volumes = Given.Words("--volumes", "Of these volumes.", "db1,log1");
        var pattern = Given.Text("--match", "Of all volumes whose name fits; * stands for any characters.", "'db*'");
        var group = Given.Flag("--as-group", "All of them together, at one moment where their storage can.");
        var last = Given.Count("--keep-last", "Of each volume the newest so many stay.", 1);
        var keep = Given.Duration("--keep-for", "How long each stays; the newest always does.");
        var verb = Verb.Of("create", "Have snapshots taken by themselves.",
            [
                "headgate snapshot schedule create --name nightly --daily 03:30 --time-zone Europe/Berlin --match \"db*\" --keep-last 7",
                "headgate snapshot schedule create --name work --cron \"0 8-18 * * mon-fri\" --volumes db1,log1 --as-group --keep-for 7d",
            ],
            [name, hourly, daily, weekly, cron, zone, volumes, pattern, group, last, keep], async (session, cancelled) =>
            {
                var body = new CreateSnapshotSchedule
                {
                    Name = session.Get(name)!,
                    Rule = session.Get(hourly) ?? session.Get(daily) ?? session.Get(weekly) ?? session.Get(cron)!,
                    TimeZone = session.Get(zone) ?? "UTC",
                    Volumes = session.Get(volumes) ?? [],
                    NamePattern = session.Get(pattern),
                    AsGroup = session.Get(group),
                    KeepLast = (int?)session.Get(last),
                    KeepSeconds = (long?)session.Get(keep)?.TotalSeconds,
                };
                var answer = await session.Api.PostAsync(Routes.SnapshotSchedules, body, ApiJson.Default.CreateSnapshotSchedule, cancelled);
                session.Printer.PrintOne(answer.Body, SnapshotPlanViews.Schedule, ApiJson.Default.SnapshotScheduleView);
            });
        verb.Validators.Add(result =>
        {
            Option[] when = [hourly, daily, weekly, cron];
            if (when.Count(option => result.GetResult(option) is { Implicit: false }) != 1) result.AddError("Give exactly one of --hourly, --daily, --weekly, --cron.");
        });
        return verb;
    }

    private static Verb Show()
    {
        var schedule = Given.Ref("SCHEDULE");
        return Verb.Of("show", "Show one schedule and how its last run went.", ["headgate snapshot schedule show nightly"], [schedule], (session, cancelled) =>
            session.ShowAsync(Routes.Of(Routes.SnapshotSchedules, session.Get(schedule)), SnapshotPlanViews.Schedule, ApiJson.Default.SnapshotScheduleView, cancelled));
    }

    private static Verb Change(string verb, string help)
    {
        var schedule = Given.Ref("SCHEDULE");
        return Verb.Of(verb, help, [$"headgate snapshot schedule {verb} nightly"], [schedule], async (session, cancelled) =>
        {
            var answer = await session.Api.PostAsync(Routes.Of(Routes.SnapshotSchedules, session.Get(schedule), verb), cancelled);
            session.Printer.PrintOne(answer.Body, SnapshotPlanViews.Schedule, ApiJson.Default.SnapshotScheduleView);
        });
    }

    private static Verb Delete()
    {
        var schedule = Given.Ref("SCHEDULE");
        return Verb.Of("delete", "Delete a schedule; what it has taken stays.", ["headgate snapshot schedule delete nightly"], WaitOptions.With(schedule), async (session, cancelled) =>
        {
            var name = session.Get(schedule);
            var answer = await session.Api.DeleteAsync(Routes.Of(Routes.SnapshotSchedules, name), cancelled);
            await session.FinishAndSayAsync(answer, $"snapshot schedule {name}: deleted; what it has taken stays", cancelled);
        });
    }

    private static Option<string?> Moment(string name, string help, string value, Func<string, string?> read) => new(name)
    {
        Description = help,
        HelpName = value,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (read(text) is { } rule) return rule;
            result.AddError($"'{text}' is not of the form {value} ({name}).");
            return null;
        },
    };

    private static string? Weekly(string text) => text.Split('@') is [var day, var at] && Array.IndexOf(Weekdays, day.ToLowerInvariant()) >= 0 && Time(at) is var (hour, minute)
        ? $"{minute} {hour} * * {day.ToLowerInvariant()}"
        : null;

    private static int? Minute(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var minute) && minute < 60 ? minute : null;

    private static (int Hour, int Minute)? Time(string text) =>
        text.Split(':') is [var first, var second] && int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var hour) && hour < 24 && Minute(second) is { } minute
            ? (hour, minute)
            : null;
}
