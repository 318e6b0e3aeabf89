using Headgate.Storage.Sdk;

namespace Headgate.Storage.Conformance;

/// <summary>Volumes of others taken over, and given up again.</summary>
internal static class AdoptionRules
{
    private const string No = "no adoption";
    private const string NoForeign = "no foreign volume can be made here";

    [Rule("adoption.life", "Its size, its limits and who may see it stay as they are")]
    public static async Task<Finding> A_foreign_volume_is_taken_over_used_and_given_up_as_it_was(Bench bench)
    {
        if (bench.Driver.Facet<IAdoption>() is not { } adoption) return Finding.NotAsked(No);
        if (bench.Driver.Facet<IInventory>() is null) return Finding.NotAsked("no inventory");
        if (bench.Subject.MakeForeignVolume is null) return Finding.NotAsked(NoForeign);
        var foreign = await bench.MakeForeignAsync();
        var before = (await bench.ListAsync()).Single(v => v.Handle == foreign.Handle);
        var key = bench.NewKey();
        var spec = new AdoptionSpec("adopted") { AccountId = bench.Account };
        var adopted = Expect.Done(await adoption.AdoptAsync(key, foreign.Handle, spec, bench.Stop), "adopt");
        Expect.Equal(((ObjectKey?)key, before.Size, before.Qos), (adopted.Key, adopted.Size, adopted.Qos), "key, size and limits of the volume that was taken over");
        await bench.ReopenAsync();
        adoption = bench.Driver.Facet<IAdoption>()!;
        var found = await bench.FoundAsync(key, "find what was taken over");
        for (var n = 2; n <= bench.Repeats; n++)
            Expect.Equal(found.Handle, Expect.Done(await adoption.AdoptAsync(key, foreign.Handle, spec, bench.Stop), $"adopt number {n}").Handle, $"handle of adopt number {n}");
        var access = bench.NewAccess();
        await bench.GrantAsync(key, found, access);
        Expect.Done(await bench.Driver.RevokeAccessAsync(key, found.Handle, access.InitiatorName, bench.Stop), "revoke");

        for (var n = 1; n <= 2; n++)
            Expect.Done(await adoption.ReleaseAsync(key, found.Handle, bench.Stop), $"release number {n}");
        await bench.AbsentAsync(key, "after it was released");
        var after = (await bench.ListAsync()).Where(v => v.Handle == foreign.Handle).ToList();
        Expect.True(after.Count == 1, $"the volume {foreign.Handle} is listed {after.Count} times after it was released");
        Expect.Equal((null, before.Size, before.Qos), (after[0].Key, after[0].Size, after[0].Qos), "key, size and limits of the volume that was released");
        return Finding.Kept($"{foreign.Handle} was {found.Handle} meanwhile");
    }

    [Rule("adoption.data-stays", "Neither touches a byte of data")]
    public static async Task<Finding> What_a_volume_holds_is_there_after_it_was_released_and_taken_over_again(Bench bench)
    {
        if (bench.Driver.Facet<IAdoption>() is not { } adoption) return Finding.NotAsked(No);
        if (bench.Driver.Facet<IInventory>() is null) return Finding.NotAsked("no inventory");
        var (key, volume) = await bench.MakeAsync();
        if (await DataSession.OpenAsync(bench, key, volume) is not { } data) return Finding.NotAsked(DataSession.NoProbe);
        var block = bench.NewBlock();
        await data.WriteAsync(block);
        await data.LeaveAsync();
        var before = (await bench.ListAsync()).Select(v => v.Handle).ToHashSet();
        Expect.Done(await adoption.ReleaseAsync(key, volume.Handle, bench.Stop), "release");
        var given = (await bench.ListAsync()).SingleOrDefault(v => v.Key is null && (v.Handle == volume.Handle || !before.Contains(v.Handle)))
            ?? throw new ConformanceException($"the volume {volume.Handle} is not listed after it was released");
        var second = bench.NewKey();
        var again = Expect.Done(await adoption.AdoptAsync(second, given.Handle, new AdoptionSpec("again") { AccountId = bench.Account }, bench.Stop), "adopt");
        var reader = await DataSession.OpenAsync(bench, second, again) ?? throw new ConformanceException("the volume cannot be connected any more");
        await reader.HoldsAsync(block, "after the volume was released and taken over again");
        return Finding.Kept("the first block is what it was");
    }

    [Rule("adoption.marked-is-refused", "One that carries another key, or was made by another pool, is refused with WrongVolume")]
    public static async Task<Finding> A_volume_of_ours_is_not_taken_over_under_another_key(Bench bench)
    {
        if (bench.Driver.Facet<IAdoption>() is not { } adoption) return Finding.NotAsked(No);
        var (key, volume) = await bench.MakeAsync();
        var spec = new AdoptionSpec("stolen") { AccountId = bench.Account };
        Expect.Refused(await adoption.AdoptAsync(bench.NewKey(), volume.Handle, spec, bench.Stop), "adopt of a volume that has a key", FaultCodes.WrongVolume);
        Expect.Refused(await adoption.ReleaseAsync(bench.NewKey(), volume.Handle, bench.Stop), "release with another key", FaultCodes.WrongVolume);
        Expect.Refused(
            await adoption.AdoptAsync(bench.NewKey(), new VolumeHandle($"{volume.Handle}0"), spec, bench.Stop), "adopt of what is not there",
            FaultCodes.VolumeNotFound, FaultCodes.InvalidArgument);
        Expect.Equal(volume.Handle, (await bench.FoundAsync(key)).Handle, "the volume that was to be taken over");
        return Finding.Kept("refused, and it is as it was");
    }
}
