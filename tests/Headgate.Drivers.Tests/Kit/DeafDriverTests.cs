using Headgate.Drivers.Tests.Broken;
using Headgate.Drivers.Tests.Reference;
using Headgate.Primitives;
using Headgate.Storage.Conformance;
using Headgate.Storage.Sdk;
using Microsoft.Extensions.Time.Testing;

namespace Headgate.Drivers.Tests.Conformance;

/// <summary>Drivers that do not come back, or do not close: the examination goes on.</summary>
public sealed class DeafDriverTests
{
    private readonly FakeTimeProvider _clock = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private ConformanceOptions Options => new()
    {
        Clock = _clock, RuleTimeout = TimeSpan.FromMinutes(3), Grace = TimeSpan.FromSeconds(10), Only = ["access.grant.repeat", "volume.find.absent"],
    };

    [Fact]
    public async Task A_driver_that_hangs_until_it_is_cancelled_breaks_the_rule_and_not_the_examination()
    {
        var report = await ExamineAsync(async (reached, stop) =>
        {
            reached.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, stop);
        }, Options.RuleTimeout);

        Assert.Equal("did not end within 00:03:00", Assert.Single(report.Results, r => r.Verdict == Verdict.Broken).Evidence);
    }

    [Fact]
    public async Task A_driver_that_heeds_no_cancellation_and_blocks_its_thread_breaks_the_rule_and_not_the_examination()
    {
        using var never = new ManualResetEventSlim();
        try
        {
            var report = await ExamineAsync((reached, _) =>
            {
                reached.TrySetResult();
                never.Wait(CancellationToken.None);
                return Task.CompletedTask;
            }, Options.RuleTimeout + Options.Grace);

            Assert.Equal("did not return within 00:03:00, and not when it was cancelled either", Assert.Single(report.Results, r => r.Verdict == Verdict.Broken).Evidence);
        }
        finally
        {
            never.Set(); // its thread ends, and meets a dead caller
        }
    }

    [Fact]
    public async Task A_store_that_throws_when_it_is_closed_breaks_the_rule()
    {
        var closed = true; // but for the fixture's own store, which is closed last
        await using var fixture = new ReferenceFixture(provider => new TwistedProvider(provider, static driver => driver)
        {
            TwistClosing = () => closed ? throw new InvalidOperationException("the session was closed already") : ValueTask.CompletedTask,
        });

        var result = await ConformanceKit.CheckAsync("volume.find.absent-is-null", fixture.Subject, stop: Stop);

        closed = false;

        Assert.Equal(Verdict.Broken, result.Verdict);
        Assert.Equal("closing the pool ended with InvalidOperationException: the session was closed already", result.Evidence);
    }

    /// <summary>Two rules, of which the first meets a grant that hangs; time goes on when it does.</summary>
    private async Task<ConformanceReport> ExamineAsync(Func<TaskCompletionSource, CancellationToken, Task> hang, TimeSpan passes)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var fixture = new ReferenceFixture(provider => new TwistedProvider(provider, driver => new Hangs(driver, stop => hang(reached, stop))));
        var examination = ConformanceKit.RunAsync(fixture.Subject, Options, Stop);
        await Task.WhenAny(reached.Task, examination);
        _clock.Advance(passes);

        var report = await examination;

        Assert.Equal(("access.grant.repeat-is-same-connection", Verdict.Broken), (report.Results[0].Id, report.Results[0].Verdict));
        Assert.Equal(("volume.find.absent-is-null", Verdict.Kept), (report.Results[1].Id, report.Results[1].Verdict));
        Assert.Empty(report.LeftBehind);
        Assert.Empty((await fixture.Store.Driver.Facet<IInventory>()!.ListAsync(Stop)).ValueOrThrow());
        return report;
    }

    private sealed class Hangs(IPrimaryDataStoreDriver inner, Func<CancellationToken, Task> hang) : TwistedDriver(inner)
    {
        public override async ValueTask<Outcome<Connection>> GrantAccessAsync(ObjectKey key, VolumeHandle handle, AccessRequest access, CancellationToken stop)
        {
            await hang(stop);
            return await base.GrantAccessAsync(key, handle, access, stop);
        }
    }
}
