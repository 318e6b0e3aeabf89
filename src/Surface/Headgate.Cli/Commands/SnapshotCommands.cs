using System.CommandLine;
using Headgate.Api.Contract;
using Headgate.Cli.Api;
using Headgate.Cli.Options;
using Headgate.Cli.Views;

namespace Headgate.Cli.Commands;

/// <summary><c>headgate snapshot</c></summary>
internal static class SnapshotCommands
{
    public static Command Noun() => Verb.Noun("snapshot", "Snapshots: a volume's data as it was.",
        Create(),
        List(),
        PlaceCommands.ShowVerb("snapshot", Routes.Snapshots, "nightly", (session, route, cancelled) =>
            session.ShowAsync(route, VolumeViews.Snapshot, ApiJson.Default.SnapshotView, cancelled)),
        Revert(),
        ScheduleCommands.Noun(),
        PlaceCommands.RemoveVerb("snapshot", Routes.Snapshots, "nightly", "delete", "Delete a snapshot; the volume is left as it is."));

    private static Verb Create()
    {
        var volume = Given.Required("--volume", "The volume.", "VOLUME");
        var name = Given.Required("--name", "The snapshot's name.", "NAME");
        return Verb.Of("create", "Keep a volume's data as it is now.", ["headgate snapshot create --volume db1 --name nightly"],
            WaitOptions.With(volume, name), async (session, cancelled) =>
            {
                var body = new CreateSnapshot(session.Get(volume)!, session.Get(name)!);
                var answer = await session.Api.PostAsync(Routes.Snapshots, body, ApiJson.Default.CreateSnapshot, cancelled);
                await session.FinishAndShowAsync(answer, Routes.Snapshots, VolumeViews.Snapshot, ApiJson.Default.SnapshotView, cancelled);
            });
    }

    private static Verb List()
    {
        var volume = Given.Text("--volume", "Only those of this volume.", "VOLUME");
        var state = Given.Text("--state", "Only those in this state.", "STATE");
        var account = Given.Text("--account", "Only those of this account.", "ACCOUNT");
        var name = Given.Text("--name", "Only those whose names begin so.", "PREFIX");
        return Verb.Of("list", "List snapshots.", ["headgate snapshot list --volume db1"], [volume, state, account, name], (session, cancelled) =>
            session.ListAsync(
                Routes.Filtered(Routes.Snapshots, ("volume", session.Get(volume)), ("state", session.Get(state)), ("account", session.Get(account)), ("name", session.Get(name))), VolumeViews.Snapshots, ApiJson.Default.SnapshotView, cancelled));
    }

    private static Verb Revert()
    {
        var snapshot = Given.Ref("SNAPSHOT");
        return Verb.Of("revert", "Put a volume's data back to what it was; what was written since is lost.", ["headgate snapshot revert nightly"],
            WaitOptions.With(snapshot), async (session, cancelled) =>
            {
                var name = session.Get(snapshot);
                var answer = await session.Api.PostAsync(Routes.Of(Routes.Snapshots, name, "revert"), cancelled);
                await session.FinishAndSayAsync(answer, $"snapshot {name}: its volume holds its data again", cancelled);
            });
    }
}
