using Headgate.Drivers.Ceph;
using Headgate.Drivers.Ceph.Native;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using Microsoft.Extensions.Time.Testing;

namespace Headgate.Ceph.Tests;

/// <summary>Parts of the driver that need no cluster.</summary>
public sealed class PartsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void A_server_without_the_libraries_says_which_packages_to_install()
    {
        var fault = CephLibrary.Problem(name => name != Librbd.Name)!;

        Assert.Equal("ceph-library-missing", fault.Code);
        Assert.Equal(Recovery.AskOperator, fault.Recovery);
        Assert.Contains("librbd1", fault.Message, StringComparison.Ordinal);
        Assert.Null(CephLibrary.Problem(_ => true));
    }

    [Theory]
    [InlineData("10.0.0.1,10.0.0.2:6789", "10.0.0.1|10.0.0.2:6789")]
    [InlineData("[v2:10.0.0.1:3300,v1:10.0.0.1:6789] [v2:10.0.0.2:3300]", "[v2:10.0.0.1:3300,v1:10.0.0.1:6789]|[v2:10.0.0.2:3300]")]
    [InlineData(" a ;b, ", "a|b")]
    public void Monitors_are_split_between_addresses_and_not_within_one(string text, string wanted) =>
        Assert.Equal(wanted, string.Join('|', CephDriver.SplitMonitors(text)));

    [Theory]
    [InlineData("pool", "p,allow *", "pool")]
    [InlineData("namespace", "a b", "namespace")]
    [InlineData("user", "x\"y", "user")]
    [InlineData("osdTimeoutSeconds", "0", "osdTimeoutSeconds")]
    [InlineData("confFile", "/etc/ceph/ceph.conf", "monitors")]
    public async Task Settings_that_could_mean_something_else_in_a_capability_are_refused(string name, string value, string told)
    {
        var given = new Dictionary<string, string> { ["monitors"] = "10.0.0.1", ["key"] = "AQ==", ["pool"] = "rbd" };
        given[name] = value;
        var opened = await new CephProvider().OpenAsync(new PoolSettings(Guid.NewGuid(), CephSettings.Schema, given), Stop);

        Assert.Equal(FaultCodes.InvalidArgument, opened.Problem!.Code);
        Assert.Contains(told, opened.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_outlasts_its_time_is_unknown_and_its_repeat_waits_for_it()
    {
        var clock = new FakeTimeProvider();
        await using var threads = new CephThreads(TimeSpan.FromSeconds(60), clock);
        var key = new ObjectKey(Guid.NewGuid());
        using var hang = new ManualResetEventSlim();
        var begun = new TaskCompletionSource();
        var first = threads.RunAsync<int>(Turn.Of(key), start =>
        {
            start.TryBegin();
            begun.SetResult();
            hang.Wait(Stop);
            return 1;
        }, Stop).AsTask();
        await begun.Task;
        clock.Advance(TimeSpan.FromSeconds(61));
        Assert.IsType<Outcome<int>.Unknown>(await first);

        var repeat = threads.RunAsync<int>(Turn.Of(key), start => hang.IsSet ? 2 : -1, Stop).AsTask();
        Assert.Equal(3, (await threads.RunAsync<int>(Turn.Of(new ObjectKey(Guid.NewGuid())), start => 3, Stop)).ValueOrThrow()); // others go on
        Assert.False(repeat.IsCompleted);
        hang.Set();
        Assert.Equal(2, (await repeat).ValueOrThrow());
    }

    [Fact]
    public async Task A_repeat_whose_time_ends_behind_the_running_call_is_unknown_and_not_refused()
    {
        var clock = new FakeTimeProvider();
        await using var threads = new CephThreads(TimeSpan.FromSeconds(60), clock);
        var key = new ObjectKey(Guid.NewGuid());
        using var hang = new ManualResetEventSlim();
        var begun = new TaskCompletionSource();
        var first = threads.RunAsync<int>(Turn.Of(key), start =>
        {
            start.TryBegin();
            begun.SetResult();
            hang.Wait(Stop);
            return 1;
        }, Stop).AsTask();
        await begun.Task; // one that had sent nothing yet would be refused
        var repeat = threads.RunAsync<int>(Turn.Of(key), start => 2, Stop).AsTask();
        clock.Advance(TimeSpan.FromSeconds(61));

        Assert.IsType<Outcome<int>.Unknown>(await first);
        Assert.IsType<Outcome<int>.Unknown>(await repeat);
        hang.Set();
    }

    [Fact]
    public async Task When_every_thread_hangs_the_next_call_is_refused_and_was_never_begun()
    {
        var clock = new FakeTimeProvider();
        await using var threads = new CephThreads(TimeSpan.FromSeconds(60), clock);
        using var hang = new ManualResetEventSlim();
        using var begun = new CountdownEvent(CephThreads.MostAtOnce);
        var hanging = Enumerable.Range(0, CephThreads.MostAtOnce).Select(_ => threads.RunAsync<int>(Turn.None, start =>
        {
            start.TryBegin();
            begun.Signal();
            hang.Wait(Stop);
            return 1;
        }, Stop).AsTask()).ToList();
        await Task.Run(() => begun.Wait(Stop), Stop);
        var wasBegun = false;
        var next = threads.RunAsync<int>(Turn.None, start =>
        {
            wasBegun = true;
            return 1;
        }, Stop).AsTask();
        clock.Advance(TimeSpan.FromSeconds(61));

        Assert.Equal(FaultCodes.Busy, Assert.IsType<Outcome<int>.Refused>(await next).Fault.Code);
        hang.Set();
        await Task.WhenAll(hanging);
        Assert.False(wasBegun);
    }

    [Fact]
    public async Task A_cancelled_call_ends_at_once_though_the_library_does_not()
    {
        await using var threads = new CephThreads(TimeSpan.FromSeconds(60), TimeProvider.System);
        using var hang = new ManualResetEventSlim();
        using var cancel = new CancellationTokenSource();
        var begun = new TaskCompletionSource();
        var call = threads.RunAsync<int>(Turn.None, start =>
        {
            start.TryBegin();
            begun.SetResult();
            hang.Wait(Stop);
            return 1;
        }, cancel.Token).AsTask();
        await begun.Task;
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        hang.Set();
    }

    [Fact]
    public async Task Closing_waits_for_calls_under_way_but_not_for_ever()
    {
        var clock = new FakeTimeProvider();
        var threads = new CephThreads(TimeSpan.FromHours(1), clock);
        using var hang = new ManualResetEventSlim();
        var begun = new TaskCompletionSource();
        var call = threads.RunAsync<int>(Turn.None, start =>
        {
            start.TryBegin();
            begun.SetResult();
            hang.Wait(Stop); // a flatten
            return 1;
        }, Stop).AsTask();
        await begun.Task;
        var closing = threads.DisposeAsync().AsTask();
        Assert.IsType<Outcome<int>.Unknown>(await call); // it goes on, and nobody knows what comes of it
        while (!closing.IsCompleted) // its timer may not be armed yet
        {
            clock.Advance(CephThreads.ClosingTakes);
            await Task.Yield();
        }
        Assert.False(hang.IsSet);
        hang.Set();
    }

    [Fact]
    public async Task A_call_that_found_no_connection_in_its_time_is_refused_and_never_sends_anything()
    {
        var clock = new FakeTimeProvider();
        await using var threads = new CephThreads(TimeSpan.FromSeconds(60), clock);
        using var connects = new ManualResetEventSlim();
        var connecting = new TaskCompletionSource();
        var began = new TaskCompletionSource<bool>();
        var call = threads.RunAsync<int>(Turn.None, start =>
        {
            connecting.SetResult();
            connects.Wait(Stop);
            began.SetResult(start.TryBegin());
            return 1;
        }, Stop).AsTask();
        await connecting.Task;
        clock.Advance(TimeSpan.FromSeconds(61));

        Assert.Equal(FaultCodes.Unreachable, Assert.IsType<Outcome<int>.Refused>(await call).Fault.Code);
        connects.Set();
        Assert.False(await began.Task);
    }

    [Fact]
    public async Task Who_needs_a_connection_while_one_is_tried_waits_for_that_try_and_shares_its_failure_for_some_seconds()
    {
        var clock = new FakeTimeProvider();
        using var silence = new ManualResetEventSlim();
        var tries = 0;
        var trying = new TaskCompletionSource();
        var config = new CephConfig(Guid.Empty, "10.0.0.1", null, "u", "k", "p", "", null, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(30), clock);
        using var connections = new CephConnections(config, _ =>
        {
            Interlocked.Increment(ref tries);
            trying.TrySetResult();
            silence.Wait(Stop);
            return Faults.Unreachable("No monitor answered.");
        });
        var calls = Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(connections.Use, Stop, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToList();
        await trying.Task;
        silence.Set();

        Assert.All(await Task.WhenAll(calls), outcome => Assert.Equal(FaultCodes.Unreachable, outcome.Problem!.Code));
        Assert.Equal(FaultCodes.Unreachable, connections.Use().Problem!.Code);
        Assert.Equal(1, tries);
        clock.Advance(CephConnections.SilenceLasts);
        Assert.Equal(FaultCodes.Unreachable, connections.Use().Problem!.Code);
        Assert.Equal(2, tries);
    }

    [Fact]
    public void A_try_that_the_cluster_answered_is_made_again_at_once()
    {
        var tries = 0;
        var config = new CephConfig(Guid.Empty, "10.0.0.1", null, "u", "k", "p", "", null, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(30), new FakeTimeProvider());
        using var connections = new CephConnections(config, _ => Faults.Unauthorized($"try {++tries}"));

        Assert.Equal(["try 1", "try 2"], [connections.Use().Problem!.Message, connections.Use().Problem!.Message]);
    }

    [Fact]
    public async Task A_call_on_an_images_snapshots_waits_for_one_on_its_volume_that_changes_them()
    {
        await using var threads = new CephThreads(TimeSpan.FromSeconds(60), TimeProvider.System);
        var key = new ObjectKey(Guid.NewGuid());
        using var taking = new ManualResetEventSlim();
        var isTaken = false;
        var create = threads.RunAsync<int>(Turn.Of(key, "10a4"), start =>
        {
            taking.Wait(Stop);
            isTaken = true;
            return 1;
        }, Stop).AsTask();
        var find = threads.RunAsync<bool>(Turn.OfImage("10a4"), start => isTaken, Stop).AsTask();
        var other = threads.RunAsync<bool>(Turn.OfImage("10b7"), start => isTaken, Stop).AsTask();
        Assert.False((await other).ValueOrThrow());
        Assert.False(find.IsCompleted);
        taking.Set();

        Assert.True((await find).ValueOrThrow());
        await create;
    }

    [Theory]
    [InlineData(300, 900, 40)]
    [InlineData(1, 10_000_000, 59)]
    [InlineData(1000, 1010, 1)] // 0.6, and librbd does not go below 1
    public void The_bucket_holds_what_the_burst_takes_above_max_in_60_s(long max, long burst, long seconds) => Assert.Equal(seconds, QosMapping.BucketSeconds(max, burst));

    /// <summary>librbd's bucket (TokenBucketThrottle), tick by tick, as its source has it since Nautilus: what the number that we set comes to.</summary>
    [Theory]
    [InlineData(300, 900, 60)]
    [InlineData(1000, 3000, 60)]
    [InlineData(100, 10_000, 59.6)] // 59.4 s of bucket, rounded down to 59
    [InlineData(1000, 1100, 55)] // 5.45 rounded down to 5
    public void A_rested_volume_runs_at_its_burst_for_about_60_s(long max, long burst, double seconds)
    {
        const int TicksPerSecond = 20; // rbd_qos_schedule_tick_min, 50 ms
        var capacity = burst * QosMapping.BucketSeconds(max, burst);
        var (remain, available) = (capacity, burst); // rested
        var tick = 0;
        for (var served = burst; served > (max + burst) / 2 && tick < 1000 * TicksPerSecond; tick += TicksPerSecond)
        {
            served = 0;
            for (var within = 0; within < TicksPerSecond; within++)
            {
                var tokens = max * (within + 1) / TicksPerSecond - max * within / TicksPerSecond;
                remain = Math.Min(capacity, remain + tokens);
                available = Math.Min(available + tokens * burst / max, Math.Min(remain, burst));
                var taken = Math.Min(available, burst / TicksPerSecond); // the client asks for no more than its burst
                (available, remain, served) = (available - taken, remain - taken, served + taken);
            }
        }
        Assert.InRange(tick / (double)TicksPerSecond, seconds * 0.97 - 1, seconds * 1.03 + 2);
    }
}
