using Headgate.Storage.Sdk;

namespace Headgate.Storage.Conformance;

/// <summary>Volumes from volumes and from snapshots.</summary>
internal static class CloneRules
{
    private const string No = "no clones";

    [Rule("clone.repeat-is-same-volume", "All are idempotent: a repeat with the same key and arguments returns the same as the first")]
    public static async Task<Finding> Repeating_a_clone_gives_the_same_volume(Bench bench)
    {
        if (bench.Driver.Facet<IClones>() is not { } clones) return Finding.NotAsked(No);
        var (_, source) = await bench.MakeAsync();
        var spec = bench.Small() with { Size = source.Size };
        var key = bench.NewKey();
        var first = await CloneAsync(bench, clones, key, spec, source);
        Expect.True(first.Handle != source.Handle, "the clone is its source");
        Expect.Equal((ObjectKey?)key, first.Key, "key of the clone");
        for (var n = 2; n <= bench.Repeats; n++)
            Expect.Equal(first.Handle, (await CloneAsync(bench, clones, key, spec, source)).Handle, $"handle of clone number {n}");
        await bench.ExactlyOneAsync(key);
        return Finding.Kept($"{bench.Repeats} clones, volume {first.Handle}");
    }

    [Rule("clone.key-reused-is-refused", "the same key with other arguments is refused with KeyReused")]
    public static async Task<Finding> One_key_for_two_clones_is_refused(Bench bench)
    {
        if (bench.Driver.Facet<IClones>() is not { } clones) return Finding.NotAsked(No);
        var (_, source) = await bench.MakeAsync();
        var spec = bench.Small() with { Size = source.Size };
        var key = bench.NewKey();
        await CloneAsync(bench, clones, key, spec, source);
        Expect.Refused(
            await clones.CloneAsync(key, spec with { Size = bench.Bigger(source.Size) }, source.Handle, null, bench.Stop), "the same key with another size", FaultCodes.KeyReused);
        await bench.ExactlyOneAsync(key);
        return Finding.Kept("refused");
    }

    [Rule("clone.limits-are-its-own", "Limits are the spec's, not the source's")]
    public static async Task<Finding> A_clone_has_the_limits_asked_for(Bench bench)
    {
        if (bench.Driver.Facet<IClones>() is not { } clones) return Finding.NotAsked(No);
        if (!Limits.Any(bench.Can)) return Finding.NotAsked("no limit is declared");
        var (sourceKey, source) = await bench.MakeAsync();
        var spec = bench.Small() with { Size = source.Size, Qos = Limits.Doubled(bench.Can) };
        var key = bench.NewKey();
        Limits.Agree(spec.Qos, (await CloneAsync(bench, clones, key, spec, source)).Qos, "returned by clone");
        Limits.Agree(spec.Qos, (await bench.FoundAsync(key)).Qos, "of the clone found afterwards");
        Expect.Equal(source.Qos, (await bench.FoundAsync(sourceKey)).Qos, "limits of the source");
        return Finding.Kept($"source {source.Qos}, clone {spec.Qos}");
    }

    [Rule("clone.size-is-never-below-the-source", "Done when it can be connected; a size below the source's is refused with SizeOutOfRange")]
    public static async Task<Finding> A_clone_is_as_big_as_its_source_or_bigger(Bench bench)
    {
        if (bench.Driver.Facet<IClones>() is not { } clones) return Finding.NotAsked(No);
        var small = bench.Small();
        var (_, source) = await bench.MakeAsync(small with { Size = bench.Bigger(small.Size) });
        var key = bench.NewKey();
        Expect.Refused(await clones.CloneAsync(key, small, source.Handle, null, bench.Stop), "a clone smaller than its source", FaultCodes.SizeOutOfRange);
        await bench.AbsentAsync(key, "after its size was refused");
        var bigger = small with { Size = bench.Bigger(source.Size) };
        Expect.Equal(bigger.Size, (await CloneAsync(bench, clones, key, bigger, source)).Size, "size of a clone bigger than its source");
        return Finding.Kept($"{small.Size.Bytes} bytes refused and {bigger.Size.Bytes} made of a source of {source.Size.Bytes}");
    }

    [Rule("clone.of-a-snapshot-that-is-gone", "Makes a volume with the data of source (or of its snapshot) at this instant")]
    public static async Task<Finding> A_clone_of_a_snapshot_that_is_gone_is_refused(Bench bench)
    {
        if (bench.Driver.Facet<IClones>() is not { } clones) return Finding.NotAsked(No);
        if (bench.Driver.Facet<ISnapshots>() is not { } snapshots) return Finding.NotAsked("no snapshots");
        var (sourceKey, source) = await bench.MakeAsync();
        var (snapshotKey, taken) = await SnapshotRules.TakeAsync(bench, snapshots, sourceKey, source);
        Expect.Done(await snapshots.DeleteSnapshotAsync(snapshotKey, taken.Handle, bench.Stop), "delete snapshot");
        var key = bench.NewKey();
        Expect.Refused(
            await clones.CloneAsync(key, bench.Small() with { Size = source.Size }, source.Handle, taken.Handle, bench.Stop), "clone of a deleted snapshot", FaultCodes.SnapshotNotFound);
        await bench.AbsentAsync(key, "after its source was found gone");
        return Finding.Kept("refused");
    }

    [Rule("clone.has-the-data-and-is-independent", "From then on neither is changed by what is written to the other")]
    public static async Task<Finding> A_clone_starts_with_the_data_and_goes_its_own_way(Bench bench)
    {
        if (bench.Driver.Facet<IClones>() is not { } clones) return Finding.NotAsked(No);
        var (sourceKey, source) = await bench.MakeAsync();
        if (await DataSession.OpenAsync(bench, sourceKey, source) is not { } data) return Finding.NotAsked(DataSession.NoProbe);
        var (old, now, other) = (bench.NewBlock(), bench.NewBlock(), bench.NewBlock());
        await data.WriteAsync(old);
        SnapshotHandle? snapshot = null;
        if (bench.Driver.Facet<ISnapshots>() is { } snapshots)
        {
            snapshot = (await SnapshotRules.TakeAsync(bench, snapshots, sourceKey, source)).Snapshot.Handle;
            await data.WriteAsync(now);
        }
        await data.LeaveAsync(); // a storage that can only copy refuses a source that somebody may be writing to
        var (wanted, key) = (snapshot is null ? old : now, bench.NewKey());
        var spec = bench.Small() with { Size = source.Size };
        var clone = await DataSession.OpenAsync(bench, key, await CloneAsync(bench, clones, key, spec, source)) ?? throw new ConformanceException("the clone cannot be connected");
        await clone.HoldsAsync(wanted, "in the clone");
        await clone.WriteAsync(other);
        await data.HoldsAsync(wanted, "in the source after its clone was written to");
        if (snapshot is { } taken)
        {
            var oldKey = bench.NewKey();
            var ofSnapshot = await bench.UntilDoneAsync(() => clones.CloneAsync(oldKey, spec, source.Handle, taken, bench.Stop), "clone of a snapshot");
            await (await DataSession.OpenAsync(bench, oldKey, ofSnapshot))!.HoldsAsync(old, "in the clone of a snapshot");
        }
        return Finding.Kept(snapshot is null ? "clone of the volume" : "clone of the volume and of its snapshot");
    }

    internal static Task<VolumeView> CloneAsync(Bench bench, IClones clones, ObjectKey key, VolumeSpec spec, VolumeView source) =>
        bench.UntilDoneAsync(() => clones.CloneAsync(key, spec, source.Handle, null, bench.Stop), "clone");
}
