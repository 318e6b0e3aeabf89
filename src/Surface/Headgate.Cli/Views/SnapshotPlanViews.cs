using Headgate.Api.Contract;
using Headgate.Cli.Output;

namespace Headgate.Cli.Views;

/// <summary>Groups of snapshots, and schedules.</summary>
internal static class SnapshotPlanViews
{
    public static readonly TableOf<SnapshotGroupView> Groups = new(
        new("NAME", g => g.Name), new("STATE", g => g.State), new("CONSISTENCY", Consistency), new("SNAPSHOTS", g => Show.Number(g.Snapshots.Count), Right: true),
        new("CREATED", g => Show.Time(g.CreatedAt)), new("ID", g => g.Id.ToString()))
    {
        Empty = "There are no groups of snapshots.",
    };

    public static readonly TableOf<SnapshotScheduleView> Schedules = new(
        new("NAME", s => s.Name), new("WHEN", s => $"{s.Rule} {s.TimeZone}"), new("VOLUMES", s => Show.Number(s.Volumes.Count), Right: true),
        new("KEEPS", Keeps), new("NEXT", s => s.Enabled ? Show.Time(s.NextAt) : "disabled"), new("LAST", s => Show.Time(s.LastRunAt)), new("OUTCOME", s => s.LastOutcome),
        new("ACCOUNT", s => s.Account))
    {
        Empty = "There are no snapshot schedules; make one with: headgate snapshot schedule create --help",
    };

    public static PropertySheet Group(SnapshotGroupView group) => new PropertySheet()
        .Add("Name", group.Name).Add("Id", group.Id.ToString()).Add("State", group.State).Add("Cause", group.Cause)
        .Add("Consistency", Consistency(group)).Add("Created", Show.Time(group.CreatedAt))
        .AddBlock("Snapshots", StorageViews.Lines(VolumeViews.Snapshots, group.Snapshots));

    public static PropertySheet Schedule(SnapshotScheduleView schedule) => new PropertySheet()
        .Add("Name", schedule.Name).Add("Id", schedule.Id.ToString()).Add("Account", schedule.Account).Add("Enabled", Show.YesNo(schedule.Enabled))
        .Add("When", $"{schedule.Rule} ({schedule.TimeZone})").Add("Next", schedule.Enabled ? Show.Time(schedule.NextAt) : "not while it is disabled")
        .Add("Volumes", Show.List(schedule.Volumes)).Add("Names that fit", schedule.NamePattern).Add("As a group", Show.YesNo(schedule.AsGroup)).Add("Keeps", Keeps(schedule))
        .Add("Last run", Show.Time(schedule.LastRunAt)).Add("Outcome", schedule.LastOutcome).Add("Problem", schedule.LastProblem)
        .AddBlock("Operations", schedule.LastOperations);

    private static string Consistency(SnapshotGroupView group) => group.Consistency == "oneMoment" ? "one moment" : "per volume only";

    private static string Keeps(SnapshotScheduleView schedule)
    {
        string?[] parts = [schedule.KeepLast is { } last ? $"the last {last}" : null, schedule.KeepSeconds is { } seconds ? $"{TimeSpan.FromSeconds(seconds):d\\.hh\\:mm\\:ss}" : null];
        return string.Join(", ", parts.OfType<string>());
    }
}
