using Headgate.Primitives;
using Headgate.Storage.Filters;
using Headgate.Storage.Sdk;

namespace Headgate.Storage.Conformance;

/// <summary>Lost replies, cut links, cancelled calls, servers that die: what is repeated ends as if it had been made once.</summary>
internal static class InterruptionRules
{
    private const string Once = "An interrupted call that is repeated ends as if it had been made once";
    private const string NoLink = "the link cannot be broken request by request";

    [Rule("interrupted.create.lost-reply-leaves-one", Once)]
    public static async Task<Finding> A_create_whose_answer_was_lost_is_found_and_repeated_without_a_second(Bench bench)
    {
        var spec = bench.Small();
        var key = bench.NewKey();
        await LoseAsync(bench, StoreCall.Create, () => bench.Driver.CreateAsync(key, spec, bench.Stop));
        await bench.ReopenAsync();
        var found = await bench.FoundAsync(key, "find what a lost create made");
        var again = Expect.Done(await bench.Driver.CreateAsync(key, spec, bench.Stop), "create repeated");
        Expect.Equal(found.Handle, again.Handle, "handle of the repeated create");
        await bench.ExactlyOneAsync(key);
        return Finding.Kept($"{again.Handle}, once");
    }

    [Rule("interrupted.every-call.lost-reply-is-repeated", Once)]
    public static async Task<Finding> Every_other_call_whose_answer_was_lost_can_be_repeated(Bench bench)
    {
        var (key, volume) = await bench.MakeAsync();
        var access = bench.NewAccess();
        var passed = new List<string>();
        await TwiceAsync("grant", StoreCall.GrantAccess, () => bench.Driver.GrantAccessAsync(key, volume.Handle, access, bench.Stop));
        if (bench.Can.AccessPerHost == Support.Native) await AccessRules.SeesAsync(bench, key, access.InitiatorName);
        if (bench.Driver.Facet<IQosControl>() is not null)
        {
            var limits = Limits.Doubled(bench.Can);
            var set = await TwiceAsync("set QoS", StoreCall.SetQos, () => bench.Driver.Facet<IQosControl>()!.SetQosAsync(key, volume.Handle, limits, bench.Stop));
            Limits.Agree(limits, set.Qos, "after a lost reply");
        }
        if (bench.Driver.Facet<IResize>() is not null)
        {
            var size = bench.Bigger(volume.Size);
            var grown = await TwiceAsync("resize", StoreCall.Resize, () => bench.Driver.Facet<IResize>()!.ResizeAsync(key, volume.Handle, size, bench.Stop));
            Expect.Equal(size, grown.Size, "size after a lost reply");
        }
        if (bench.Driver.Facet<ISnapshots>() is not null)
        {
            var snapshotKey = bench.NewSnapshotKey(key);
            ISnapshots Snapshots() => bench.Driver.Facet<ISnapshots>()!;
            var taken = await TwiceAsync("snapshot", StoreCall.CreateSnapshot, () => Snapshots().CreateSnapshotAsync(snapshotKey, key, volume.Handle, "s", bench.Stop));
            await TwiceAsync("revoke", StoreCall.RevokeAccess, () => bench.Driver.RevokeAccessAsync(key, volume.Handle, access.InitiatorName, bench.Stop));
            await TwiceAsync("revert", StoreCall.Revert, () => Snapshots().RevertAsync(key, volume.Handle, snapshotKey, taken.Handle, bench.Stop));
            await TwiceAsync("delete snapshot", StoreCall.DeleteSnapshot, () => Snapshots().DeleteSnapshotAsync(snapshotKey, taken.Handle, bench.Stop));
        }
        await TwiceAsync("revoke", StoreCall.RevokeAccess, () => bench.Driver.RevokeAccessAsync(key, volume.Handle, access.InitiatorName, bench.Stop));
        await TwiceAsync("delete", StoreCall.Delete, () => bench.Driver.DeleteAsync(key, volume.Handle, bench.Stop));
        await bench.AbsentAsync(key, "after a delete whose reply was lost");
        return Finding.Kept(string.Join(", ", passed.Distinct()));

        async Task<T> TwiceAsync<T>(string name, StoreCall call, Func<ValueTask<Outcome<T>>> make)
        {
            await LoseAsync(bench, call, make);
            await bench.ReopenAsync();
            passed.Add(name);
            return Expect.Done(await make(), $"{name} repeated after its reply was lost");
        }
    }

