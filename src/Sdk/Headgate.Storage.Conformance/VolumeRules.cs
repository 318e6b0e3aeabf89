using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Storage.Conformance;

/// <summary>Making, finding and deleting.</summary>
internal static class VolumeRules
{
    [Rule("volume.create.repeat-is-same-volume")]
    public static async Task<string?> Repeating_a_create_gives_the_same_volume(Bench bench)
    {
        var spec = await bench.SmallAsync();
        var (key, first) = await bench.MakeAsync(spec);
        for (var n = 2; n <= Bench.Repeats; n++)
        {
            var again = Expect.Done(await bench.Driver.CreateAsync(key, spec, bench.Stop), $"create number {n}");
            Expect.Equal(first.Handle, again.Handle, $"handle of create number {n}");
        }
        await ExactlyOneAsync(bench, key);
        return null;
    }

    [Rule("volume.create.key-reused-is-refused")]
    public static async Task<string?> One_key_with_other_arguments_is_refused(Bench bench)
    {
        var spec = await bench.SmallAsync();
        var (key, _) = await bench.MakeAsync(spec);
        var bigger = spec with { Size = spec.Size + ByteSize.GiB(1) };
        Expect.Refused(FaultCodes.KeyReused, await bench.Driver.CreateAsync(key, bigger, bench.Stop), "the same key with another size");
        var other = spec with { AccountId = Guid.NewGuid() };
        Expect.Refused(FaultCodes.KeyReused, await bench.Driver.CreateAsync(key, other, bench.Stop), "the same key for another account");
        await ExactlyOneAsync(bench, key);
        return null;
    }

    [Rule("volume.create.racing-creates-make-one")]
    public static async Task<string?> Two_servers_that_create_at_once_make_one_volume(Bench bench)
    {
        var spec = await bench.SmallAsync();
        var key = bench.NewKey();
        await using var other = await bench.Fixture.OpenAgainAsync(bench.Stop);
        var both = await Task.WhenAll(
            Task.Run(() => bench.Driver.CreateAsync(key, spec, bench.Stop).AsTask(), bench.Stop),
            Task.Run(() => other.Driver.CreateAsync(key, spec, bench.Stop).AsTask(), bench.Stop));
        Expect.True(both.All(o => o is not Outcome<VolumeView>.Refused { Fault.Recovery: not Recovery.RetryWithBackoff }), "a racing create was refused for good");
        var settled = await Bench.UntilDoneAsync(() => bench.Driver.CreateAsync(key, spec, bench.Stop), "create after the race");
        foreach (var done in both.OfType<Outcome<VolumeView>.Done>()) Expect.Equal(settled.Handle, done.Value.Handle, "handle of a racing create");
        await ExactlyOneAsync(bench, key);
        return null;
    }

    [Rule("volume.create.interrupted-anywhere-leaves-one")]
    public static Task<string?> A_create_interrupted_at_any_request_and_repeated_leaves_one_volume(Bench bench) =>
        SweepAsync(bench, static (link, number) => link.CutBefore(number));

    [Rule("volume.create.lost-reply-anywhere-leaves-one")]
    public static Task<string?> A_create_that_loses_any_reply_and_is_repeated_leaves_one_volume(Bench bench) =>
        SweepAsync(bench, static (link, number) => link.LoseReplyTo(number));

    [Rule("volume.create.size-out-of-range")]
    public static async Task<string?> A_size_outside_the_declared_range_is_refused(Bench bench)
    {
        var spec = await bench.SmallAsync();
        var can = await bench.CapabilitiesAsync();
        var key = bench.NewKey();
        var huge = spec with { Size = new ByteSize(can.VolumeSize.To + 1) };
        Expect.Refused(FaultCodes.SizeOutOfRange, await bench.Driver.CreateAsync(key, huge, bench.Stop), "one byte above the largest size");
        await AbsentAsync(bench, key);
        return null;
    }

