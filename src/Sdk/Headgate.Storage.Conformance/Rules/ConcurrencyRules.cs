using System.Diagnostics;
using Headgate.Primitives;
using Headgate.Storage.Filters;
using Headgate.Storage.Sdk;

namespace Headgate.Storage.Conformance;

/// <summary>Many volumes at once, and the same call by two servers at once.</summary>
internal static class ConcurrencyRules
{
    private const string One = "Two servers may make the same call at the same time: one object comes of it";

    [Rule("concurrent.volumes.do-not-disturb", "Calls for different volumes may run at the same time and do not disturb one another")]
    public static async Task<Finding> Lives_of_different_volumes_run_side_by_side(Bench bench)
    {
        var spec = bench.Small();
        await Task.WhenAll(Enumerable.Range(0, bench.Options.Concurrency).Select(n => Task.Run(() => LiveAsync(n), bench.Stop)));
        return Finding.Kept($"{bench.Options.Concurrency} lives side by side");

        async Task LiveAsync(int n)
        {
            var size = n % 2 == 0 ? spec.Size : bench.Bigger(spec.Size);
            var (key, volume) = await bench.MakeAsync(spec with { Size = size });
            var access = bench.NewAccess();
            await bench.GrantAsync(key, volume, access, $"grant of volume {n}");
            if (bench.Can.AccessPerHost == Support.Native) await AccessRules.SeesAsync(bench, key, access.InitiatorName);
            var found = await bench.FoundAsync(key);
            Expect.Equal((volume.Handle, size), (found.Handle, found.Size), $"volume {n} among the others");
            Expect.Done(await bench.Driver.RevokeAccessAsync(key, volume.Handle, access.InitiatorName, bench.Stop), $"revoke of volume {n}");
            Expect.Done(await bench.Driver.DeleteAsync(key, volume.Handle, bench.Stop), $"delete of volume {n}");
            await bench.AbsentAsync(key, "after it was deleted among the others");
        }
    }

    [Rule("concurrent.create.makes-one", One)]
    public static async Task<Finding> Two_servers_that_create_at_once_make_one_volume(Bench bench)
    {
        var spec = bench.Small();
        await using var other = await bench.OpenOtherAsync();
        var watch = Stopwatch.StartNew();
        await bench.MakeAsync(spec);
        var took = watch.Elapsed;
        for (var n = 1; n <= bench.Repeats; n++)
        {
            var key = bench.NewKey();
            // The first time at once; then one of them later and later, so that it meets the other at every stage of its way.
            if (n > 1) bench.Plan.Next(StoreCall.Create, new InjectedFault.Delay(took * (n - 1) / bench.Repeats, TimeProvider.System));
            var both = await AtOnceAsync(bench, other, d => d.CreateAsync(key, spec, bench.Stop));
            Expect.True(both.All(o => o is not Outcome<VolumeView>.Refused { Fault.Recovery: not Recovery.RetryWithBackoff }), "a racing create was refused for good");
            var settled = await bench.UntilDoneAsync(() => bench.Driver.CreateAsync(key, spec, bench.Stop), "create after the race");
            foreach (var done in both.OfType<Outcome<VolumeView>.Done>()) Expect.Equal(settled.Handle, done.Value.Handle, "handle of a racing create");
            await bench.ExactlyOneAsync(key);
        }
        return Finding.Kept($"{bench.Repeats} races, one of the two delayed by up to {took.TotalMilliseconds:0} ms");
    }

    [Rule("concurrent.clone.makes-one", One)]
    public static async Task<Finding> Two_servers_that_clone_at_once_make_one_volume(Bench bench)
    {
        if (bench.Driver.Facet<IClones>() is null) return Finding.NotAsked("no clones");
        var (_, source) = await bench.MakeAsync();
        var spec = bench.Small() with { Size = source.Size };
        await using var other = await bench.OpenOtherAsync();
        var key = bench.NewKey();
        await AtOnceAsync(bench, other, d => d.Facet<IClones>()!.CloneAsync(key, spec, source.Handle, null, bench.Stop));
        await CloneRules.CloneAsync(bench, bench.Driver.Facet<IClones>()!, key, spec, source);
        await bench.ExactlyOneAsync(key);
        return Finding.Kept("one clone");
    }

    [Rule("concurrent.grant-and-delete.settle", One)]
    public static async Task<Finding> Grants_and_deletes_at_once_settle(Bench bench)
    {
        var (key, volume) = await bench.MakeAsync();
        await using var other = await bench.OpenOtherAsync();
        var access = bench.NewAccess();
        await AtOnceAsync(bench, other, d => d.GrantAccessAsync(key, volume.Handle, access, bench.Stop));
        await bench.UntilDoneAsync(() => bench.Driver.GrantAccessAsync(key, volume.Handle, access, bench.Stop), "grant after the race");
        if (bench.Can.AccessPerHost == Support.Native) await AccessRules.SeesAsync(bench, key, access.InitiatorName);
        await AtOnceAsync(bench, other, d => d.DeleteAsync(key, volume.Handle, bench.Stop));
        await bench.UntilDoneAsync(() => bench.Driver.DeleteAsync(key, volume.Handle, bench.Stop), "delete after the race");
        await bench.AbsentAsync(key, "after two servers deleted it");
        return Finding.Kept("granted once, deleted once");
    }

    [Rule("concurrent.late-call.finds-it-gone", "A handle that names nothing (any more) is refused with VolumeNotFound where the volume is needed, and is Done where the volume or its access was to go away")]
    public static async Task<Finding> A_call_that_comes_late_finds_the_volume_gone_and_brings_nothing_back(Bench bench)
    {
        await using var other = await bench.OpenOtherAsync();
        var (key, volume) = await bench.MakeAsync();
        var access = bench.NewAccess();
        await bench.GrantAsync(key, volume, access);
        var arrives = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var call in new[] { StoreCall.GrantAccess, StoreCall.RevokeAccess, StoreCall.Delete }) bench.Plan.Next(call, new InjectedFault.Hold(arrives.Task));
        var grant = bench.Driver.GrantAccessAsync(key, volume.Handle, access, bench.Stop).AsTask();
        var revoke = bench.Driver.RevokeAccessAsync(key, volume.Handle, access.InitiatorName, bench.Stop).AsTask();
        var delete = bench.Driver.DeleteAsync(key, volume.Handle, bench.Stop).AsTask();
        Expect.Done(await other.Driver.RevokeAccessAsync(key, volume.Handle, access.InitiatorName, bench.Stop), "revoke by the server that is quicker");
        Expect.Done(await other.Driver.DeleteAsync(key, volume.Handle, bench.Stop), "delete by the server that is quicker");
        arrives.SetResult();
        Expect.Refused(await grant, "a grant that was under way meanwhile", FaultCodes.VolumeNotFound);
        Expect.Done(await revoke, "a revocation that was under way meanwhile");
        Expect.Done(await delete, "a delete that was under way meanwhile");
        await bench.AbsentAsync(key, "after late calls on it");
        return Finding.Kept("a grant is refused, a revocation and a delete are Done");
    }

    private static async Task<Outcome<T>[]> AtOnceAsync<T>(Bench bench, IPrimaryDataStore other, Func<IPrimaryDataStoreDriver, ValueTask<Outcome<T>>> call) =>
        await Task.WhenAll(
            Task.Run(() => call(bench.Driver).AsTask(), bench.Stop), Task.Run(() => call(other.Driver).AsTask(), bench.Stop));
}