    [Rule("interrupted.clone.lost-reply-leaves-one", Once)]
    public static async Task<Finding> A_clone_whose_answer_was_lost_is_repeated_without_a_second(Bench bench)
    {
        if (bench.Driver.Facet<IClones>() is null) return Finding.NotAsked("no clones");
        var (_, source) = await bench.MakeAsync();
        var spec = bench.Small() with { Size = source.Size };
        var key = bench.NewKey();
        await LoseAsync(bench, StoreCall.Clone, () => bench.Driver.Facet<IClones>()!.CloneAsync(key, spec, source.Handle, null, bench.Stop));
        await bench.ReopenAsync();
        var again = await CloneRules.CloneAsync(bench, bench.Driver.Facet<IClones>()!, key, spec, source);
        await bench.ExactlyOneAsync(key);
        return Finding.Kept($"{again.Handle}, once");
    }

    [Rule("interrupted.create.found-before-it-is-repeated", "One that an interrupted create left behind is listed with its key")]
    public static async Task<Finding> What_a_lost_create_made_is_listed_with_its_key(Bench bench)
    {
        if (bench.Driver.Facet<IInventory>() is null) return Finding.NotAsked("no inventory");
        var key = bench.NewKey();
        await LoseAsync(bench, StoreCall.Create, () => bench.Driver.CreateAsync(key, bench.Small(), bench.Stop));
        await bench.ReopenAsync();
        Expect.Equal(1, (await bench.ListAsync()).Count(v => v.Key == key), "volumes listed with the key of a create whose reply was lost");
        return Finding.Kept("listed once");
    }

    [Rule("interrupted.life.new-server-at-every-step", "Whatever the next call needs is on the storage: a store may be dropped between any two calls and another one goes on")]
    public static async Task<Finding> Every_call_of_a_life_may_be_another_servers(Bench bench)
    {
        var spec = bench.Small();
        var key = bench.NewKey();
        var access = bench.NewAccess();
        var volume = Expect.Done(await bench.Driver.CreateAsync(key, spec, bench.Stop), "create");
        await bench.ReopenAsync();
        await bench.GrantAsync(key, volume, access, "grant by a second server");
        await bench.ReopenAsync();
        var size = spec.Size;
        if (bench.Driver.Facet<IResize>() is { } resize)
        {
            size = Expect.Done(await resize.ResizeAsync(key, volume.Handle, bench.Bigger(size), bench.Stop), "resize by a third server").Size;
            await bench.ReopenAsync();
        }
        if (bench.Driver.Facet<IQosControl>() is { } control)
        {
            Expect.Done(await control.SetQosAsync(key, volume.Handle, Limits.Doubled(bench.Can), bench.Stop), "set QoS by another server");
            await bench.ReopenAsync();
        }
        Expect.Equal((volume.Handle, size), (await bench.FoundAsync(key)) is var found ? (found.Handle, found.Size) : default, "the volume in between");
        await bench.ReopenAsync();
        Expect.Done(await bench.Driver.RevokeAccessAsync(key, volume.Handle, access.InitiatorName, bench.Stop), "revoke by another server");
        await bench.ReopenAsync();
        Expect.Done(await bench.Driver.DeleteAsync(key, volume.Handle, bench.Stop), "delete by the last server");
        await bench.ReopenAsync();
        await bench.AbsentAsync(key, "at the end of its life");
        return Finding.Kept("each call by a server of its own");
    }

    [Rule("interrupted.create.cancelled-anywhere-leaves-one", "A call that is cancelled ends with OperationCanceledException or an outcome, and may have been done")]
    public static async Task<Finding> A_cancelled_create_can_be_repeated(Bench bench)
    {
        const int attempts = 6;
        var spec = bench.Small();
        var (_, took) = await TimedAsync(bench, spec);
        for (var n = 0; n < attempts; n++)
        {
            var key = bench.NewKey();
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(bench.Stop);
            if (n == 0) await cancel.CancelAsync();
            else cancel.CancelAfter(TimeSpan.FromMicroseconds(bench.Draw((int)Math.Clamp(took.TotalMicroseconds, 1, int.MaxValue - 1)) + 1));
            try
            {
                await bench.Driver.CreateAsync(key, spec, cancel.Token);
            }
            catch (OperationCanceledException) when (!bench.Stop.IsCancellationRequested)
            {
                await bench.ReopenAsync();
            }
            await bench.UntilDoneAsync(() => bench.Driver.CreateAsync(key, spec, bench.Stop), "create repeated after it was cancelled");
            await bench.ExactlyOneAsync(key);
        }
        return Finding.Kept($"{attempts} creates cancelled within {took.TotalMilliseconds:0} ms");
    }

