using Headgate.Storage.Sdk;

namespace Headgate.Storage.Conformance;

/// <summary>The pool as a whole.</summary>
internal static class PoolRules
{
    [Rule("pool.initialize.repeat-is-same")]
    public static async Task<string?> Asking_the_storage_twice_gives_the_same_identity_and_capabilities(Bench bench)
    {
        var first = Expect.Done(await bench.Fixture.Store.LifeCycle.InitializeAsync(bench.Stop), "initialize");
        for (var n = 2; n <= Bench.Repeats; n++)
        {
            var again = Expect.Done(await bench.Fixture.Store.LifeCycle.InitializeAsync(bench.Stop), $"initialize number {n}");
            Expect.Equal(first.BackendId, again.BackendId, "identity");
            Expect.Equal(first.Capabilities, again.Capabilities, "capabilities");
        }
        return null;
    }

    [Rule("pool.facets.agree-with-capabilities")]
    public static async Task<string?> Facets_and_declared_capabilities_agree(Bench bench)
    {
        var can = await bench.CapabilitiesAsync();
        Agree(can.Snapshots, bench.Driver.Facet<ISnapshots>() is not null, nameof(ISnapshots));
        Agree(can.Clones, bench.Driver.Facet<IClones>() is not null, nameof(IClones));
        Agree(can.Inventory, bench.Driver.Facet<IInventory>() is not null, nameof(IInventory));
        return null;

        static void Agree(Support declared, bool there, string facet) =>
            Expect.Equal(declared == Support.Native, there, $"{facet}: declared {declared}, so its presence");
    }

    [Rule("pool.inventory.knows-ours-by-key")]
    public static async Task<string?> The_inventory_lists_ours_with_their_keys_and_forgets_the_deleted(Bench bench)
    {
        if (bench.Driver.Facet<IInventory>() is not { } inventory) return "no inventory";
        var (key, volume) = await bench.MakeAsync();
        var before = Expect.Done(await inventory.ListAsync(bench.Stop), "list");
        Expect.True(before.Any(v => v.Handle == volume.Handle && v.Key == key), "a volume of ours is not listed with its key");
        Expect.Done(await bench.Driver.DeleteAsync(key, volume.Handle, bench.Stop), "delete");
        var after = Expect.Done(await inventory.ListAsync(bench.Stop), "list");
        Expect.True(after.All(v => v.Handle != volume.Handle), "a deleted volume is listed");
        return null;
    }

    [Rule("pool.remove.in-use-is-refused")]
    public static async Task<string?> A_pool_with_volumes_of_ours_is_not_removed(Bench bench)
    {
        await bench.MakeAsync();
        Expect.Refused(FaultCodes.InUse, await bench.Fixture.Store.LifeCycle.RemoveAsync(bench.Stop), "remove with a volume left");
        return null;
    }

    [Rule("statistics.are-there")]
    public static async Task<string?> Figures_of_volume_and_pool_can_be_read(Bench bench)
    {
        if (bench.Driver.Facet<IStatistics>() is not { } statistics) return "no statistics";
        var (_, volume) = await bench.MakeAsync();
        Expect.Done(await statistics.GetVolumeStatisticsAsync(volume.Handle, bench.Stop), "volume statistics");
        var pool = Expect.Done(await statistics.GetPoolStatisticsAsync(bench.Stop), "pool statistics");
        Expect.True(pool.ProvisionedBytes is null || pool.ProvisionedBytes >= volume.Size, "the pool's figures leave the volume out");
        return null;
    }
}