    [Rule("volume.find.absent-is-null")]
    public static async Task<string?> What_was_never_made_is_certainly_absent(Bench bench)
    {
        await AbsentAsync(bench, bench.NewKey());
        return null;
    }

    [Rule("volume.find.survives-reopening")]
    public static async Task<string?> Another_server_finds_the_volume_by_its_key(Bench bench)
    {
        var (key, made) = await bench.MakeAsync();
        await using var other = await bench.Fixture.OpenAgainAsync(bench.Stop);
        var found = Expect.Done(await other.Driver.FindAsync(key, bench.Stop), "find by another server");
        Expect.Equal(made.Handle, found?.Handle, "handle found by another server");
        Expect.Equal(key, found?.Key, "key read back");
        Expect.Equal(made.Size, found!.Size, "size read back");
        return null;
    }

    [Rule("volume.delete.absent-is-done")]
    public static async Task<string?> Deleting_again_and_again_is_done(Bench bench)
    {
        var (key, volume) = await bench.MakeAsync();
        for (var n = 1; n <= Bench.Repeats; n++) Expect.Done(await bench.Driver.DeleteAsync(key, volume.Handle, bench.Stop), $"delete number {n}");
        await AbsentAsync(bench, key);
        return null;
    }

    [Rule("volume.delete.wrong-volume-is-refused")]
    public static async Task<string?> A_handle_of_another_volume_never_deletes_it(Bench bench)
    {
        var (_, mine) = await bench.MakeAsync();
        var (otherKey, other) = await bench.MakeAsync();
        Expect.Refused(FaultCodes.WrongVolume, await bench.Driver.DeleteAsync(otherKey, mine.Handle, bench.Stop), "delete with another volume's key");
        Expect.Equal(other.Handle, Expect.Done(await bench.Driver.FindAsync(otherKey, bench.Stop), "find")?.Handle, "the other volume");
        return null;
    }

    internal static async Task AbsentAsync(Bench bench, ObjectKey key) =>
        Expect.True(Expect.Done(await bench.Driver.FindAsync(key, bench.Stop), "find") is null, $"volume {key} is there and should not be");

    internal static async Task ExactlyOneAsync(Bench bench, ObjectKey key)
    {
        if (bench.Driver.Facet<IInventory>() is not { } inventory) return;
        var all = Expect.Done(await inventory.ListAsync(bench.Stop), "list");
        Expect.Equal(1, all.Count(v => v.Key == key), $"volumes on the array with key {key}");
    }

    /// <summary>Breaks the link at the first request, at the second, and so on until a create gets through unbroken.</summary>
    private static async Task<string?> SweepAsync(Bench bench, Action<IArrayLink, int> breakAt)
    {
        if (bench.Fixture.Link is not { } link) return "the fixture cannot break the link";
        const int most = 100; // requests of one create: far more than any driver needs, so that the sweep ends
        var spec = await bench.SmallAsync();
        for (var number = 1; number <= most; number++)
        {
            var key = bench.NewKey();
            var fresh = spec with { AccountId = Guid.NewGuid() };
            link.Reset();
            breakAt(link, number);
            var outcome = await bench.Driver.CreateAsync(key, fresh, bench.Stop);
            var broken = link.Requests >= number;
            link.Reset();
            if (outcome is Outcome<VolumeView>.Refused refused)
            {
                Expect.Equal(Recovery.RetryWithBackoff, refused.Fault.Recovery, $"recovery of a create broken at request {number}");
                await AbsentAsync(bench, key); // refused means that nothing was done
            }
            await using var other = await bench.Fixture.OpenAgainAsync(bench.Stop);
            await Bench.UntilDoneAsync(() => other.Driver.CreateAsync(key, fresh, bench.Stop), $"create repeated after a break at request {number}");
            await ExactlyOneAsync(bench, key);
            if (!broken) return null;
        }
        throw new ConformanceException($"a create took more than {most} requests");
    }
}