    [Rule("interrupted.create.cut-anywhere-leaves-one", "Refused means that nothing was changed")]
    public static Task<Finding> A_create_cut_off_at_any_request_and_repeated_leaves_one_volume(Bench bench) =>
        SweepAsync(bench, static (link, number) => link.CutBefore(number));

    [Rule("interrupted.create.reply-lost-anywhere-leaves-one", "A lost reply is Unknown, never Refused")]
    public static Task<Finding> A_create_that_loses_any_reply_and_is_repeated_leaves_one_volume(Bench bench) =>
        SweepAsync(bench, static (link, number) => link.LoseReplyTo(number));

    [Rule("interrupted.clone.reply-lost-anywhere-leaves-one", "A lost reply is Unknown, never Refused")]
    public static async Task<Finding> A_clone_that_loses_any_reply_and_is_repeated_leaves_one_volume(Bench bench)
    {
        if (bench.Driver.Facet<IClones>() is not { } clones) return Finding.NotAsked("no clones");
        if (bench.Subject.Link is not { } link) return Finding.NotAsked(NoLink);
        var (_, source) = await bench.MakeAsync();
        var wanted = bench.Small() with { Size = source.Size };
        for (var number = 1; number <= MostRequests; number++)
        {
            var key = bench.NewKey();
            link.Reset();
            link.LoseReplyTo(number);
            await clones.CloneAsync(key, wanted, source.Handle, null, bench.Stop);
            var broken = link.Requests >= number;
            link.Reset();
            var clone = await bench.UntilDoneAsync(() => clones.CloneAsync(key, wanted, source.Handle, null, bench.Stop), $"clone after a break at {number}");
            await bench.ExactlyOneAsync(key);
            Expect.Done(await bench.Driver.DeleteAsync(key, clone.Handle, bench.Stop), "delete the clone");
            await bench.NoStrangersAsync($"after a clone that broke at request {number}");
            if (!broken) return Swept(number);
        }
        throw new ConformanceException($"a clone took more than {MostRequests} requests");
    }

    [Rule("interrupted.copy.lost-reply-is-repeated", Once)]
    public static async Task<Finding> A_copy_whose_answer_was_lost_is_repeated_and_done(Bench bench)
    {
        if (bench.Driver.Facet<ICopies>() is null) return Finding.NotAsked("no copies");
        var ((sourceKey, source), (targetKey, target)) = (await bench.MakeAsync(), await bench.MakeAsync());
        var data = await DataSession.OpenAsync(bench, sourceKey, source);
        var (block, key) = (bench.NewBlock(), new ObjectKey(bench.NewGuid()));
        if (data is not null)
        {
            await data.WriteAsync(block);
            await data.LeaveAsync();
        }
        await LoseAsync(bench, StoreCall.Copy, Copy);
        await bench.ReopenAsync();
        var copied = await bench.UntilDoneAsync(Copy, "copy repeated after its reply was lost");
        Expect.Equal((target.Handle, target.Size), (copied.Handle, copied.Size), "the target");
        await bench.ExactlyOneAsync(targetKey);
        if (data is null) return Finding.Kept("done, once; the data could not be read");
        await (await DataSession.OpenAsync(bench, targetKey, target))!.HoldsAsync(block, "in the target");
        return Finding.Kept("done, once, with the data");

        ValueTask<Outcome<VolumeView>> Copy() => bench.Driver.Facet<ICopies>()!.CopyAsync(key, targetKey, target.Handle, source.Handle, null, bench.Stop);
    }

    [Rule("interrupted.copy.reply-lost-anywhere-is-repeated", "a target that is written in part is never Done, and the same call made again finishes it")]
    public static async Task<Finding> A_copy_that_loses_any_reply_and_is_repeated_is_whole(Bench bench)
    {
        if (bench.Driver.Facet<ICopies>() is not { } copies) return Finding.NotAsked("no copies");
        if (bench.Subject.Link is not { } link) return Finding.NotAsked(NoLink);
        var ((sourceKey, source), (targetKey, target)) = (await bench.MakeAsync(), await bench.MakeAsync());
        if (await DataSession.OpenAsync(bench, sourceKey, source) is not { } from) return Finding.NotAsked(DataSession.NoProbe);
        var onto = (await DataSession.OpenAsync(bench, targetKey, target))!;
        for (var number = 1; number <= MostRequests; number++)
        {
            var (block, key) = (bench.NewBlock(), new ObjectKey(bench.NewGuid()));
            await from.WriteAsync(block);
            await from.LeaveAsync();
            await onto.LeaveAsync();
            link.Reset();
            link.LoseReplyTo(number);
            var outcome = await copies.CopyAsync(key, targetKey, target.Handle, source.Handle, null, bench.Stop);
            var broken = link.Requests >= number;
            link.Reset();
            if (outcome.IsDone) await onto.HoldsAsync(block, $"after a copy that was Done although it broke at request {number}");
            if (outcome.IsDone) await onto.LeaveAsync();
            await bench.UntilDoneAsync(() => copies.CopyAsync(key, targetKey, target.Handle, source.Handle, null, bench.Stop), $"copy after a break at {number}");
            await onto.HoldsAsync(block, $"after a copy that broke at request {number} and was repeated");
            if (!broken) return Swept(number);
        }
        throw new ConformanceException($"a copy took more than {MostRequests} requests");
    }

