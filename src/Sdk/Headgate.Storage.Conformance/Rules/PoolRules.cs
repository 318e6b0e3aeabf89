using Headgate.Storage.Sdk;

namespace Headgate.Storage.Conformance;

/// <summary>The pool as a whole: facts, life cycle, figures.</summary>
internal static class PoolRules
{
    [Rule("pool.initialize.repeat-is-same", "The storage's own identity: two pools with one id are one array. It never changes")]
    public static async Task<Finding> Asking_the_storage_twice_gives_the_same_identity_and_capabilities(Bench bench)
    {
        var first = bench.Facts;
        Expect.True(first.BackendId.Length > 0 && first.Description.Length > 0, "identity or description is empty");
        Expect.True(first.Capabilities.VolumeSize is { From: >= 0, Step: >= 1 } range && range.From <= range.To, "the range of sizes is empty");
        for (var n = 2; n <= bench.Repeats; n++)
        {
            if (n == bench.Repeats) await bench.ReopenAsync();
            var again = Expect.Done(await bench.Store.LifeCycle.InitializeAsync(bench.Stop), $"initialize number {n}");
            Expect.Equal(first.BackendId, again.BackendId, "identity");
            Expect.Equal(first.Capabilities, again.Capabilities, "capabilities");
        }
        return Finding.Kept(first.BackendId);
    }

    [Rule("pool.initialize.changes-nothing", "Changes nothing on it that a second pool or a repeat would notice")]
    public static async Task<Finding> Initializing_leaves_the_storage_as_it_is(Bench bench)
    {
        if (bench.Driver.Facet<IInventory>() is null) return Finding.NotAsked("no inventory");
        var (key, volume) = await bench.MakeAsync();
        await bench.GrantAsync(key, volume, bench.NewAccess());
        var before = await ShownAsync(bench);
        for (var n = 1; n <= bench.Repeats; n++) Expect.Done(await bench.Store.LifeCycle.InitializeAsync(bench.Stop), $"initialize number {n}");
        Expect.Equal(before, await ShownAsync(bench), "volumes of ours after initializing");
        return Finding.Kept($"{bench.Repeats} times");
    }

    [Rule("pool.attach.repeat-is-done", "Makes ready to serve all hosts of the scope: accounts, groups, exports that volumes will need. A repeat is Done")]
    public static async Task<Finding> Attaching_again_is_done(Bench bench)
    {
        var (key, volume) = await bench.MakeAsync();
        for (var n = 2; n <= bench.Repeats; n++) Expect.Done(await bench.Store.LifeCycle.AttachAsync(bench.Subject.Scope, bench.Stop), $"attach number {n}");
        Expect.Equal(volume.Handle, (await bench.FoundAsync(key)).Handle, "the volume after attaching again");
        return Finding.Kept($"{bench.Repeats} times");
    }

    [Rule("pool.maintenance.volumes-stay", "Stops new work on the storage; volumes stay as they are, and can be found and listed. A repeat is Done")]
    public static async Task<Finding> Maintenance_leaves_volumes_as_they_are(Bench bench)
    {
        var (key, volume) = await bench.MakeAsync();
        try
        {
            for (var n = 1; n <= 2; n++) Expect.Done(await bench.Store.LifeCycle.EnterMaintenanceAsync(bench.Stop), $"enter maintenance, number {n}");
            var found = await bench.FoundAsync(key, "find in maintenance");
            Expect.Equal((volume.Handle, volume.Size, volume.Qos), (found.Handle, found.Size, found.Qos), "the volume in maintenance");
            if (bench.Driver.Facet<IInventory>() is not null)
                Expect.True((await bench.ListAsync("list in maintenance")).Any(v => v.Handle == volume.Handle), "the volume is not listed in maintenance");
        }
        finally
        {
            await bench.Store.LifeCycle.LeaveMaintenanceAsync(bench.Stop);
        }
        return Finding.Kept("found and listed in maintenance");
    }

