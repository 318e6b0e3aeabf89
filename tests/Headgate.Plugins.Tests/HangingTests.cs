using Headgate.Primitives;
using Headgate.Storage.Sdk;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Headgate.Plugins.Tests;

/// <summary>Calls that do not end: given up as unknown, shown, and not made a second time while the first goes on.</summary>
public sealed class HangingTests
{
    private static readonly VolumeSpec Spec = new("v", ByteSize.MiB(1), QosSpec.None) { AccountId = Guid.NewGuid() };

    [Theory]
    [InlineData("hold")] // waits for something
    [InlineData("freeze")] // holds the thread that called it
    public async Task A_call_that_does_not_end_is_given_up_as_unknown_and_shown(string fault)
    {
        var clock = new FakeTimeProvider();
        using var bed = new PluginBed(clock);
        bed.Put("acme");
        await bed.RescanAsync();
        var handle = ComingAndGoingTests.NewHandle(out var name);
        var store = await ComingAndGoingTests.OpenAsync(bed, fault, name);
        var call = store.Driver.CreateAsync(new ObjectKey(Guid.NewGuid()), Spec, PluginBed.Stop).AsTask();
        await handle.Begun;
        Assert.Null(bed.Only.Problem);

        await PassAsync(clock, CallGate.CallTakes, call);

        var given = Assert.IsType<Outcome<VolumeView>.Unknown>(await call).Fault;
        Assert.Equal((ProviderFaults.DriverHangs, Recovery.RetryWithBackoff), (given.Code, given.Recovery));
        Assert.Contains("Sample has not returned from CreateAsync after 11 minutes", given.Message, StringComparison.Ordinal);
        Assert.Equal((ProviderStatus.Loaded, ProviderFaults.DriverHangs), (bed.Only.Status, bed.Only.Problem!.Code));
        Assert.Contains("CreateAsync", bed.Only.Problem.Message, StringComparison.Ordinal);
        handle.Go();
    }

    [Fact]
    public async Task While_a_call_that_was_given_up_goes_on_no_second_for_the_same_key_is_made_and_others_are()
    {
        var clock = new FakeTimeProvider();
        using var bed = new PluginBed(clock);
        bed.Put("acme");
        await bed.RescanAsync();
        var handle = ComingAndGoingTests.NewHandle(out var name);
        var store = await ComingAndGoingTests.OpenAsync(bed, "hold", name);
        var key = new ObjectKey(Guid.NewGuid());
        var call = store.Driver.CreateAsync(key, Spec, PluginBed.Stop).AsTask();
        await handle.Begun; // given up before its thread ran, it would not have been made
        await PassAsync(clock, CallGate.CallTakes, call);

        var repeat = await store.Driver.CreateAsync(key, Spec, PluginBed.Stop);
        var find = await store.Driver.FindAsync(key, PluginBed.Stop);

        Assert.Equal(ProviderFaults.DriverHangs, Assert.IsType<Outcome<VolumeView>.Unknown>(repeat).Fault.Code);
        Assert.Equal(ProviderFaults.DriverHangs, Assert.IsType<Outcome<VolumeView?>.Unknown>(find).Fault.Code);
        Assert.Equal(1, handle.Calls);
        Assert.True((await store.Driver.FindAsync(new ObjectKey(Guid.NewGuid()), PluginBed.Stop)).IsDone);

        handle.Go();
        while (bed.Only.Problem is not null) await Task.Yield(); // it returns on a thread of its own
        Assert.True((await store.Driver.CreateAsync(key, Spec, PluginBed.Stop)).IsDone);
    }

    [Fact]
    public async Task Who_cancels_waits_a_little_for_a_call_that_does_not_listen_and_then_leaves()
    {
        var clock = new FakeTimeProvider();
        using var bed = new PluginBed(clock);
        bed.Put("acme");
        await bed.RescanAsync();
        var handle = ComingAndGoingTests.NewHandle(out var name);
        var store = await ComingAndGoingTests.OpenAsync(bed, "hold", name);
        using var stop = new CancellationTokenSource();
        var call = store.Driver.CreateAsync(new ObjectKey(Guid.NewGuid()), Spec, stop.Token).AsTask();
        await handle.Begun;

        await stop.CancelAsync();
        await PassAsync(clock, CallGate.CancelTakes, call);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        handle.Go();
    }

