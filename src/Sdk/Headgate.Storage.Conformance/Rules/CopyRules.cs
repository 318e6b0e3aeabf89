using Headgate.Storage.Sdk;

namespace Headgate.Storage.Conformance;

/// <summary>Volumes overwritten with the data of others.</summary>
internal static class CopyRules
{
    private const string No = "no copies";

    private const string Gone =
        "A source that is gone is refused with VolumeNotFound or SnapshotNotFound, and a volume is not copied onto itself: InvalidArgument";

    [Rule("copy.has-the-data", "Overwrites the data of target with that of source (or of its snapshot) at this instant")]
    public static async Task<Finding> A_copy_overwrites_the_target_with_the_source(Bench bench)
    {
        if (bench.Driver.Facet<ICopies>() is not { } copies) return Finding.NotAsked(No);
        var ((sourceKey, source), (targetKey, target)) = (await bench.MakeAsync(), await bench.MakeAsync());
        if (await DataSession.OpenAsync(bench, sourceKey, source) is not { } from) return Finding.NotAsked(DataSession.NoProbe);
        var onto = await DataSession.OpenAsync(bench, targetKey, target) ?? throw new ConformanceException("the target cannot be connected");
        var (data, other) = (bench.NewBlock(), bench.NewBlock());
        await from.WriteAsync(data);
        await onto.WriteAsync(bench.NewBlock());
        await from.LeaveAsync();
        await onto.LeaveAsync();
        await CopyAsync(bench, copies, targetKey, target, source);
        await onto.HoldsAsync(data, "in the target");
        await onto.WriteAsync(other);
        await onto.LeaveAsync();
        await from.HoldsAsync(data, "in the source after the target was written to");
        if (bench.Driver.Facet<ISnapshots>() is not { } snapshots) return Finding.Kept("copy of the volume");
        var taken = (await SnapshotRules.TakeAsync(bench, snapshots, sourceKey, source)).Snapshot.Handle;
        await from.WriteAsync(other);
        await from.LeaveAsync();
        await CopyAsync(bench, copies, targetKey, target, source, taken);
        await onto.HoldsAsync(data, "in the target after a copy of the snapshot");
        return Finding.Kept("copies of the volume and of its snapshot");
    }

    [Rule("copy.target-keeps-the-rest", "Only the data: the target keeps its handle, key, size, limits and access")]
    public static async Task<Finding> A_copied_onto_volume_keeps_what_it_is(Bench bench)
    {
        if (bench.Driver.Facet<ICopies>() is not { } copies) return Finding.NotAsked(No);
        var (sourceKey, source) = await bench.MakeAsync();
        var (targetKey, target) = await bench.MakeAsync(bench.Small() with { Qos = Limits.Doubled(bench.Can), AccountId = bench.NewGuid() });
        var returned = await CopyAsync(bench, copies, targetKey, target, source);
        foreach (var (seen, where) in new[] { (returned, "returned by copy"), (await bench.FoundAsync(targetKey), "found after the copy") })
        {
            Expect.Equal((target.Handle, target.Key, target.Size, target.Qos), (seen.Handle, seen.Key, seen.Size, seen.Qos), $"the target {where}");
            Expect.Equal(0, seen.Initiators.Count, $"initiators of the target {where}");
        }
        var original = await bench.FoundAsync(sourceKey);
        Expect.Equal((source.Handle, source.Key, source.Size, source.Qos), (original.Handle, original.Key, original.Size, original.Qos), "the source afterwards");
        await bench.ExactlyOneAsync(targetKey);
        await bench.ExactlyOneAsync(sourceKey);
        return Finding.Kept($"{target.Handle} of {target.Size} with {target.Qos}");
    }

    [Rule("copy.source-larger-than-the-target", "A source larger than the target is refused with SizeOutOfRange")]
    public static async Task<Finding> A_copy_that_does_not_fit_is_refused(Bench bench)
    {
        if (bench.Driver.Facet<ICopies>() is not { } copies) return Finding.NotAsked(No);
        var small = bench.Small();
        var (largeKey, large) = await bench.MakeAsync(small with { Size = bench.Bigger(small.Size) });
        var (key, target) = await bench.MakeAsync(small);
        var data = await DataSession.OpenAsync(bench, key, target);
        var block = bench.NewBlock();
        if (data is not null)
        {
            await data.WriteAsync(block);
            await data.LeaveAsync();
        }
        Expect.Refused(
            await copies.CopyAsync(new(bench.NewGuid()), key, target.Handle, large.Handle, null, bench.Stop), "a copy onto a smaller volume", FaultCodes.SizeOutOfRange);
        Expect.Equal(target.Size, (await bench.FoundAsync(key)).Size, "size of the target afterwards");
        if (data is not null) await data.HoldsAsync(block, "after a copy onto it was refused");
        if (data is not null) await data.LeaveAsync();
        var otherWay = await bench.RepeatedAsync(() => copies.CopyAsync(new(bench.NewGuid()), largeKey, large.Handle, target.Handle, null, bench.Stop));
        if (otherWay.Problem is not null) Expect.Refused(otherWay, "a copy onto a larger volume", FaultCodes.SizeOutOfRange);
        Expect.Equal(large.Size, (await bench.FoundAsync(largeKey)).Size, "size of the larger one after it was a target");
        return Finding.Kept($"{large.Size.Bytes} onto {target.Size.Bytes} bytes refused; the other way round {(otherWay.IsDone ? "done" : "refused too")}");
    }