    [Rule("pool.maintenance.ends", "The end of maintenance: everything works as before. Done as well when there was none")]
    public static async Task<Finding> After_maintenance_everything_works(Bench bench)
    {
        Expect.Done(await bench.Store.LifeCycle.LeaveMaintenanceAsync(bench.Stop), "leave maintenance that there was not");
        Expect.Done(await bench.Store.LifeCycle.EnterMaintenanceAsync(bench.Stop), "enter maintenance");
        for (var n = 1; n <= 2; n++) Expect.Done(await bench.Store.LifeCycle.LeaveMaintenanceAsync(bench.Stop), $"leave maintenance, number {n}");
        var (key, volume) = await bench.MakeAsync();
        Expect.Done(await bench.Driver.DeleteAsync(key, volume.Handle, bench.Stop), "delete after maintenance");
        return Finding.Kept("a volume was made and deleted afterwards");
    }

    [Rule("pool.remove.in-use-is-refused", "Called when no volume of ours is left; must refuse with InUse when it finds one after all")]
    public static async Task<Finding> A_pool_with_volumes_of_ours_is_not_removed(Bench bench)
    {
        var (key, volume) = await bench.MakeAsync();
        await bench.ReopenAsync();
        Expect.Refused(await bench.Store.LifeCycle.RemoveAsync(bench.Stop), "remove with a volume left", FaultCodes.InUse);
        Expect.Equal(volume.Handle, (await bench.FoundAsync(key)).Handle, "the volume afterwards");
        return Finding.Kept("refused, and the volume is there");
    }

    [Rule("pool.remove.repeat-is-done", "A repeat is Done, and so is attaching again afterwards")]
    public static async Task<Finding> An_empty_pool_can_be_removed_twice_and_attached_again(Bench bench)
    {
        var (key, volume) = await bench.MakeAsync();
        Expect.Done(await bench.Driver.DeleteAsync(key, volume.Handle, bench.Stop), "delete");
        for (var n = 1; n <= 2; n++) Expect.Done(await bench.Store.LifeCycle.RemoveAsync(bench.Stop), $"remove number {n}");
        Expect.Done(await bench.Store.LifeCycle.AttachAsync(bench.Subject.Scope, bench.Stop), "attach after removing");
        var (againKey, again) = await bench.MakeAsync();
        Expect.Done(await bench.Driver.DeleteAsync(againKey, again.Handle, bench.Stop), "delete afterwards");
        return Finding.Kept("removed twice, attached again, and a volume made");
    }

    [Rule("pool.facets.agree-with-capabilities", "What is declared native is there as a facet, and a facet that is there is declared native")]
    public static Task<Finding> Facets_and_declared_capabilities_agree(Bench bench)
    {
        var (can, driver) = (bench.Can, bench.Driver);
        Agree(can.Snapshots == Support.Native, driver.Facet<ISnapshots>() is not null, nameof(ISnapshots));
        Agree(can.Clones == Support.Native, driver.Facet<IClones>() is not null, nameof(IClones));
        Agree(can.Copies == Support.Native, driver.Facet<ICopies>() is not null, nameof(ICopies));
        Agree(can.Adoption == Support.Native, driver.Facet<IAdoption>() is not null, nameof(IAdoption));
        Agree(can.GroupSnapshots == Support.Native, driver.Facet<IGroupSnapshots>() is not null, nameof(IGroupSnapshots));
        Agree(can.Inventory == Support.Native, driver.Facet<IInventory>() is not null, nameof(IInventory));
        Agree(
            can.CapacityBytesChange == Support.Native || can.CapacityIopsChange == Support.Native,
            bench.Store.LifeCycle.Facet<ICapacityControl>() is not null, nameof(ICapacityControl));
        Agree(Limits.Any(can), driver.Facet<IQosControl>() is not null, nameof(IQosControl));
        Expect.True(can.LiveResize != Support.Native || driver.Facet<IResize>() is not null, "live resize is declared and IResize is not there");
        Expect.True(can.LiveQosChange != Support.Native || driver.Facet<IQosControl>() is not null || !Limits.Any(can), "live QoS change is declared and IQosControl is not there");
        return Task.FromResult(Finding.Kept("snapshots, clones, copies, inventory, QoS control, resize and capacity control"));

        static void Agree(bool declared, bool there, string facet) =>
            Expect.True(declared == there, $"{facet} is {(declared ? "declared and not there" : "there and not declared")}");
    }

