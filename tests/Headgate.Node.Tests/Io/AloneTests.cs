using System.Collections.Concurrent;
using System.Net;
using Headgate.Blocks;
using Headgate.Node.Io;
using Headgate.Node.Target;
using Headgate.Node.Tests.Target;
using Headgate.Qos;
using Microsoft.Extensions.Time.Testing;

namespace Headgate.Node.Tests.Io;

/// <summary>Which thread makes an access behind which nothing waits.</summary>
public sealed class AloneTests
{
    private readonly ConcurrentQueue<Thread> _threads = new();

    [Fact]
    public async Task A_small_access_is_made_by_the_thread_that_hands_it_over()
    {
        using var fixture = new PathFixture();
        var volume = fixture.AddVolume(VolumeLimits.None, Watched());
        foreach (var isWrite in new[] { false, true })
        {
            var io = PathFixture.Make(volume, isWrite);
            Assert.True(fixture.Path.SubmitAlone(io));
            Assert.Equal(IoFault.None, await io.Done);
        }
        Assert.All(_threads, thread => Assert.Equal(Environment.CurrentManagedThreadId, thread.ManagedThreadId));
        Assert.Equal((1L, 1L, 0), (volume.Queue.ReadStatistics().ReadOps, volume.Queue.ReadStatistics().WriteOps, volume.Queue.ReadStatistics().ClientQueueDepth));
    }

    [Theory]
    [InlineData(32 << 10, false)] // takes the medium long enough for another thread to wake up
    [InlineData(4096, true)] // and a flush still longer
    public async Task A_large_or_durable_one_is_the_engines(int bytes, bool isDurable)
    {
        using var fixture = new PathFixture();
        var volume = fixture.AddVolume(VolumeLimits.None, Watched());
        var io = PathFixture.Make(volume, isWrite: true, bytes: bytes, isDurable: isDurable);
        Assert.False(fixture.Path.SubmitAlone(io));
        Assert.Equal(IoFault.None, await io.Done);
        Assert.StartsWith("hg-io", Assert.Single(_threads).Name);
    }

    [Fact]
    public async Task One_that_its_limit_holds_is_not_waited_for()
    {
        using var fixture = new PathFixture();
        var volume = fixture.AddVolume(new VolumeLimits { MaxIops = 1, ReadBytesPerSecond = 1 }); // the second one after an hour
        var all = Enumerable.Range(0, 10).Select(_ => PathFixture.Make(volume)).ToList();
        Assert.Contains(all.Select(fixture.Path.SubmitAlone).ToList(), isDone => !isDone);
        await fixture.Path.RemoveVolumeAsync(volume.Queue);
        Assert.Equal(IoFault.Gone, await all[^1].Done); // it waited for its turn all the time
    }

    [Fact]
    public void One_of_a_volume_that_is_gone_is_answered()
    {
        using var fixture = new PathFixture();
        var volume = fixture.AddVolume(VolumeLimits.None);
        _ = fixture.Path.RemoveVolumeAsync(volume.Queue);
        var io = PathFixture.Make(volume);
        Assert.True(fixture.Path.SubmitAlone(io));
        Assert.True(io.Done.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_lone_command_is_the_connections_own_and_two_at_once_overlap()
    {
        using var both = new Barrier(2);
        var isMeeting = false;
        var device = new FaultyBlockDevice(new MemoryBlockDevice(4 << 20), (_, _, _) =>
        {
            _threads.Enqueue(Thread.CurrentThread);
            if (Volatile.Read(ref isMeeting)) Assert.True(both.SignalAndWait(Patience.Long), "the other did not come to the medium meanwhile");
            return IoFault.None;
        });
        await using var target = new TestTarget();
        var volume = target.AddVolume("disk", limits: new VolumeLimits { MinIops = 100_000 }, device: device); // surplus would go one at a time
        using var initiator = new TestInitiator(target.Target.Port);
        initiator.Login(volume.TargetName);
        initiator.ClearAttention();
        initiator.Read10(0, 8);
        Assert.Equal(4096, initiator.ReceiveRead().Data.Length);
        Assert.Equal("iscsi-conn", Assert.Single(_threads).Name);

        Volatile.Write(ref isMeeting, true);
        initiator.SendTogether(() =>
        {
            initiator.Read10(0, 8, taskTag: 1);
            initiator.Read10(8, 8, taskTag: 2);
        });
        for (var i = 0; i < 2; i++) Assert.Equal(0, initiator.ReceiveRead().Last.Header[3]);
    }

    [Fact]
    public async Task A_path_stops_when_such_an_access_is_over()
    {
        using var entered = new SemaphoreSlim(0);
        using var release = new ManualResetEventSlim();
        using var fixture = new PathFixture();
        var volume = fixture.AddVolume(VolumeLimits.None, new FaultyBlockDevice(new MemoryBlockDevice(1 << 20), (_, _, _) =>
        {
            entered.Release();
            release.Wait();
            return IoFault.None;
        }));
        var io = PathFixture.Make(volume);
        var submitting = Task.Factory.StartNew(() => fixture.Path.SubmitAlone(io), TaskCreationOptions.LongRunning);
        Assert.True(await entered.WaitAsync(Patience.Long, TestContext.Current.CancellationToken));
        var stopping = Task.Factory.StartNew(fixture.Path.Stop, TaskCreationOptions.LongRunning);
        while (await fixture.Call(volume, () => IoFault.None).Done != IoFault.Gone) await Task.Yield(); // it has begun to stop
        Assert.False(stopping.IsCompleted);
        release.Set();
        await stopping;
        Assert.True(await submitting);
        Assert.Equal(IoFault.None, await io.Done);
    }

    [Fact]
    public async Task A_connection_whose_thread_is_at_a_slow_medium_is_not_called_silent()
    {
        using var entered = new SemaphoreSlim(0);
        using var release = new ManualResetEventSlim();
        var clock = new FakeTimeProvider();
        var options = new IscsiTargetOptions { Portals = [new IPEndPoint(IPAddress.Loopback, 0)] };
        await using var target = new TestTarget(options, clock);
        var volume = target.AddVolume("disk", device: new FaultyBlockDevice(new MemoryBlockDevice(4 << 20), (_, _, _) =>
        {
            entered.Release();
            release.Wait();
            return IoFault.None;
        }));
        using var initiator = new TestInitiator(target.Target.Port);
        initiator.Login(volume.TargetName);
        initiator.ClearAttention();
        initiator.Read10(0, 8);
        Assert.True(await entered.WaitAsync(Patience.Long, TestContext.Current.CancellationToken));
        clock.Advance(options.PingAfter + options.PingTimeout);
        clock.Advance(options.PingTimeout);
        release.Set();
        Assert.Equal(4096, initiator.ReceiveRead().Data.Length);
        clock.Advance(TimeSpan.FromSeconds(1));
        initiator.ClearAttention();
    }

    private FaultyBlockDevice Watched() => new(new MemoryBlockDevice(16 << 20), (_, _, _) =>
    {
        _threads.Enqueue(Thread.CurrentThread);
        return IoFault.None;
    });
}
