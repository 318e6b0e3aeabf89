using Headgate.Storage.Sdk;

namespace Headgate.Storage.Conformance;

/// <summary>Snapshots.</summary>
internal static class SnapshotRules
{
    private const string No = "no snapshots";

    [Rule("snapshot.create.repeat-is-same-snapshot", "All are idempotent: a repeat with the same key and arguments returns the same as the first")]
    public static async Task<Finding> Repeating_a_snapshot_gives_the_same_one(Bench bench)
    {
        if (bench.Driver.Facet<ISnapshots>() is not { } snapshots) return Finding.NotAsked(No);
        var (key, volume) = await bench.MakeAsync();
        var (snapshotKey, first) = await TakeAsync(bench, snapshots, key, volume);
        Expect.Equal(((ObjectKey?)snapshotKey, volume.Handle, volume.Size), (first.Key, first.Volume, first.Size), "key, volume and size of the snapshot");
        for (var n = 2; n <= bench.Repeats; n++)
        {
            var again = Expect.Done(await snapshots.CreateSnapshotAsync(snapshotKey, key, volume.Handle, "s", bench.Stop), $"snapshot number {n}");
            Expect.Equal(first, again, $"what snapshot number {n} returned");
        }
        return Finding.Kept($"{bench.Repeats} times, snapshot {first.Handle.Value}");
    }

    [Rule("snapshot.create.key-reused-is-refused", "the same key with other arguments is refused with KeyReused")]
    public static async Task<Finding> One_key_for_snapshots_of_two_volumes_is_refused(Bench bench)
    {
        if (bench.Driver.Facet<ISnapshots>() is not { } snapshots) return Finding.NotAsked(No);
        var (key, volume) = await bench.MakeAsync();
        var (otherKey, other) = await bench.MakeAsync();
        var (snapshotKey, _) = await TakeAsync(bench, snapshots, key, volume);
        Expect.Refused(
            await snapshots.CreateSnapshotAsync(snapshotKey, otherKey, other.Handle, "s", bench.Stop), "the key of another volume's snapshot", FaultCodes.KeyReused);
        return Finding.Kept("refused");
    }

    [Rule("snapshot.find.by-key", "Finds a snapshot of the volume by its key. Done(null) means certainly absent")]
    public static async Task<Finding> A_snapshot_is_found_by_its_key_and_no_other(Bench bench)
    {
        if (bench.Driver.Facet<ISnapshots>() is not { } snapshots) return Finding.NotAsked(No);
        var (key, volume) = await bench.MakeAsync();
        var absent = Expect.Done(await snapshots.FindSnapshotAsync(bench.NewSnapshotKey(key), volume.Handle, bench.Stop), "find what was never taken");
        Expect.True(absent is null, "a snapshot that was never taken is found");
        var (oneKey, one) = await TakeAsync(bench, snapshots, key, volume);
        var (twoKey, two) = await TakeAsync(bench, snapshots, key, volume);
        await bench.ReopenAsync();
        snapshots = bench.Driver.Facet<ISnapshots>()!;
        Expect.Equal(one.Handle, Expect.Done(await snapshots.FindSnapshotAsync(oneKey, volume.Handle, bench.Stop), "find")?.Handle, "the first snapshot");
        Expect.Equal(two.Handle, Expect.Done(await snapshots.FindSnapshotAsync(twoKey, volume.Handle, bench.Stop), "find")?.Handle, "the second snapshot");
        Expect.True(one.Handle != two.Handle, "two snapshots have one handle");
        return Finding.Kept($"{one.Handle.Value} and {two.Handle.Value}");
    }

    [Rule("snapshot.delete.is-gone", "Deletes a snapshot; an absent one is Done; one made with another key is refused with WrongVolume")]
    public static async Task<Finding> A_deleted_snapshot_is_found_no_more(Bench bench)
    {
        if (bench.Driver.Facet<ISnapshots>() is not { } snapshots) return Finding.NotAsked(No);
        var (key, volume) = await bench.MakeAsync();
        var (goneKey, gone) = await TakeAsync(bench, snapshots, key, volume);
        var (staysKey, stays) = await TakeAsync(bench, snapshots, key, volume);
        for (var n = 1; n <= bench.Repeats; n++)
            Expect.Done(await snapshots.DeleteSnapshotAsync(goneKey, gone.Handle, bench.Stop), $"delete snapshot number {n}");
        Expect.True(Expect.Done(await snapshots.FindSnapshotAsync(goneKey, volume.Handle, bench.Stop), "find") is null, "a deleted snapshot is found");
        Expect.Equal(stays.Handle, Expect.Done(await snapshots.FindSnapshotAsync(staysKey, volume.Handle, bench.Stop), "find")?.Handle, "the one beside it");
        return Finding.Kept($"{bench.Repeats} deletes");
    }

