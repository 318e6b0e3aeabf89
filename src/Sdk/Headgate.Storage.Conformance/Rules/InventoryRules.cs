using Headgate.Storage.Sdk;

namespace Headgate.Storage.Conformance;

/// <summary>What reconciliation lives on.</summary>
internal static class InventoryRules
{
    private const string No = "no inventory";

    [Rule("inventory.lists-ours-with-keys", "Every volume, ours (with key) and foreign (without), deleted-but-recoverable ones left out")]
    public static async Task<Finding> Ours_are_listed_with_their_keys_as_a_find_shows_them(Bench bench)
    {
        if (bench.Driver.Facet<IInventory>() is null) return Finding.NotAsked(No);
        var made = new List<ObjectKey>();
        for (var n = 0; n < 3; n++) made.Add((await bench.MakeAsync()).Key);
        await bench.GrantAsync(made[0], await bench.FoundAsync(made[0]), bench.NewAccess());
        await bench.ReopenAsync();
        var listed = await bench.ListAsync();
        foreach (var key in made)
        {
            var found = await bench.FoundAsync(key);
            var row = listed.SingleOrDefault(v => v.Key == key) ?? throw new ConformanceException($"volume {key} ({found.Handle}) is not listed with its key");
            Expect.Equal((found.Handle, found.Name, found.Size, found.Qos), (row.Handle, row.Name, row.Size, row.Qos), "the volume as listed");
            Expect.Equal(string.Join(' ', found.Initiators), string.Join(' ', row.Initiators), "its initiators as listed");
        }
        return Finding.Kept($"{made.Count} of ours among {listed.Count}");
    }

    [Rule("inventory.lists-a-key-once", "A key is listed once")]
    public static async Task<Finding> No_key_is_listed_twice(Bench bench)
    {
        if (bench.Driver.Facet<IInventory>() is null) return Finding.NotAsked(No);
        var spec = bench.Small();
        var (key, _) = await bench.MakeAsync(spec);
        await bench.ReopenAsync();
        Expect.Done(await bench.Driver.CreateAsync(key, spec, bench.Stop), "create repeated by another server");
        var listed = await bench.ListAsync();
        var twice = listed.Where(v => v.Key is not null).GroupBy(v => v.Key).FirstOrDefault(g => g.Count() > 1);
        Expect.True(twice is null, $"key {twice?.Key} is listed {twice?.Count()} times");
        Expect.True(listed.DistinctBy(v => v.Handle).Count() == listed.Count, "a handle is listed twice");
        return Finding.Kept($"{listed.Count} volumes");
    }

    [Rule("inventory.lists-foreign-without-key", "Every volume, ours (with key) and foreign (without), deleted-but-recoverable ones left out")]
    public static async Task<Finding> A_foreign_volume_is_listed_without_a_key_and_left_alone(Bench bench)
    {
        if (bench.Driver.Facet<IInventory>() is null) return Finding.NotAsked(No);
        if (bench.Subject.MakeForeignVolume is null) return Finding.NotAsked("no foreign volume can be made here");
        var foreign = await bench.MakeForeignAsync();
        var row = (await bench.ListAsync()).SingleOrDefault(v => v.Handle == foreign.Handle) ?? throw new ConformanceException($"the foreign volume {foreign.Handle} is not listed");
        Expect.Equal(null, row.Key, "key of a foreign volume");
        var key = bench.NewKey();
        Expect.Refused(await bench.Driver.DeleteAsync(key, foreign.Handle, bench.Stop), "delete of a foreign volume", FaultCodes.WrongVolume);
        Expect.Refused(await bench.Driver.GrantAccessAsync(key, foreign.Handle, bench.NewAccess(), bench.Stop), "grant of a foreign volume", FaultCodes.WrongVolume);
        Expect.True((await bench.ListAsync()).Any(v => v.Handle == foreign.Handle), "the foreign volume is gone");
        return Finding.Kept($"{foreign.Handle} without a key, and neither granted nor deleted");
    }

    [Rule("inventory.left-as-found", "Done means that it is gone: it is neither found nor listed any more")]
    public static async Task<Finding> A_life_leaves_the_storage_as_it_was(Bench bench)
    {
        if (bench.Driver.Facet<IInventory>() is null) return Finding.NotAsked(No);
        var (key, volume) = await bench.MakeAsync();
        var access = bench.NewAccess();
        await bench.GrantAsync(key, volume, access);
        if (bench.Driver.Facet<ISnapshots>() is { } snapshots)
        {
            var (snapshotKey, taken) = await SnapshotRules.TakeAsync(bench, snapshots, key, volume);
            Expect.Done(await snapshots.DeleteSnapshotAsync(snapshotKey, taken.Handle, bench.Stop), "delete snapshot");
        }
        Expect.Done(await bench.Driver.RevokeAccessAsync(key, volume.Handle, access.InitiatorName, bench.Stop), "revoke");
        var made = new List<VolumeHandle> { volume.Handle };
        if (bench.Driver.Facet<IClones>() is { } clones)
        {
            var cloneKey = bench.NewKey();
            var clone = await CloneRules.CloneAsync(bench, clones, cloneKey, bench.Small() with { Size = volume.Size }, volume);
            made.Add(clone.Handle);
            Expect.Done(await bench.Driver.DeleteAsync(cloneKey, clone.Handle, bench.Stop), "delete the clone");
        }
        Expect.Done(await bench.Driver.DeleteAsync(key, volume.Handle, bench.Stop), "delete");
        var left = (await bench.ListAsync()).Where(v => made.Contains(v.Handle) || v.Key == key).Select(v => v.Handle.Value).ToList();
        Expect.True(left.Count == 0, $"still there at the end: {string.Join(", ", left)}");
        return Finding.Kept($"{made.Count} volumes made and gone");
    }
}
