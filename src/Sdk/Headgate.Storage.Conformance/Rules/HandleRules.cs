using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Storage.Conformance;

/// <summary>Never the wrong volume: what each call makes of handles that are another's, gone, or nonsense.</summary>
internal static class HandleRules
{
    private const string Wrong =
        "A handle alone is never enough: one that names a volume made with another key is refused with WrongVolume, whatever the call";

    private const string Gone =
        "A handle that names nothing (any more) is refused with VolumeNotFound where the volume is needed, and is Done where the volume or its access was to go away";

    /// <summary>What attackers and broken databases send where a handle belongs.</summary>
    private static readonly string[] Nonsense =
        ["", "0", "-1", "no-such-volume", "../../etc/passwd", "/", "9223372036854775807", "a b'\";--", new string('9', 300), "%00", "ü\u0000"];

    [Rule("volume.delete.wrong-volume-is-refused", "One whose key is another's is refused with WrongVolume: a handle alone never deletes")]
    public static async Task<Finding> A_handle_of_another_volume_never_deletes_it(Bench bench)
    {
        var (mineKey, mine) = await bench.MakeAsync();
        var (otherKey, other) = await bench.MakeAsync();
        foreach (var key in new[] { otherKey, bench.NewKey() })
            Expect.Refused(await bench.Driver.DeleteAsync(key, mine.Handle, bench.Stop), $"delete of {mine.Handle} with key {key}", FaultCodes.WrongVolume);
        Expect.Equal(mine.Handle, (await bench.FoundAsync(mineKey)).Handle, "the volume that the handle names");
        Expect.Equal(other.Handle, (await bench.FoundAsync(otherKey)).Handle, "the volume that the key names");
        return Finding.Kept($"{mine.Handle} and {other.Handle} are both there");
    }

    [Rule("volume.call.wrong-volume-is-refused", Wrong)]
    public static async Task<Finding> No_call_touches_the_volume_of_another_key(Bench bench)
    {
        var (mineKey, mine) = await bench.MakeAsync();
        var (otherKey, other) = await bench.MakeAsync();
        var access = bench.NewAccess();
        await bench.GrantAsync(mineKey, mine, access);
        var before = await bench.FoundAsync(mineKey);
        var asked = 0;
        foreach (var key in new[] { otherKey, bench.NewKey() })
        {
            foreach (var (name, call) in NeedingCalls(bench, key, mine, other))
            {
                Expect.Refused(await call(), $"{name} with the handle of another's volume", FaultCodes.WrongVolume);
                asked++;
            }
            Expect.Refused(
                await bench.Driver.RevokeAccessAsync(key, mine.Handle, access.InitiatorName, bench.Stop), "revoke with the handle of another's volume", FaultCodes.WrongVolume);
        }
        var after = await bench.FoundAsync(mineKey);
        Expect.Equal((before.Size, before.Qos), (after.Size, after.Qos), "the volume that the handle names, afterwards");
        Expect.Equal(string.Join(' ', before.Initiators), string.Join(' ', after.Initiators), "its initiators");
        return Finding.Kept($"{asked + 2} calls refused, {mine.Handle} as before");
    }

    [Rule("volume.call.gone-is-not-found", Gone)]
    public static async Task<Finding> No_call_that_needs_the_volume_pretends_that_it_is_there(Bench bench)
    {
        var (key, volume) = await bench.MakeAsync();
        var (_, other) = await bench.MakeAsync();
        Expect.Done(await bench.Driver.DeleteAsync(key, volume.Handle, bench.Stop), "delete");
        var calls = NeedingCalls(bench, key, volume, other);
        foreach (var (name, call) in calls)
            Expect.Refused(await call(), $"{name} of a deleted volume", FaultCodes.VolumeNotFound);
        if (bench.Driver.Facet<IClones>() is { } clones)
            Expect.Refused(await clones.CloneAsync(bench.NewKey(), bench.Small(), volume.Handle, null, bench.Stop), "clone of a deleted volume", FaultCodes.VolumeNotFound);
        await bench.AbsentAsync(key, "after calls on it when it was gone");
        return Finding.Kept($"refused: {string.Join(", ", calls.Select(c => c.Name))}");
    }