    [Rule("copy.repeat-is-harmless", "A repeat of the copy done last is Done and does no harm")]
    public static async Task<Finding> Repeating_a_copy_does_no_harm(Bench bench)
    {
        if (bench.Driver.Facet<ICopies>() is null) return Finding.NotAsked(No);
        var ((sourceKey, source), (targetKey, target)) = (await bench.MakeAsync(), await bench.MakeAsync());
        var data = await DataSession.OpenAsync(bench, sourceKey, source);
        var block = bench.NewBlock();
        if (data is not null)
        {
            await data.WriteAsync(block);
            await data.LeaveAsync();
        }
        var key = new ObjectKey(bench.NewGuid());
        for (var n = 1; n <= bench.Repeats; n++)
        {
            if (n == bench.Repeats) await bench.ReopenAsync();
            var seen = await bench.UntilDoneAsync(
                () => bench.Driver.Facet<ICopies>()!.CopyAsync(key, targetKey, target.Handle, source.Handle, null, bench.Stop), $"copy number {n}");
            Expect.Equal((target.Handle, target.Size, target.Qos), (seen.Handle, seen.Size, seen.Qos), $"the target after copy number {n}");
        }
        if (data is not null) await (await DataSession.OpenAsync(bench, targetKey, target))!.HoldsAsync(block, $"after {bench.Repeats} copies");
        await bench.ExactlyOneAsync(targetKey);
        return Finding.Kept($"{bench.Repeats} times{(data is null ? "; the data could not be read" : "")}");
    }

    [Rule("copy.of-what-is-gone-is-refused", Gone)]
    public static async Task<Finding> A_copy_of_what_is_gone_or_of_itself_is_refused(Bench bench)
    {
        if (bench.Driver.Facet<ICopies>() is not { } copies) return Finding.NotAsked(No);
        var ((goneKey, gone), (sourceKey, source), (targetKey, target)) = (await bench.MakeAsync(), await bench.MakeAsync(), await bench.MakeAsync());
        Expect.Done(await bench.Driver.DeleteAsync(goneKey, gone.Handle, bench.Stop), "delete the source");
        await RefusedAsync(gone.Handle, null, "a deleted volume", FaultCodes.VolumeNotFound);
        await RefusedAsync(new VolumeHandle("no-such-volume"), null, "a volume that never was", FaultCodes.VolumeNotFound);
        await RefusedAsync(target.Handle, null, "the target itself", FaultCodes.InvalidArgument);
        if (bench.Driver.Facet<ISnapshots>() is not { } snapshots) return Finding.Kept("a deleted volume, one that never was, and the target itself");
        var (snapshotKey, taken) = await SnapshotRules.TakeAsync(bench, snapshots, sourceKey, source);
        Expect.Done(await snapshots.DeleteSnapshotAsync(snapshotKey, taken.Handle, bench.Stop), "delete snapshot");
        await RefusedAsync(source.Handle, taken.Handle, "a deleted snapshot", FaultCodes.SnapshotNotFound);
        return Finding.Kept("a deleted volume, one that never was, the target itself, and a deleted snapshot");

        async Task RefusedAsync(VolumeHandle of, SnapshotHandle? at, string what, string code) => Expect.Refused(
            await copies.CopyAsync(new(bench.NewGuid()), targetKey, target.Handle, of, at, bench.Stop), $"copy of {what}", code);
    }

    internal static Task<VolumeView> CopyAsync(
        Bench bench, ICopies copies, ObjectKey targetKey, VolumeView target, VolumeView source, SnapshotHandle? snapshot = null)
    {
        var key = new ObjectKey(bench.NewGuid());
        return bench.UntilDoneAsync(() => copies.CopyAsync(key, targetKey, target.Handle, source.Handle, snapshot, bench.Stop), "copy");
    }
}
