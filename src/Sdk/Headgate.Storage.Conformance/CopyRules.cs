using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Storage.Conformance;

/// <summary>Snapshots and clones.</summary>
internal static class CopyRules
{
    [Rule("snapshot.create.repeat-is-same-snapshot")]
    public static async Task<string?> Repeating_a_snapshot_gives_the_same_one(Bench bench)
    {
        if (bench.Driver.Facet<ISnapshots>() is not { } snapshots) return "no snapshots";
        var (key, volume) = await bench.MakeAsync();
        var snapshotKey = bench.NewSnapshotKey(key);
        var first = Expect.Done(await snapshots.CreateSnapshotAsync(snapshotKey, key, volume.Handle, "s", bench.Stop), "snapshot");
        for (var n = 2; n <= Bench.Repeats; n++)
        {
            var again = Expect.Done(await snapshots.CreateSnapshotAsync(snapshotKey, key, volume.Handle, "s", bench.Stop), $"snapshot number {n}");
            Expect.Equal(first.Handle, again.Handle, $"handle of snapshot number {n}");
        }
        var found = Expect.Done(await snapshots.FindSnapshotAsync(snapshotKey, volume.Handle, bench.Stop), "find snapshot");
        Expect.Equal(first.Handle, found?.Handle, "handle of the snapshot found");
        for (var n = 1; n <= Bench.Repeats; n++)
            Expect.Done(await snapshots.DeleteSnapshotAsync(snapshotKey, first.Handle, bench.Stop), $"delete snapshot number {n}");
        Expect.True(
            Expect.Done(await snapshots.FindSnapshotAsync(snapshotKey, volume.Handle, bench.Stop), "find snapshot") is null, "a deleted snapshot is found");
        return null;
    }

    [Rule("snapshot.create.key-reused-is-refused")]
    public static async Task<string?> One_key_for_snapshots_of_two_volumes_is_refused(Bench bench)
    {
        if (bench.Driver.Facet<ISnapshots>() is not { } snapshots) return "no snapshots";
        var (key, volume) = await bench.MakeAsync();
        var (otherKey, other) = await bench.MakeAsync();
        var snapshotKey = bench.NewSnapshotKey(key);
        Expect.Done(await snapshots.CreateSnapshotAsync(snapshotKey, key, volume.Handle, "s", bench.Stop), "snapshot");
        Expect.Refused(
            FaultCodes.KeyReused, await snapshots.CreateSnapshotAsync(snapshotKey, otherKey, other.Handle, "s", bench.Stop), "the key of another volume's snapshot");
        return null;
    }

    [Rule("snapshot.revert.absent-is-not-found")]
    public static async Task<string?> Reverting_to_a_snapshot_that_is_gone_is_refused(Bench bench)
    {
        if (bench.Driver.Facet<ISnapshots>() is not { } snapshots) return "no snapshots";
        var (key, volume) = await bench.MakeAsync();
        var snapshotKey = bench.NewSnapshotKey(key);
        var taken = Expect.Done(await snapshots.CreateSnapshotAsync(snapshotKey, key, volume.Handle, "s", bench.Stop), "snapshot");
        Expect.Done(await snapshots.RevertAsync(key, volume.Handle, snapshotKey, taken.Handle, bench.Stop), "revert");
        Expect.Done(await snapshots.DeleteSnapshotAsync(snapshotKey, taken.Handle, bench.Stop), "delete snapshot");
        Expect.Refused(
            FaultCodes.SnapshotNotFound, await snapshots.RevertAsync(key, volume.Handle, snapshotKey, taken.Handle, bench.Stop), "revert to a deleted snapshot");
        return null;
    }

    [Rule("clone.repeat-is-same-volume-with-its-own-limits")]
    public static async Task<string?> Repeating_a_clone_gives_the_same_volume_with_its_own_limits(Bench bench)
    {
        if (bench.Driver.Facet<IClones>() is not { } clones) return "no clones";
        var spec = await bench.SmallAsync();
        var (_, source) = await bench.MakeAsync(spec);
        var key = bench.NewKey();
        var wanted = spec with { Size = source.Size, Qos = QosSpec.Create(spec.Qos.MinIops, spec.Qos.MaxIops * 2, spec.Qos.BurstIops * 2) };
        var first = await Bench.UntilDoneAsync(() => clones.CloneAsync(key, wanted, source.Handle, null, bench.Stop), "clone");
        Expect.True(first.Handle != source.Handle, "the clone is its source");
        if (wanted.Qos.MaxIops is { } max) Expect.Equal(max, first.Qos.MaxIops ?? 0, "max IOPS of the clone");
        for (var n = 2; n <= Bench.Repeats; n++)
        {
            var again = await Bench.UntilDoneAsync(() => clones.CloneAsync(key, wanted, source.Handle, null, bench.Stop), $"clone number {n}");
            Expect.Equal(first.Handle, again.Handle, $"handle of clone number {n}");
        }
        await VolumeRules.ExactlyOneAsync(bench, key);
        return null;
    }

    [Rule("clone.interrupted-anywhere-leaves-one")]
    public static async Task<string?> A_clone_that_loses_any_reply_and_is_repeated_leaves_one_volume(Bench bench)
    {
        if (bench.Driver.Facet<IClones>() is not { } clones) return "no clones";
        if (bench.Fixture.Link is not { } link) return "the fixture cannot break the link";
        const int most = 100; // requests of one clone, so that the sweep ends
        var spec = await bench.SmallAsync();
        var (_, source) = await bench.MakeAsync(spec);
        var wanted = spec with { Size = source.Size };
        for (var number = 1; number <= most; number++)
        {
            var key = bench.NewKey();
            link.Reset();
            link.LoseReplyTo(number);
            await clones.CloneAsync(key, wanted, source.Handle, null, bench.Stop);
            var broken = link.Requests >= number;
            link.Reset();
            var clone = await Bench.UntilDoneAsync(() => clones.CloneAsync(key, wanted, source.Handle, null, bench.Stop), $"clone after a break at {number}");
            await VolumeRules.ExactlyOneAsync(bench, key);
            Expect.Done(await bench.Driver.DeleteAsync(key, clone.Handle, bench.Stop), "delete the clone");
            if (!broken) return null;
        }
        throw new ConformanceException($"a clone took more than {most} requests");
    }
}
