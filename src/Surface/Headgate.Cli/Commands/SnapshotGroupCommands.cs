using System.CommandLine;
using Headgate.Api.Contract;
using Headgate.Cli.Api;
using Headgate.Cli.Options;
using Headgate.Cli.Views;

namespace Headgate.Cli.Commands;

/// <summary><c>headgate snapshot-group</c></summary>
internal static class SnapshotGroupCommands
{
    public static Command Noun() => Verb.Noun("snapshot-group", "Snapshot groups: several volumes' data as it was at one moment.",
        Create(),
        Verb.Of("list", "List groups of snapshots.", ["headgate snapshot-group list"], [], (session, cancelled) =>
            session.ListAsync(Routes.SnapshotGroups, SnapshotPlanViews.Groups, ApiJson.Default.SnapshotGroupView, cancelled)),
        PlaceCommands.ShowVerb("snapshot-group", Routes.SnapshotGroups, "before-upgrade", (session, route, cancelled) =>
            session.ShowAsync(route, SnapshotPlanViews.Group, ApiJson.Default.SnapshotGroupView, cancelled)),
        Revert(),
        PlaceCommands.RemoveVerb("snapshot-group", Routes.SnapshotGroups, "before-upgrade", "delete", "Delete a group with all of its snapshots; the volumes are left as they are."));

    private static Verb Create()
    {
        var name = Given.Required("--name", "The group's name.", "NAME");
        var volumes = Given.Words("--volumes", "The volumes.", "db1,log1");
        volumes.Required = true;
        var oneMoment = Given.Flag("--one-moment", "Rather none than snapshots of several moments, where a storage knows no groups.");
        return Verb.Of("create", "Keep several volumes' data as it is now, at one moment where their storage can.",
            ["headgate snapshot-group create --name before-upgrade --volumes db1,log1 --one-moment"], WaitOptions.With(name, volumes, oneMoment), async (session, cancelled) =>
            {
                var body = new CreateSnapshotGroup { Name = session.Get(name)!, Volumes = session.Get(volumes) ?? [], OneMoment = session.Get(oneMoment) };
                var answer = await session.Api.PostAsync(Routes.SnapshotGroups, body, ApiJson.Default.CreateSnapshotGroup, cancelled);
                await session.FinishAndShowAsync(answer, Routes.SnapshotGroups, SnapshotPlanViews.Group, ApiJson.Default.SnapshotGroupView, cancelled);
            });
    }

    private static Verb Revert()
    {
        var group = Given.Ref("GROUP");
        return Verb.Of("revert", "Put the data of all its volumes back to what it was; what was written since is lost.", ["headgate snapshot-group revert before-upgrade"],
            WaitOptions.With(group), async (session, cancelled) =>
            {
                var name = session.Get(group);
                var answer = await session.Api.PostAsync(Routes.Of(Routes.SnapshotGroups, name, "revert"), cancelled);
                await session.FinishAndSayAsync(answer, $"snapshot-group {name}: its volumes hold its data again", cancelled);
            });
    }
}
