using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Storage.Conformance;

/// <summary>QoS and size.</summary>
internal static class LimitRules
{
    [Rule("qos.create.read-back")]
    public static async Task<string?> What_was_asked_at_creation_is_read_back(Bench bench)
    {
        var spec = await bench.SmallAsync();
        var (key, made) = await bench.MakeAsync(spec);
        Asked(spec.Qos, made.Qos, "returned by create");
        Asked(spec.Qos, Expect.Done(await bench.Driver.FindAsync(key, bench.Stop), "find")!.Qos, "found afterwards");
        return null;
    }

    [Rule("qos.set.read-back")]
    public static async Task<string?> What_is_set_is_read_back_and_setting_again_changes_nothing(Bench bench)
    {
        if (bench.Driver.Facet<IQosControl>() is not { } control) return "no QoS control";
        var spec = await bench.SmallAsync();
        var (key, volume) = await bench.MakeAsync(spec);
        var can = await bench.CapabilitiesAsync();
        var wanted = QosSpec.Create(Twice(spec.Qos.MinIops, can.MinIops), Twice(spec.Qos.MaxIops, can.MaxIops), Twice(spec.Qos.BurstIops, can.BurstIops));
        for (var n = 1; n <= Bench.Repeats; n++)
            Asked(wanted, Expect.Done(await control.SetQosAsync(key, volume.Handle, wanted, bench.Stop), $"set QoS number {n}").Qos, "returned by set QoS");
        Asked(wanted, Expect.Done(await bench.Driver.FindAsync(key, bench.Stop), "find")!.Qos, "found afterwards");
        return null;
    }

    [Rule("qos.set.after-create-is-no-reuse")]
    public static async Task<string?> A_create_repeated_after_a_QoS_change_is_still_the_same_create(Bench bench)
    {
        if (bench.Driver.Facet<IQosControl>() is not { } control) return "no QoS control";
        var spec = await bench.SmallAsync();
        var (key, volume) = await bench.MakeAsync(spec);
        Expect.Done(await control.SetQosAsync(key, volume.Handle, QosSpec.None, bench.Stop), "set QoS to none");
        var again = Expect.Done(await bench.Driver.CreateAsync(key, spec, bench.Stop), "create repeated");
        Expect.Equal(volume.Handle, again.Handle, "handle of the repeated create");
        return null;
    }

    [Rule("qos.out-of-range-is-refused")]
    public static async Task<string?> A_limit_outside_its_range_is_refused_and_nothing_is_made(Bench bench)
    {
        var can = await bench.CapabilitiesAsync();
        if (can.MaxIops is not { Support: Support.Native, Range: { } range }) return "no range of max IOPS declared";
        var spec = await bench.SmallAsync();
        var key = bench.NewKey();
        var wild = spec with { Qos = QosSpec.Create(null, range.To + 1) };
        Expect.Refused(FaultCodes.QosOutOfRange, await bench.Driver.CreateAsync(key, wild, bench.Stop), "max IOPS above the range");
        await VolumeRules.AbsentAsync(bench, key);
        return null;
    }

    [Rule("qos.set.wrong-volume-is-refused")]
    public static async Task<string?> A_handle_of_another_volume_never_has_its_limits_set(Bench bench)
    {
        if (bench.Driver.Facet<IQosControl>() is not { } control) return "no QoS control";
        var spec = await bench.SmallAsync();
        var (_, volume) = await bench.MakeAsync(spec);
        Expect.Refused(
            FaultCodes.WrongVolume, await control.SetQosAsync(bench.NewKey(), volume.Handle, spec.Qos, bench.Stop), "set QoS with another volume's key");
        return null;
    }

    [Rule("resize.grows-and-never-shrinks")]
    public static async Task<string?> A_volume_grows_to_what_was_asked_and_never_shrinks(Bench bench)
    {
        if (bench.Driver.Facet<IResize>() is not { } resize) return "no resize";
        var (key, volume) = await bench.MakeAsync();
        var wanted = volume.Size + ByteSize.GiB(1);
        for (var n = 1; n <= Bench.Repeats; n++)
        {
            var grown = Expect.Done(await resize.ResizeAsync(key, volume.Handle, wanted, bench.Stop), $"resize number {n}");
            Expect.True(grown.Size >= wanted, $"grown to {grown.Size} where {wanted} was asked for");
        }
        Expect.Refused(FaultCodes.SizeOutOfRange, await resize.ResizeAsync(key, volume.Handle, volume.Size, bench.Stop), "shrinking");
        return null;
    }

    private static void Asked(QosSpec asked, QosSpec seen, string where)
    {
        if (asked.MinIops is { } min) Expect.Equal(min, seen.MinIops ?? 0, $"min IOPS {where}");
        if (asked.MaxIops is { } max) Expect.Equal(max, seen.MaxIops ?? 0, $"max IOPS {where}");
        if (asked.BurstIops is { } burst) Expect.Equal(burst, seen.BurstIops ?? 0, $"burst IOPS {where}");
    }

    private static long? Twice(long? value, QosSupport limit) =>
        value is { } v && (limit.Range?.Holds(2 * v) ?? true) ? 2 * v : value;
}
