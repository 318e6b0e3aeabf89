using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Storage.Conformance;

/// <summary>A pool that is given more or less.</summary>
internal static class CapacityRules
{
    private const string No = "the capacity is not changed through the driver";
    private const string Unknown = "the storage does not say what it has";

    private const string TooLittleTooMuch =
        "Less than volumes take or are promised is refused with CapacityInUse and the figures, more than the storage has with OutOfCapacity or OutOfIops, "
        + "and a kind of capacity that the capabilities do not declare with InvalidArgument";

    [Rule("pool.capacity.change-is-read-back", "Changes the capacity and returns the facts as read back afterwards, which every server reads from then on")]
    public static async Task<Finding> A_changed_capacity_is_read_back_by_every_server(Bench bench)
    {
        if (bench.Store.LifeCycle.Facet<ICapacityControl>() is null) return Finding.NotAsked(No);
        if (Half(bench) is not { } half) return Finding.NotAsked(Unknown);
        var (key, volume) = await bench.MakeAsync();
        foreach (var (wanted, what) in new[] { (half, "half"), (Grown(half), "more than half"), (half, "half again") })
        {
            for (var n = 1; n <= 2; n++) Agree(wanted, await ChangeAsync(bench, wanted, $"change to {what}, number {n}"), $"returned by a change to {what}");
            await bench.ReopenAsync();
            Agree(wanted, Expect.Done(await bench.Store.LifeCycle.InitializeAsync(bench.Stop), "initialize"), $"read by another server after a change to {what}");
        }
        var found = await bench.FoundAsync(key);
        Expect.Equal((volume.Handle, volume.Size, volume.Qos), (found.Handle, found.Size, found.Qos), "the volume after the capacity changed");
        return Finding.Kept($"{half}, and half as much again");
    }

    [Rule("pool.capacity.null-is-what-the-storage-has", "What is null becomes what the storage gives by itself")]
    public static async Task<Finding> Taking_the_bound_away_gives_back_what_the_storage_has(Bench bench)
    {
        if (bench.Store.LifeCycle.Facet<ICapacityControl>() is null) return Finding.NotAsked(No);
        if (Half(bench) is not { } half) return Finding.NotAsked(Unknown);
        await ChangeAsync(bench, half, "change to half");
        var free = await ChangeAsync(bench, new PoolCapacity(null, null), "change to what there is");
        // Not compared with the beginning: a file system has as much as others leave of it.
        if (half.Bytes is { } bytes) Expect.True(free.CapacityBytes is not { } now || now > bytes, $"the capacity is {free.CapacityBytes} after a bound of {bytes} was taken away");
        if (half.Iops is { } iops) Expect.True(free.CapacityIops is not { } now || now > iops, $"the capacity is {free.CapacityIops} IOPS after a bound of {iops} was taken away");
        return Finding.Kept($"{half} became {free.CapacityBytes}, {free.CapacityIops?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "no"} IOPS");
    }

    [Rule("pool.capacity.is-kept", "It is kept: what would go beyond it is refused with OutOfCapacity or OutOfIops")]
    public static async Task<Finding> What_goes_beyond_the_capacity_is_refused(Bench bench)
    {
        if (bench.Store.LifeCycle.Facet<ICapacityControl>() is null || bench.Can.CapacityBytesChange != Support.Native) return Finding.NotAsked(No);
        var (key, volume) = await bench.MakeAsync();
        var others = bench.Driver.Facet<IInventory>() is null ? default : new ByteSize((await bench.ListAsync()).Sum(v => v.Size.Bytes));
        var few = bench.Rounded(others + new ByteSize(4 * volume.Size.Bytes));
        if (bench.Facts.CapacityBytes is { } all && few > all) return Finding.NotAsked("there is too little room to tell");
        await ChangeAsync(bench, new PoolCapacity(few, null), "change to little");
        var tooBig = bench.Bigger(few);
        if (!bench.Can.VolumeSize.Holds(tooBig.Bytes)) return Finding.NotAsked("no volume may be larger than what is there already");
        var beyond = bench.NewKey();
        Expect.Refused(await bench.Driver.CreateAsync(beyond, bench.Small() with { Size = tooBig }, bench.Stop), $"{tooBig} where the pool has {few}", FaultCodes.OutOfCapacity);
        await bench.AbsentAsync(beyond, "after it was refused for want of capacity");
        if (bench.Driver.Facet<IResize>() is { } resize)
        {
            Expect.Refused(await resize.ResizeAsync(key, volume.Handle, tooBig, bench.Stop), $"growing to {tooBig} where the pool has {few}", FaultCodes.OutOfCapacity);
            Expect.Equal(volume.Size, (await bench.FoundAsync(key)).Size, "size after growing was refused");
        }
        await bench.MakeAsync();
        return Finding.Kept($"{tooBig} refused where there are {few}; what fits is made");
    }

