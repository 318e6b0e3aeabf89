using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Storage.Conformance;

/// <summary>The limits that a storage declares, it applies.</summary>
internal static class LimitRules
{
    [Rule("qos.create.read-back", "What it returns is what the storage has, and has the limits asked for")]
    public static async Task<Finding> What_was_asked_at_creation_is_read_back(Bench bench)
    {
        if (!Limits.Any(bench.Can)) return Finding.NotAsked("no limit is declared");
        var spec = bench.Small();
        var (key, made) = await bench.MakeAsync(spec);
        Limits.Agree(spec.Qos, made.Qos, "returned by create");
        Limits.Agree(spec.Qos, (await bench.FoundAsync(key)).Qos, "found afterwards");
        return Finding.Kept($"{made.Qos}");
    }

    [Rule("qos.set.read-back", "Sets the limits and returns the volume as read back afterwards")]
    public static async Task<Finding> What_is_set_is_read_back_and_setting_again_changes_nothing(Bench bench)
    {
        if (bench.Driver.Facet<IQosControl>() is not { } control) return Finding.NotAsked("no QoS control");
        var (key, volume) = await bench.MakeAsync();
        var wanted = Limits.Doubled(bench.Can);
        for (var n = 1; n <= bench.Repeats; n++)
        {
            var set = Expect.Done(await control.SetQosAsync(key, volume.Handle, wanted, bench.Stop), $"set QoS number {n}");
            Limits.Agree(wanted, set.Qos, $"returned by set QoS number {n}");
        }
        var found = await bench.FoundAsync(key);
        Limits.Agree(wanted, found.Qos, "found after set QoS");
        Expect.Equal(volume.Size, found.Size, "size after set QoS");
        return Finding.Kept($"{volume.Qos} became {found.Qos}");
    }

    [Rule("qos.set.none-means-no-limit", "What is null becomes the storage's \"no limit\"")]
    public static async Task<Finding> Setting_nothing_takes_the_limits_away(Bench bench)
    {
        if (bench.Driver.Facet<IQosControl>() is not { } control) return Finding.NotAsked("no QoS control");
        var (key, volume) = await bench.MakeAsync();
        var (freeKey, free) = await bench.MakeAsync(bench.Small() with { Qos = QosSpec.None });
        var set = Expect.Done(await control.SetQosAsync(key, volume.Handle, QosSpec.None, bench.Stop), "set QoS to none");
        Expect.Equal(free.Qos, set.Qos, "limits after they were taken away, beside a volume made without");
        Expect.Equal((await bench.FoundAsync(freeKey)).Qos, (await bench.FoundAsync(key)).Qos, "the same, read back");
        return Finding.Kept($"{volume.Qos} became {set.Qos}");
    }

    [Rule("qos.set.outlives-everything-else", "Limits outlive everything but the next change of them: resizing, snapshots, granting, a restart of the server")]
    public static async Task<Finding> Limits_stay_through_the_volumes_life(Bench bench)
    {
        if (!Limits.Any(bench.Can)) return Finding.NotAsked("no limit is declared");
        var (key, volume) = await bench.MakeAsync();
        var wanted = bench.Small().Qos;
        if (bench.Driver.Facet<IQosControl>() is { } control)
        {
            wanted = Limits.Doubled(bench.Can);
            Expect.Done(await control.SetQosAsync(key, volume.Handle, wanted, bench.Stop), "set QoS");
        }
        var through = new List<string> { "reopening" };
        if (bench.Driver.Facet<IResize>() is { } resize)
        {
            var grown = Expect.Done(await resize.ResizeAsync(key, volume.Handle, bench.Bigger(volume.Size), bench.Stop), "resize");
            Limits.Agree(wanted, grown.Qos, "returned by resize");
            through.Add("resize");
        }
        if (bench.Driver.Facet<ISnapshots>() is { } snapshots)
        {
            var snapshotKey = bench.NewSnapshotKey(key);
            var taken = Expect.Done(await snapshots.CreateSnapshotAsync(snapshotKey, key, volume.Handle, "s", bench.Stop), "snapshot");
            Expect.Done(await snapshots.RevertAsync(key, volume.Handle, snapshotKey, taken.Handle, bench.Stop), "revert");
            through.Add("snapshot and revert");
        }
        var access = bench.NewAccess();
        await bench.GrantAsync(key, volume, access);
        Expect.Done(await bench.Driver.RevokeAccessAsync(key, volume.Handle, access.InitiatorName, bench.Stop), "revoke");
        await bench.ReopenAsync();
        Limits.Agree(wanted, (await bench.FoundAsync(key)).Qos, $"after {string.Join(", ", through)}, granting and revoking");
        return Finding.Kept($"{wanted} through {string.Join(", ", through)}, granting and revoking");
    }