    [Rule("volume.call.gone-is-done-where-it-should-go", Gone)]
    public static async Task<Finding> Taking_away_what_is_gone_is_done(Bench bench)
    {
        var (key, volume) = await bench.MakeAsync();
        var access = bench.NewAccess();
        await bench.GrantAsync(key, volume, access);
        Expect.Done(await bench.Driver.RevokeAccessAsync(key, volume.Handle, access.InitiatorName, bench.Stop), "revoke");
        Expect.Done(await bench.Driver.DeleteAsync(key, volume.Handle, bench.Stop), "delete");
        Expect.Done(await bench.Driver.RevokeAccessAsync(key, volume.Handle, access.InitiatorName, bench.Stop), "revoke of a deleted volume");
        Expect.Done(await bench.Driver.DeleteAsync(key, volume.Handle, bench.Stop), "delete of a deleted volume");
        return Finding.Kept("revoke and delete of a deleted volume are Done");
    }

    [Rule("volume.call.nonsense-handle-names-nothing", Gone)]
    public static async Task<Finding> A_handle_that_no_driver_made_names_nothing(Bench bench)
    {
        var (key, volume) = await bench.MakeAsync();
        foreach (var text in Nonsense)
        {
            var handle = new VolumeHandle(text);
            var shown = text.Length > 20 ? text[..20] + "..." : text;
            Expect.Done(await bench.Driver.DeleteAsync(key, handle, bench.Stop), $"delete of '{shown}'");
            Expect.Refused(await bench.Driver.GrantAccessAsync(key, handle, bench.NewAccess(), bench.Stop), $"grant of '{shown}'", FaultCodes.VolumeNotFound);
            if (bench.Driver.Facet<IResize>() is { } resize)
                Expect.Refused(await resize.ResizeAsync(key, handle, bench.Bigger(volume.Size), bench.Stop), $"resize of '{shown}'", FaultCodes.VolumeNotFound);
        }
        Expect.Equal(volume.Size, (await bench.FoundAsync(key)).Size, "size of the volume whose key was used");
        return Finding.Kept($"{Nonsense.Length} handles that name nothing, {volume.Handle} as before");
    }

    /// <summary>The calls that need the volume, as facets allow; each answers with an outcome without its value. <paramref name="other"/> is there.</summary>
    private static List<(string Name, Func<Task<Outcome<Nothing>>> Call)> NeedingCalls(Bench bench, ObjectKey key, VolumeView volume, VolumeView other)
    {
        var (driver, handle, stop) = (bench.Driver, volume.Handle, bench.Stop);
        var access = bench.NewAccess();
        var calls = new List<(string, Func<Task<Outcome<Nothing>>>)> { ("grant", () => Only(driver.GrantAccessAsync(key, handle, access, stop))) };
        if (driver.Facet<IQosControl>() is { } qos) calls.Add(("set QoS", () => Only(qos.SetQosAsync(key, handle, Limits.Doubled(bench.Can), stop))));
        if (driver.Facet<IResize>() is { } resize) calls.Add(("resize", () => Only(resize.ResizeAsync(key, handle, bench.Bigger(volume.Size), stop))));
        if (driver.Facet<ICopies>() is { } copies) calls.Add(("copy onto it", () => Only(copies.CopyAsync(new(bench.NewGuid()), key, handle, other.Handle, null, stop))));
        if (driver.Facet<ISnapshots>() is { } snapshots)
        {
            calls.Add(("snapshot", () => Only(snapshots.CreateSnapshotAsync(bench.NewSnapshotKey(key), key, handle, "s", stop))));
            calls.Add(("revert", () => Only(snapshots.RevertAsync(key, handle, bench.NewSnapshotKey(key), new SnapshotHandle("no-such"), stop))));
        }
        return calls;
    }

    private static async Task<Outcome<Nothing>> Only<T>(ValueTask<Outcome<T>> call) => (await call).Map(static _ => default(Nothing));
}
