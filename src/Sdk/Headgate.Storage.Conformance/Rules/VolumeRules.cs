using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Storage.Conformance;

/// <summary>Making, finding and deleting.</summary>
internal static class VolumeRules
{
    [Rule("volume.create.repeat-is-same-volume", "All are idempotent: a repeat with the same key and arguments returns the same as the first")]
    public static async Task<Finding> Repeating_a_create_gives_the_same_volume(Bench bench)
    {
        var spec = bench.Small();
        var (key, first) = await bench.MakeAsync(spec);
        for (var n = 2; n <= bench.Repeats; n++)
        {
            var again = Expect.Done(await bench.Driver.CreateAsync(key, spec, bench.Stop), $"create number {n}");
            Expect.Equal((first.Handle, first.Size, first.Key), (again.Handle, again.Size, again.Key), $"what create number {n} returned");
        }
        await bench.ExactlyOneAsync(key);
        return Finding.Kept($"{bench.Repeats} creates, volume {first.Handle}");
    }

    [Rule("volume.create.key-reused-is-refused", "the same key with other arguments is refused with KeyReused")]
    public static async Task<Finding> One_key_with_other_arguments_is_refused(Bench bench)
    {
        var spec = bench.Small();
        var (key, made) = await bench.MakeAsync(spec);
        var others = new List<(string What, VolumeSpec Spec)>
        {
            ("another size", spec with { Size = bench.Bigger(spec.Size) }), ("another account", spec with { AccountId = bench.NewGuid() }),
        };
        if (Limits.Doubled(bench.Can) is var limits && limits != spec.Qos) others.Add(("other limits", spec with { Qos = limits }));
        foreach (var (what, other) in others)
            Expect.Refused(await bench.Driver.CreateAsync(key, other, bench.Stop), $"the same key with {what}", FaultCodes.KeyReused);
        await bench.ExactlyOneAsync(key);
        Expect.Equal(made.Size, (await bench.FoundAsync(key)).Size, "size of the volume after the refusals");
        return Finding.Kept($"refused with {string.Join(", ", others.Select(o => o.What))}");
    }

    [Rule("volume.create.returns-what-the-storage-has", "What it returns is what the storage has, and has the limits asked for")]
    public static async Task<Finding> A_create_returns_what_a_find_returns(Bench bench)
    {
        var (key, made) = await bench.MakeAsync();
        var found = await bench.FoundAsync(key);
        Expect.Equal(key, made.Key, "key returned by create");
        Expect.Equal((made.Handle, made.Key, made.Size, made.Qos), (found.Handle, found.Key, found.Size, found.Qos), "volume found after create");
        return Finding.Kept($"{found.Handle}, {found.Size}, {found.Qos}");
    }

    [Rule("volume.create.visible-to-nobody", "Makes a volume, ready for GrantAccessAsync; visible to nobody yet")]
    public static async Task<Finding> A_new_volume_is_visible_to_nobody(Bench bench)
    {
        if (bench.Can.AccessPerHost != Support.Native) return Finding.NotAsked("access per host is not declared");
        var (key, made) = await bench.MakeAsync();
        Expect.Equal(0, made.Initiators.Count, "initiators of a new volume");
        Expect.Equal(0, (await bench.FoundAsync(key)).Initiators.Count, "initiators of a new volume found");
        return Finding.Kept("no initiator");
    }

    [Rule("volume.create.size-is-rounded-up", "it is rounded up to the step of VolumeSize, never down")]
    public static async Task<Finding> A_size_between_two_steps_becomes_the_next(Bench bench)
    {
        var asked = bench.Small().Size + new ByteSize(1);
        var (key, made) = await bench.MakeAsync(bench.Small() with { Size = asked });
        Expect.Equal(bench.Rounded(asked), made.Size, $"size of a volume of {asked.Bytes} bytes");
        Expect.Equal(made.Size, (await bench.FoundAsync(key)).Size, "size read back");
        return Finding.Kept($"{asked.Bytes} bytes became {made.Size.Bytes}");
    }

