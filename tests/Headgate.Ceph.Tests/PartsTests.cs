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
        var first = threads.RunAsync<int>(key, () =>
        {
            begun.SetResult();
            hang.Wait(Stop);
            return 1;
        }, Stop).AsTask();
        await begun.Task;
        clock.Advance(TimeSpan.FromSeconds(61));
        Assert.IsType<Outcome<int>.Unknown>(await first);

        var repeat = threads.RunAsync<int>(key, () => hang.IsSet ? 2 : -1, Stop).AsTask();
        Assert.Equal(3, (await threads.RunAsync<int>(new ObjectKey(Guid.NewGuid()), () => 3, Stop)).ValueOrThrow()); // others go on
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
        var first = threads.RunAsync<int>(key, () =>
        {
            hang.Wait(Stop);
            return 1;
        }, Stop).AsTask();
        var repeat = threads.RunAsync<int>(key, () => 2, Stop).AsTask();
        clock.Advance(TimeSpan.FromSeconds(61));

        Assert.IsType<Outcome<int>.Unknown>(await first);
        Assert.IsType<Outcome<int>.Unknown>(await repeat);
        hang.Set();
    }

    [Fact]
    public void Only_a_grant_whose_name_is_its_values_hash_counts()
    {
        const string Host = "iqn.2026-01.example:a";
        var grants = Marks.Grants("hg-1", new Dictionary<string, string> { [Marks.GrantKey(Host)] = Host, ["headgate.grant.0"] = Host });

        Assert.Equal(Host, Assert.Single(grants).Value);
    }

    [Fact]
    public async Task When_every_thread_hangs_the_next_call_is_refused_and_was_never_begun()
    {
        var clock = new FakeTimeProvider();
        await using var threads = new CephThreads(TimeSpan.FromSeconds(60), clock);
        using var hang = new ManualResetEventSlim();
        using var begun = new CountdownEvent(CephThreads.MostAtOnce);
        var hanging = Enumerable.Range(0, CephThreads.MostAtOnce).Select(_ => threads.RunAsync<int>(null, () =>
        {
            begun.Signal();
            hang.Wait(Stop);
            return 1;
        }, Stop).AsTask()).ToList();
        await Task.Run(() => begun.Wait(Stop), Stop);
        var wasBegun = false;
        var next = threads.RunAsync<int>(null, () =>
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
        var call = threads.RunAsync<int>(null, () =>
        {
            begun.SetResult();
            hang.Wait(Stop);
            return 1;
        }, cancel.Token).AsTask();
        await begun.Task;
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        hang.Set();
    }
}
