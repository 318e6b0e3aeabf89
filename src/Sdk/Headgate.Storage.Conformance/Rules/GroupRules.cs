using Headgate.Storage.Sdk;

namespace Headgate.Storage.Conformance;

/// <summary>Snapshots of several volumes at one moment.</summary>
internal static class GroupRules
{
    private const string No = "no group snapshots";

    [Rule("group.create.repeat-is-same-snapshots", "All are taken or none; a repeat with the same keys returns those that were taken")]
    public static async Task<Finding> Repeating_a_group_gives_the_same_snapshots(Bench bench)
    {
        if (bench.Driver.Facet<IGroupSnapshots>() is not { } groups) return Finding.NotAsked(No);
        var (one, first) = await bench.MakeAsync();
        var (two, second) = await bench.MakeAsync();
        GroupMember[] members = [new(bench.NewSnapshotKey(one), one, first.Handle), new(bench.NewSnapshotKey(two), two, second.Handle)];
        var key = new ObjectKey(bench.NewGuid());
        var taken = Expect.Done(await groups.CreateGroupAsync(key, members, "g", bench.Stop), "group");
        Expect.Equal(
            string.Join(' ', members.Select(m => $"{m.Snapshot}/{m.Volume}")), string.Join(' ', taken.Select(s => $"{s.Key}/{s.Volume}")), "keys and volumes of the snapshots");
        await bench.ReopenAsync();
        groups = bench.Driver.Facet<IGroupSnapshots>()!;
        for (var n = 2; n <= bench.Repeats; n++)
        {
            var again = Expect.Done(await groups.CreateGroupAsync(key, members, "g", bench.Stop), $"group number {n}");
            Expect.Equal(string.Join(' ', taken.Select(s => s.Handle.Value)), string.Join(' ', again.Select(s => s.Handle.Value)), $"snapshots of group number {n}");
        }
        return Finding.Kept(string.Join(", ", taken.Select(s => s.Handle.Value)));
    }

    [Rule("group.members-are-snapshots", "found, reverted to, cloned from and deleted one by one")]
    public static async Task<Finding> Each_of_a_group_is_a_snapshot_as_any_other(Bench bench)
    {
        if (bench.Driver.Facet<IGroupSnapshots>() is not { } groups) return Finding.NotAsked(No);
        if (bench.Driver.Facet<ISnapshots>() is not { } snapshots) return Finding.NotAsked("no snapshots");
        var (one, first) = await bench.MakeAsync();
        var (two, second) = await bench.MakeAsync();
        GroupMember[] members = [new(bench.NewSnapshotKey(one), one, first.Handle), new(bench.NewSnapshotKey(two), two, second.Handle)];
        var taken = Expect.Done(await groups.CreateGroupAsync(new ObjectKey(bench.NewGuid()), members, "g", bench.Stop), "group");
        foreach (var (member, snapshot) in members.Zip(taken))
            Expect.Equal(snapshot.Handle, Expect.Done(await snapshots.FindSnapshotAsync(member.Snapshot, member.Volume, bench.Stop), "find")?.Handle, "a member found by its key");
        Expect.Done(await snapshots.RevertAsync(one, first.Handle, members[0].Snapshot, taken[0].Handle, bench.Stop), "revert one of them");
        Expect.Done(await snapshots.DeleteSnapshotAsync(members[0].Snapshot, taken[0].Handle, bench.Stop), "delete one of them");
        Expect.True(Expect.Done(await snapshots.FindSnapshotAsync(members[0].Snapshot, first.Handle, bench.Stop), "find") is null, "a deleted member is found");
        Expect.Equal(taken[1].Handle, Expect.Done(await snapshots.FindSnapshotAsync(members[1].Snapshot, second.Handle, bench.Stop), "find")?.Handle, "the other one");
        Expect.Done(await snapshots.DeleteSnapshotAsync(members[1].Snapshot, taken[1].Handle, bench.Stop), "delete the other");
        return Finding.Kept($"{taken.Count} snapshots");
    }

    [Rule("group.create.all-or-none", "a volume that is gone with VolumeNotFound")]
    public static async Task<Finding> A_group_with_a_volume_that_is_gone_takes_nothing(Bench bench)
    {
        if (bench.Driver.Facet<IGroupSnapshots>() is not { } groups) return Finding.NotAsked(No);
        if (bench.Driver.Facet<ISnapshots>() is not { } snapshots) return Finding.NotAsked("no snapshots");
        var (one, first) = await bench.MakeAsync();
        var (two, second) = await bench.MakeAsync();
        Expect.Done(await bench.Driver.DeleteAsync(two, second.Handle, bench.Stop), "delete");
        GroupMember[] members = [new(bench.NewSnapshotKey(one), one, first.Handle), new(bench.NewSnapshotKey(two), two, second.Handle)];
        Expect.Refused(await groups.CreateGroupAsync(new ObjectKey(bench.NewGuid()), members, "g", bench.Stop), "group", FaultCodes.VolumeNotFound);
        Expect.True(Expect.Done(await snapshots.FindSnapshotAsync(members[0].Snapshot, first.Handle, bench.Stop), "find") is null, "one of them was taken all the same");
        Expect.True(groups.MostMembers >= 2, $"a group has at most {groups.MostMembers} members");
        return Finding.Kept("nothing was taken");
    }
}