    [Rule("qos.set.after-create-is-no-reuse", "A change of limits or a resize later does not make a repeated create a reuse of its key")]
    public static async Task<Finding> A_create_repeated_after_a_change_is_still_the_same_create(Bench bench)
    {
        var spec = bench.Small();
        var (key, volume) = await bench.MakeAsync(spec);
        if (bench.Driver.Facet<IQosControl>() is { } control)
            Expect.Done(await control.SetQosAsync(key, volume.Handle, Limits.Doubled(bench.Can), bench.Stop), "set QoS");
        if (bench.Driver.Facet<IResize>() is { } resize)
            Expect.Done(await resize.ResizeAsync(key, volume.Handle, bench.Bigger(volume.Size), bench.Stop), "resize");
        var again = Expect.Done(await bench.Driver.CreateAsync(key, spec, bench.Stop), "create repeated");
        Expect.Equal(volume.Handle, again.Handle, "handle of the repeated create");
        var found = await bench.FoundAsync(key);
        Expect.Equal((found.Size, found.Qos), (again.Size, again.Qos), "what the repeated create returned");
        return Finding.Kept($"{again.Handle}, now {again.Size} and {again.Qos}");
    }

    [Rule("qos.out-of-range-is-refused", "A size outside VolumeSize is refused with SizeOutOfRange, a limit outside its range or not declared with QosOutOfRange")]
    public static async Task<Finding> A_limit_that_the_storage_does_not_take_is_refused_and_nothing_is_made(Bench bench)
    {
        var key = bench.NewKey();
        var asked = new List<string>();
        foreach (var wild in Unlawful(bench.Can))
        {
            Expect.Refused(await bench.Driver.CreateAsync(key, bench.Small() with { Qos = wild }, bench.Stop), $"{wild}", FaultCodes.QosOutOfRange);
            asked.Add(wild.ToString());
        }
        await bench.AbsentAsync(key, "after its limits were refused");
        if (bench.Driver.Facet<IQosControl>() is { } control && Unlawful(bench.Can) is [var worst, ..])
        {
            var (otherKey, other) = await bench.MakeAsync();
            Expect.Refused(await control.SetQosAsync(otherKey, other.Handle, worst, bench.Stop), $"set QoS to {worst}", FaultCodes.QosOutOfRange);
            Expect.Equal(other.Qos, (await bench.FoundAsync(otherKey)).Qos, "limits after others were refused");
        }
        return asked.Count == 0 ? Finding.NotAsked("every number is lawful") : Finding.Kept($"refused: {string.Join("; ", asked)}");
    }

    [Rule("qos.range.ends-are-lawful", "Lawful values of a number: from, to, in steps")]
    public static async Task<Finding> Both_ends_of_a_declared_range_are_taken(Bench bench)
    {
        var specs = new List<QosSpec>();
        if (bench.Can.MaxIops is { Support: Support.Native, Range: { } max })
        {
            if (max.From > 0) specs.Add(QosSpec.Create(null, max.From));
            specs.Add(QosSpec.Create(null, max.To));
        }
        if (bench.Can.MinIops is { Support: Support.Native, Range: { } min }) specs.Add(QosSpec.Create(min.From, null));
        if (bench.Can.BurstIops is { Support: Support.Native, Range: { } burst } && bench.Small().Qos.MaxIops is { } beneath && burst.To >= beneath)
            specs.Add(QosSpec.Create(null, beneath, burst.To));
        foreach (var spec in specs)
        {
            var (key, made) = await bench.MakeAsync(bench.Small() with { Qos = spec });
            Limits.Agree(spec, made.Qos, "at the end of the range");
            Expect.Done(await bench.Driver.DeleteAsync(key, made.Handle, bench.Stop), "delete");
        }
        return specs.Count == 0 ? Finding.NotAsked("no range is declared") : Finding.Kept(string.Join("; ", specs));
    }

    private static List<QosSpec> Unlawful(DriverCapabilities can)
    {
        var wild = new List<QosSpec>();
        if (can.MaxIops.Support != Support.Native) wild.Add(QosSpec.Create(null, 1000));
        else if (can.MaxIops.Range is { } max)
        {
            if (max.To < long.MaxValue) wild.Add(QosSpec.Create(null, max.To + 1));
            if (max.From > 1) wild.Add(QosSpec.Create(null, max.From - 1));
            if (max.Step > 1 && max.To > max.From) wild.Add(QosSpec.Create(null, max.From + 1));
        }
        if (can.MinIops.Support != Support.Native) wild.Add(QosSpec.Create(100, null));
        else if (can.MinIops.Range is { To: < long.MaxValue } min) wild.Add(QosSpec.Create(min.To + 1, null));
        if (can.MaxBandwidth.Support != Support.Native) wild.Add(QosSpec.Create(null, null, null, ByteSize.MiB(10)));
        else if (can.MaxBandwidth.Range is { To: < long.MaxValue } bandwidth)
            wild.Add(QosSpec.Create(null, null, null, new ByteSize(bandwidth.To + 1)));
        return wild;
    }
}