    [Fact]
    public async Task Closing_a_store_waits_neither_for_a_call_that_hangs_nor_for_its_own_end_for_ever()
    {
        var clock = new FakeTimeProvider();
        using var bed = new PluginBed(clock);
        bed.Put("acme");
        await bed.RescanAsync();
        var (call, end) = (ComingAndGoingTests.NewHandle(out var first), ComingAndGoingTests.NewHandle(out var second));
        var (hangs, freezes) = (await ComingAndGoingTests.OpenAsync(bed, "hold", first), await ComingAndGoingTests.OpenAsync(bed, "freeze-dispose", second));
        var stuck = hangs.Driver.CreateAsync(new ObjectKey(Guid.NewGuid()), Spec, PluginBed.Stop).AsTask();
        await call.Begun;

        var closing = Task.WhenAll(hangs.DisposeAsync().AsTask(), freezes.DisposeAsync().AsTask());
        clock.Advance(GuardedStore.ClosingTakes);
        await closing;

        Assert.False(call.Closed.IsCompleted); // a driver is not ended under its own calls
        call.Go();
        await call.Closed; // but after them, whoever waits
        Assert.True((await stuck).IsDone);
        end.Go();
    }

    [Fact]
    public async Task A_store_that_opens_after_its_caller_was_told_that_it_hangs_is_closed()
    {
        var clock = new FakeTimeProvider();
        using var bed = new PluginBed(clock);
        bed.Put("acme");
        await bed.RescanAsync();
        var handle = ComingAndGoingTests.NewHandle(out var name);
        var opening = bed.Registry.Find("Sample")!.OpenAsync(ComingAndGoingTests.Settings(bed, "hold-open", name), PluginBed.Stop).AsTask();
        await PassAsync(clock, CallGate.CallTakes, opening);
        Assert.Equal(ProviderFaults.DriverHangs, (await opening).Problem!.Code);

        handle.Go();

        await handle.Closed;
    }

    [Fact]
    public async Task An_exception_that_cannot_say_what_it_is_is_a_doubt_and_logged_all_the_same()
    {
        var log = new KeptLog();
        using var bed = new PluginBed(log: log);
        bed.Put("acme");
        await bed.RescanAsync();
        var store = await ComingAndGoingTests.OpenAsync(bed, "unspeakable");

        var outcome = await store.Driver.CreateAsync(new ObjectKey(Guid.NewGuid()), Spec, PluginBed.Stop);

        Assert.Equal(ProviderFaults.DriverThrew, Assert.IsType<Outcome<VolumeView>.Unknown>(outcome).Fault.Code);
        Assert.Contains(log.Lines, line => line.Contains("UnspeakableException, which cannot say more", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_driver_says_of_its_pool_is_checked_when_it_says_it()
    {
        using var bed = new PluginBed();
        bed.Put("acme");
        await bed.RescanAsync();
        var store = await ComingAndGoingTests.OpenAsync(bed, "facts");

        var fault = Assert.IsType<Outcome<PoolFacts>.Refused>(await store.LifeCycle.InitializeAsync(PluginBed.Stop)).Fault;

        Assert.Equal((ProviderFaults.DriverInvalid, Recovery.AskOperator), (fault.Code, fault.Recovery));
        Assert.Contains("MaxIops of Capabilities has steps of 0", fault.Message, StringComparison.Ordinal);
    }

    /// <summary>The timer is armed on another thread than this: time passes until it has been.</summary>
    private static async Task PassAsync(FakeTimeProvider clock, TimeSpan time, Task until)
    {
        while (!until.IsCompleted)
        {
            clock.Advance(time);
            await Task.Yield();
        }
    }

    /// <summary>Writes as a real log does: with the exception's own text.</summary>
    private sealed class KeptLog : ILogger<ProviderRegistry>
    {
        private readonly List<string> _lines = [];

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_lines) return [.. _lines];
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var line = formatter(state, exception) + exception;
            lock (_lines) _lines.Add(line);
        }
    }
}
