using Headgate.Domain;
using Headgate.Operations;
using Headgate.Plugins;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;

namespace Headgate.Control.Tests;

/// <summary>A driver's call that does not end holds its operation, and neither a place in the engine nor the server's stop.</summary>
public sealed class HangingDriverTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_that_hangs_is_given_up_with_a_note_asked_again_with_pauses_and_never_made_twice()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        DeafProvider deaf = null!;
        await using var world = await World.StartAsync(inner => deaf = new DeafProvider(inner), clock);
        using var released = deaf;
        var id = (await world.CreateAsync("v1")).ValueOrThrow().Operation.Id;
        await deaf.Begun;

        var noted = await PassUntilAsync(clock, world, id, o => o.Steps.Any(s => s.Note?.Contains("driver-hangs", StringComparison.Ordinal) == true));
        Assert.Equal(OperationStatus.Running, noted.Operation.Status);
        var again = await PassUntilAsync(clock, world, id, o => o.Steps.Any(s => s.Attempts >= 3));
        Assert.Null(again.Operation.Fault);
        Assert.Equal(1, deaf.Creates);
        Assert.Equal(ProviderFaults.DriverHangs, Assert.Single(world.Get<IProviderCatalog>().Listings, l => l.Name == "Reference").Problem!.Code);

        deaf.Go();
        var ended = await PassUntilAsync(clock, world, id, o => o.Operation.HasEnded);
        Assert.Equal(OperationStatus.Succeeded, ended.Operation.Status);
    }

    [Fact]
    public async Task A_server_stops_although_a_call_hangs_and_the_next_one_goes_on()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        List<DeafProvider> deaf = [];
        await using var world = await World.StartAsync(
            inner =>
            {
                deaf.Add(new DeafProvider(inner));
                return deaf[^1];
            },
            clock);
        using var released = deaf[0];
        var id = (await world.CreateAsync("v1")).ValueOrThrow().Operation.Id;
        await deaf[0].Begun;

        var stopping = world.StopServerAsync();
        while (!stopping.IsCompleted) // the call is waited for a little, on a timer that is armed on another thread
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
        await stopping;
        Assert.Equal(1, deaf[0].Creates);

        deaf[0].Go(); // the old call comes to its end while the next server is at the same volume: one comes of it
        await world.StartServerAsync();
        using var next = deaf[1];
        deaf[1].Go();
        var ended = await PassUntilAsync(clock, world, id, o => o.Operation.HasEnded);
        Assert.Equal(OperationStatus.Succeeded, ended.Operation.Status);
    }

    [Fact]
    public async Task A_server_stops_although_a_pool_is_still_being_opened_and_closes_it_once_it_is()
    {
        DeafProvider deaf = null!;
        await using var world = await World.StartAsync(inner => deaf = new DeafProvider(inner), new FakeTimeProvider(DateTimeOffset.UtcNow));
        using var released = deaf;
        var stores = world.Get<StoreCache>();
        StoragePool pool;
        await using (var db = world.Database.Open()) pool = await db.Pools.SingleAsync(Stop);
        await stores.EvictAsync(pool.Id);
        deaf.HoldsOpening = true;
        var opening = stores.OpenAsync(pool, Stop);
        await deaf.Begun;

        await world.StopServerAsync().WaitAsync(Patience.Long, Stop); // no time passes: nothing here waits for any

        Assert.False(opening.IsCompleted);
        deaf.Go();
        await deaf.Closed;
    }

    /// <summary>Lets time pass until the operation is so.</summary>
    private static async Task<OperationDetails> PassUntilAsync(FakeTimeProvider clock, World world, Guid id, Func<OperationDetails, bool> isSo)
    {
        while (true)
        {
            var now = (await world.Get<GetOperation>().ExecuteAsync(world.Admin, id, Stop)).ValueOrThrow();
            if (isSo(now)) return now;
            clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }
    }
}