    [Rule("volume.create.size-out-of-range", "A size outside VolumeSize is refused with SizeOutOfRange")]
    public static async Task<Finding> A_size_outside_the_declared_range_is_refused(Bench bench)
    {
        var range = bench.Can.VolumeSize;
        var key = bench.NewKey();
        var sizes = new List<long>();
        if (range.To < long.MaxValue) sizes.Add(range.To + 1);
        if (range.From - range.Step > 0) sizes.Add(range.From - range.Step);
        if (sizes.Count == 0) return Finding.NotAsked("every size is lawful");
        foreach (var size in sizes)
        {
            Expect.Refused(
                await bench.Driver.CreateAsync(key, bench.Small() with { Size = new ByteSize(size) }, bench.Stop), $"{size} bytes where {range} are declared", FaultCodes.SizeOutOfRange);
            await bench.AbsentAsync(key, "after its size was refused");
        }
        return Finding.Kept($"refused: {string.Join(", ", sizes)} bytes");
    }

    [Rule("volume.find.absent-is-null", "Done(null) means certainly absent; a driver that cannot tell answers Unknown")]
    public static async Task<Finding> What_was_never_made_is_certainly_absent(Bench bench)
    {
        await bench.AbsentAsync(bench.NewKey(), "and was never made");
        return Finding.Kept("Done(null)");
    }

    [Rule("volume.find.survives-reopening", "Finds a volume by its key, whoever made it and however long ago, and reads it back")]
    public static async Task<Finding> Another_server_finds_the_volume_by_its_key(Bench bench)
    {
        var (key, made) = await bench.MakeAsync();
        await using var other = await bench.OpenOtherAsync();
        var found = Expect.Done(await other.Driver.FindAsync(key, bench.Stop), "find by another server");
        Expect.Equal((made.Handle, made.Key, made.Size, made.Qos), (found?.Handle ?? default, found?.Key, found?.Size ?? default, found?.Qos ?? QosSpec.None), "volume found by another server");
        return Finding.Kept($"found {made.Handle}");
    }

    [Rule("volume.delete.repeat-is-done", "Deletes the volume handle made with key. An absent one is Done")]
    public static async Task<Finding> Deleting_again_and_again_is_done(Bench bench)
    {
        var (key, volume) = await bench.MakeAsync();
        for (var n = 1; n <= bench.Repeats; n++) Expect.Done(await bench.Driver.DeleteAsync(key, volume.Handle, bench.Stop), $"delete number {n}");
        return Finding.Kept($"{bench.Repeats} deletes");
    }

    [Rule("volume.delete.is-gone", "Done means that it is gone: it is neither found nor listed any more")]
    public static async Task<Finding> A_deleted_volume_is_neither_found_nor_listed(Bench bench)
    {
        var (key, volume) = await bench.MakeAsync();
        var (staysKey, stays) = await bench.MakeAsync();
        Expect.Done(await bench.Driver.DeleteAsync(key, volume.Handle, bench.Stop), "delete");
        await bench.AbsentAsync(key, "after it was deleted");
        Expect.Equal(stays.Handle, (await bench.FoundAsync(staysKey, "find the other one")).Handle, "the volume beside it");
        if (bench.Driver.Facet<IInventory>() is not null)
            Expect.True((await bench.ListAsync()).All(v => v.Handle != volume.Handle), $"{volume.Handle} is listed after it was deleted");
        return Finding.Kept($"{volume.Handle} is gone, {stays.Handle} is there");
    }

    [Rule("volume.handle.never-reused", "A handle is never reused for another volume")]
    public static async Task<Finding> Handles_of_deleted_volumes_are_not_used_again(Bench bench)
    {
        var seen = new HashSet<VolumeHandle>();
        for (var n = 1; n <= bench.Repeats; n++)
        {
            var (key, volume) = await bench.MakeAsync();
            Expect.True(seen.Add(volume.Handle), $"volume number {n} has the handle {volume.Handle} of an earlier one");
            Expect.Done(await bench.Driver.DeleteAsync(key, volume.Handle, bench.Stop), "delete");
        }
        return Finding.Kept($"{seen.Count} volumes, {seen.Count} handles");
    }
}