    [Rule("statistics.volume.are-sane", "Figures of one volume; none is negative, and shares lie between 0 and 1")]
    public static async Task<Finding> Figures_of_a_volume_make_sense(Bench bench)
    {
        if (bench.Driver.Facet<IStatistics>() is not { } statistics) return Finding.NotAsked("no statistics");
        var (key, volume) = await bench.MakeAsync();
        var seen = Expect.Done(await statistics.GetVolumeStatisticsAsync(volume.Handle, bench.Stop), "volume statistics");
        Expect.True(seen.At != default, "the time of reading is missing");
        Expect.True(seen is { Iops: >= 0, BytesPerSecond: >= 0, LatencyMicros: >= 0, Throttle: >= 0 and <= 1, BurstCredit: null or >= 0 }, $"the figures are {seen}");
        if (seen.Service is { } service)
        {
            Expect.True(
                service is { QueueDepth: >= 0, LatencyP50Micros: >= 0, SchedulerMicros: >= 0, MediumMicros: >= 0, HeldByLimit: >= 0 and <= 1, HeldByLimitSeconds: >= 0, BelowMinSeconds: >= 0 }
                && service.LatencyP99Micros >= service.LatencyP50Micros, $"the figures are {service}");
        }
        Expect.Done(await bench.Driver.DeleteAsync(key, volume.Handle, bench.Stop), "delete");
        Expect.Refused(await statistics.GetVolumeStatisticsAsync(volume.Handle, bench.Stop), "statistics of a deleted volume", FaultCodes.VolumeNotFound);
        return Finding.Kept($"{seen.Iops} IOPS, throttle {seen.Throttle}");
    }

    [Rule("statistics.pool.count-what-is-made", "a volume made counts among the bytes provisioned, one that is deleted no more")]
    public static async Task<Finding> The_pools_figures_follow_what_is_made_and_deleted(Bench bench)
    {
        if (bench.Driver.Facet<IStatistics>() is not { } statistics) return Finding.NotAsked("no statistics");
        var before = await FiguresAsync();
        Expect.True(before is { PromisedIops: null or >= 0, CapacityIops: null or >= 0 }, $"the figures are {before}");
        if (before.ProvisionedBytes is not { } at) return Finding.NotAsked("the storage does not say what is provisioned");
        if (bench.Subject.IsShared) return Finding.NotAsked("others make and delete volumes meanwhile");
        var (key, volume) = await bench.MakeAsync();
        Expect.Equal(at + volume.Size, (await FiguresAsync()).ProvisionedBytes, $"bytes provisioned with one volume of {volume.Size} more");
        Expect.Done(await bench.Driver.DeleteAsync(key, volume.Handle, bench.Stop), "delete");
        Expect.Equal(at, (await FiguresAsync()).ProvisionedBytes, "bytes provisioned after it was deleted");
        return Finding.Kept($"{at}, with a volume {at + volume.Size}, and {at} again");

        async Task<PoolStatistics> FiguresAsync() => Expect.Done(await statistics.GetPoolStatisticsAsync(bench.Stop), "pool statistics");
    }

    private static async Task<string> ShownAsync(Bench bench) => string.Join("; ", (await bench.ListAsync())
        .Where(v => v.Key is not null).OrderBy(v => v.Handle.Value, StringComparer.Ordinal)
        .Select(v => $"{v.Handle} {v.Key} {v.Size} {v.Qos} {string.Join(' ', v.Initiators)}"));
}