    [Rule("snapshot.delete.wrong-key-is-refused", "Deletes a snapshot; an absent one is Done; one made with another key is refused with WrongVolume")]
    public static async Task<Finding> A_handle_of_another_snapshot_never_deletes_it(Bench bench)
    {
        if (bench.Driver.Facet<ISnapshots>() is not { } snapshots) return Finding.NotAsked(No);
        var (key, volume) = await bench.MakeAsync();
        var (mineKey, mine) = await TakeAsync(bench, snapshots, key, volume);
        Expect.Refused(
            await snapshots.DeleteSnapshotAsync(bench.NewSnapshotKey(key), mine.Handle, bench.Stop), "delete with another snapshot's key", FaultCodes.WrongVolume);
        Expect.True(Expect.Done(await snapshots.FindSnapshotAsync(mineKey, volume.Handle, bench.Stop), "find") is not null, "it is gone all the same");
        return Finding.Kept("refused, and it is there");
    }

    [Rule("snapshot.revert.gone-or-anothers-is-refused", "One that is gone, or was taken of another volume, is refused with SnapshotNotFound or WrongVolume")]
    public static async Task<Finding> Reverting_to_a_snapshot_that_is_gone_or_anothers_is_refused(Bench bench)
    {
        if (bench.Driver.Facet<ISnapshots>() is not { } snapshots) return Finding.NotAsked(No);
        var (key, volume) = await bench.MakeAsync();
        var (otherKey, other) = await bench.MakeAsync();
        var (snapshotKey, taken) = await TakeAsync(bench, snapshots, key, volume);
        Expect.Done(await snapshots.RevertAsync(key, volume.Handle, snapshotKey, taken.Handle, bench.Stop), "revert");
        string[] codes = [FaultCodes.SnapshotNotFound, FaultCodes.WrongVolume];
        Expect.Refused(await snapshots.RevertAsync(otherKey, other.Handle, snapshotKey, taken.Handle, bench.Stop), "revert to another volume's snapshot", codes);
        Expect.Refused(await snapshots.RevertAsync(key, volume.Handle, bench.NewSnapshotKey(key), taken.Handle, bench.Stop), "revert with another snapshot's key", codes);
        Expect.Done(await snapshots.DeleteSnapshotAsync(snapshotKey, taken.Handle, bench.Stop), "delete snapshot");
        Expect.Refused(await snapshots.RevertAsync(key, volume.Handle, snapshotKey, taken.Handle, bench.Stop), "revert to a deleted snapshot", codes);
        return Finding.Kept("a deleted one, another volume's and another key's are refused");
    }

    [Rule("snapshot.revert.brings-data-back", "Puts the volume's data back to the snapshot's")]
    public static async Task<Finding> Reverting_brings_back_what_was_there(Bench bench)
    {
        if (bench.Driver.Facet<ISnapshots>() is not { } snapshots) return Finding.NotAsked(No);
        var (key, volume) = await bench.MakeAsync();
        if (await DataSession.OpenAsync(bench, key, volume) is not { } data) return Finding.NotAsked(DataSession.NoProbe);
        var (before, after) = (bench.NewBlock(), bench.NewBlock());
        await data.WriteAsync(before);
        var (snapshotKey, taken) = await TakeAsync(bench, snapshots, key, volume);
        await data.WriteAsync(after);
        await data.HoldsAsync(after, "after it was written, with a snapshot taken before");
        await data.LeaveAsync();
        for (var n = 1; n <= 2; n++)
            Expect.Done(await snapshots.RevertAsync(key, volume.Handle, snapshotKey, taken.Handle, bench.Stop), $"revert number {n}");
        await data.HoldsAsync(before, "after reverting");
        return Finding.Kept("the first block is as it was when the snapshot was taken");
    }

    internal static async Task<(ObjectKey Key, SnapshotView Snapshot)> TakeAsync(Bench bench, ISnapshots snapshots, ObjectKey key, VolumeView volume)
    {
        var snapshotKey = bench.NewSnapshotKey(key);
        return (snapshotKey, Expect.Done(await snapshots.CreateSnapshotAsync(snapshotKey, key, volume.Handle, "s", bench.Stop), "snapshot"));
    }
}