    [Rule("pool.capacity.iops-are-kept", "It is kept: what would go beyond it is refused with OutOfCapacity or OutOfIops")]
    public static async Task<Finding> A_minimum_beyond_the_capacity_is_refused(Bench bench)
    {
        if (bench.Store.LifeCycle.Facet<ICapacityControl>() is null || bench.Can.CapacityIopsChange != Support.Native) return Finding.NotAsked(No);
        if (bench.Can.MinIops is not { Support: Support.Native } min) return Finding.NotAsked("no minimum is declared");
        await bench.MakeAsync();
        var promised = bench.Driver.Facet<IInventory>() is null ? bench.Small().Qos.MinIops ?? 0 : (await bench.ListAsync()).Sum(v => v.Qos.MinIops ?? 0);
        if (Limits.Lawful(min, promised + 1) is not { } beyond) return Finding.NotAsked("no minimum may be larger than what is promised already");
        await ChangeAsync(bench, new PoolCapacity(null, promised), "change to what is promised");
        var key = bench.NewKey();
        Expect.Refused(
            await bench.Driver.CreateAsync(key, bench.Small() with { Qos = QosSpec.Create(beyond, null) }, bench.Stop), $"a min of {beyond} where nothing is left of {promised} IOPS", FaultCodes.OutOfIops);
        await bench.AbsentAsync(key, "after it was refused for want of IOPS");
        return Finding.Kept($"a min of {beyond} refused where all of {promised} IOPS are promised");
    }

    [Rule("pool.capacity.too-little-and-too-much", TooLittleTooMuch)]
    public static async Task<Finding> A_capacity_that_cannot_be_is_refused_and_changes_nothing(Bench bench)
    {
        if (bench.Store.LifeCycle.Facet<ICapacityControl>() is not { } control) return Finding.NotAsked(No);
        var (key, volume) = await bench.MakeAsync();
        var before = Expect.Done(await bench.Store.LifeCycle.InitializeAsync(bench.Stop), "initialize");
        bench.CapacityMayChange();
        var asked = new List<string>();
        if (bench.Can.CapacityBytesChange == Support.Native)
        {
            var refused = await RefusedAsync(new PoolCapacity(volume.Size - new ByteSize(1), null), "less than one volume takes", FaultCodes.CapacityInUse, FaultCodes.SizeOutOfRange);
            Expect.True(refused.Message.Any(char.IsAsciiDigit), $"the refusal names no figures: {refused.Message}");
            await RefusedAsync(new PoolCapacity(new ByteSize(long.MaxValue), null), "8 EiB", FaultCodes.OutOfCapacity, FaultCodes.SizeOutOfRange);
        }
        else await RefusedAsync(new PoolCapacity(volume.Size, null), "bytes, which are not declared", FaultCodes.InvalidArgument);
        if (bench.Can.CapacityIopsChange == Support.Native)
        {
            if (volume.Qos.MinIops is > 0 and var min) await RefusedAsync(new PoolCapacity(null, min - 1), "less IOPS than one volume was promised", FaultCodes.CapacityInUse);
            await RefusedAsync(new PoolCapacity(null, long.MaxValue), "all the IOPS there could be", FaultCodes.OutOfIops);
        }
        else await RefusedAsync(new PoolCapacity(null, 100), "IOPS, which are not declared", FaultCodes.InvalidArgument);
        var after = Expect.Done(await bench.Store.LifeCycle.InitializeAsync(bench.Stop), "initialize");
        Expect.Equal(before.CapacityIops, after.CapacityIops, "IOPS after the refusals");
        Expect.True(after.CapacityBytes is null || after.CapacityBytes > volume.Size, $"the capacity is {after.CapacityBytes} after the refusals");
        Expect.Equal(volume.Handle, (await bench.FoundAsync(key)).Handle, "the volume after the refusals");
        return Finding.Kept($"refused: {string.Join("; ", asked)}");

        async Task<Fault> RefusedAsync(PoolCapacity wanted, string what, params string[] codes)
        {
            asked.Add(what);
            return Expect.Refused(await control.ChangeCapacityAsync(wanted, bench.Stop), $"a capacity of {what}", codes);
        }
    }

    internal static async Task<PoolFacts> ChangeAsync(Bench bench, PoolCapacity wanted, string what)
    {
        bench.CapacityMayChange();
        return Expect.Done(await bench.Store.LifeCycle.Facet<ICapacityControl>()!.ChangeCapacityAsync(wanted, bench.Stop), what);
    }

    internal static void Agree(PoolCapacity wanted, PoolFacts seen, string where)
    {
        if (wanted.Bytes is { } bytes) Expect.Equal(bytes, seen.CapacityBytes, $"capacity {where}");
        if (wanted.Iops is { } iops) Expect.Equal(iops, seen.CapacityIops, $"IOPS {where}");
    }

    /// <summary>Half of each kind that can be changed and is known, in whole MiB; null when that is none.</summary>
    internal static PoolCapacity? Half(Bench bench)
    {
        ByteSize? bytes = bench.Can.CapacityBytesChange == Support.Native && bench.Facts.CapacityBytes is { } all ? ByteSize.MiB(all.Bytes >> 21) : null;
        long? iops = bench.Can.CapacityIopsChange == Support.Native && bench.Facts.CapacityIops is { } there ? there / 2 : null;
        return bytes is null && iops is null ? null : new PoolCapacity(bytes, iops);
    }

    private static PoolCapacity Grown(PoolCapacity half) =>
        new(half.Bytes is { } bytes ? ByteSize.MiB((bytes.Bytes >> 20) * 3 / 2) : null, half.Iops is { } iops ? iops * 3 / 2 : null);
}