    [Rule("interrupted.capacity.lost-reply-is-repeated", Once)]
    public static async Task<Finding> A_change_of_capacity_whose_answer_was_lost_is_repeated(Bench bench)
    {
        if (bench.Store.LifeCycle.Facet<ICapacityControl>() is null) return Finding.NotAsked("the capacity is not changed through the driver");
        if (CapacityRules.Half(bench) is not { } half) return Finding.NotAsked("the storage does not say what it has");
        bench.CapacityMayChange();
        await LoseAsync(bench, StoreCall.ChangeCapacity, () => bench.Store.LifeCycle.Facet<ICapacityControl>()!.ChangeCapacityAsync(half, bench.Stop));
        await bench.ReopenAsync();
        CapacityRules.Agree(half, Expect.Done(await bench.Store.LifeCycle.InitializeAsync(bench.Stop), "initialize"), "after a change whose reply was lost");
        CapacityRules.Agree(half, await CapacityRules.ChangeAsync(bench, half, "change repeated after its reply was lost"), "returned by the repeat");
        return Finding.Kept($"{half}");
    }

    private const int MostRequests = 100; // of one call: far more than any driver needs, so that a sweep ends

    /// <summary>The call is made; its answer never reaches the caller.</summary>
    private static async Task LoseAsync<T>(Bench bench, StoreCall call, Func<ValueTask<Outcome<T>>> make)
    {
        bench.Plan.Next(call, new InjectedFault.LoseReply());
        var outcome = await make();
        Expect.True(outcome is Outcome<T>.Unknown, $"{call} was to lose its reply");
        var inside = bench.Observed[^1];
        Expect.True(inside.Fault is null && inside.Thrown is null, $"{call}: wanted Done, was {inside.Answer}");
    }

    /// <summary>A sweep is over with the call that got through unbroken; one that saw no request has proven nothing.</summary>
    private static Finding Swept(int unbroken) => unbroken == 1
        ? Finding.NotAsked("the link counts no requests of this call")
        : Finding.Kept($"at each of {unbroken - 1} requests");

    private static async Task<(ObjectKey Key, TimeSpan Took)> TimedAsync(Bench bench, VolumeSpec spec)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var (key, _) = await bench.MakeAsync(spec);
        return (key, watch.Elapsed);
    }

    /// <summary>Breaks the link at the first request, at the second, and so on until a create gets through unbroken.</summary>
    private static async Task<Finding> SweepAsync(Bench bench, Action<IArrayLink, int> breakAt)
    {
        if (bench.Subject.Link is not { } link) return Finding.NotAsked(NoLink);
        for (var number = 1; number <= MostRequests; number++)
        {
            var key = bench.NewKey();
            var fresh = bench.Small() with { AccountId = bench.NewGuid() };
            link.Reset();
            breakAt(link, number);
            var outcome = await bench.Driver.CreateAsync(key, fresh, bench.Stop);
            var broken = link.Requests >= number;
            link.Reset();
            if (outcome is Outcome<VolumeView>.Refused refused)
            {
                Expect.Equal(Recovery.RetryWithBackoff, refused.Fault.Recovery, $"recovery of a create broken at request {number}");
                await bench.AbsentAsync(key, $"after a create that was refused when it broke at request {number}");
            }
            await bench.ReopenAsync();
            var made = await bench.UntilDoneAsync(() => bench.Driver.CreateAsync(key, fresh, bench.Stop), $"create repeated after a break at request {number}");
            await bench.ExactlyOneAsync(key);
            Expect.Done(await bench.Driver.DeleteAsync(key, made.Handle, bench.Stop), "delete");
            await bench.NoStrangersAsync($"after a create that broke at request {number}");
            if (!broken) return Swept(number);
        }
        throw new ConformanceException($"a create took more than {MostRequests} requests");
    }
}
