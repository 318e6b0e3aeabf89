using System.Diagnostics;
using Headgate.Blocks;
using Headgate.Node.Io;
using Headgate.Qos;

namespace Headgate.Node.Tests.Io;

public sealed class IoPathTests
{
    /// <summary>Lets one read of 4 KiB through, and the next one after more than an hour: no test is as slow as that.</summary>
    private static readonly VolumeLimits OneRead = new() { MaxIops = 1, ReadBytesPerSecond = 1 };

    [Fact]
    public async Task What_is_written_is_read_and_counted()
    {
        var path = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"));
        using var device = FileBlockDevice.Create(path, 1 << 20);
        File.Delete(path);
        using var fixture = new PathFixture();
        var volume = fixture.AddVolume(VolumeLimits.None, device);

        Assert.Equal(IoFault.None, await fixture.Submit(volume, isWrite: true, offset: 8192, bytes: 8192, fill: 5).Done);
        Assert.Equal(IoFault.None, await fixture.Submit(volume, isWrite: true, offset: 512, bytes: 512, fill: 6).Done);
        var read = fixture.Submit(volume, offset: 4096, bytes: 12288);
        Assert.Equal(IoFault.None, await read.Done);
        Assert.Equal(0, read.Buffer.Span[4095]);
        Assert.Equal(5, read.Buffer.Span[4096]);

        var seen = volume.Queue.ReadStatistics();
        Assert.Equal((1L, 2L, 12288L, 8704L), (seen.ReadOps, seen.WriteOps, seen.ReadBytes, seen.WriteBytes));
        Assert.Equal((0L, 1L, 0), (seen.UnalignedReads, seen.UnalignedWrites, seen.ClientQueueDepth));
        Assert.True(seen.MediumUsTotal > 0);
        var node = fixture.Path.ReadStatistics();
        Assert.Equal((1L, 2L, 0), (node.ReadOps, node.WriteOps, node.ClientQueueDepth));
    }

    [Fact]
    public async Task A_long_read_sees_no_mix_beside_an_atomic_write_the_first_one_included()
    {
        const int bytes = 1 << 20;
        var folder = Directory.CreateTempSubdirectory("hg-io");
        try
        {
            using var store = VolumeStore.Open(folder.FullName);
            store.Create(1, bytes);
            var reads = new List<long>();
            var news = new byte[bytes];
            news.AsSpan().Fill(7);
            var writesAt = -1L;
            using var device = new FaultyBlockDevice(store.Open(1), (kind, offset, length) =>
            {
                if (kind == AccessKind.Read) reads.Add(length);
                return kind == AccessKind.Read && offset == writesAt ? store.Open(1).WriteAtomic(0, news, durable: true) : IoFault.None;
            });
            using var fixture = new PathFixture();
            var volume = fixture.AddVolume(VolumeLimits.None, device);
            var pieceBytes = fixture.Path.Options.AlonePieceBytes;
            Assert.Equal(IoFault.None, await fixture.Submit(volume).Done); // from now on it is known to be alone
            reads.Clear();

            Assert.Equal(IoFault.None, await fixture.Submit(volume, bytes: bytes).Done);
            Assert.Equal(bytes / pieceBytes, reads.Count); // none yet: in pieces
            reads.Clear();
            writesAt = pieceBytes;
            var read = fixture.Submit(volume, bytes: bytes);
            Assert.Equal(IoFault.None, await read.Done);
            Assert.False(read.Buffer.Span.ContainsAnyExcept((byte)7));
            Assert.Equal(bytes, reads[^1]);
            reads.Clear();
            Assert.Equal(IoFault.None, await fixture.Submit(volume, bytes: bytes).Done);
            Assert.Equal(bytes, Assert.Single(reads));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task An_io_under_the_limit_is_on_its_way_when_submit_returns()
    {
        using var fixture = new PathFixture();
        var volume = fixture.AddVolume(new VolumeLimits { MinIops = 10, MaxIops = 1000 });
        var io = fixture.Submit(volume);
        Assert.False(fixture.Path.Abort(io)); // it does not wait
        Assert.Equal(io.Ticket.SubmittedNs, io.Ticket.DispatchedNs);
        Assert.Equal(IoFault.None, await io.Done);
    }

    [Theory]
    [InlineData(1000, 4096, 1500)]
    [InlineData(20_000, 4096, 25_000)]
    [InlineData(5000, 65536, 700)] // 10 IOPS each: 500 a second
    public async Task A_cap_is_never_passed(int max, int bytes, int count)
    {
        using var fixture = new PathFixture();
        var volume = fixture.AddVolume(new VolumeLimits { MaxIops = max });
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => fixture.Submit(volume, bytes: bytes).Done));

        // Only too fast is a failure here: a busy machine may be slower than the cap. The catch-up is 20 ms worth.
        var perIo = CostCurve.Of(bytes) / 100.0;
        var soonest = (count - 1) * perIo / max - 0.02;
        Assert.True(Stopwatch.GetElapsedTime(started).TotalSeconds >= soonest);
        Assert.True(volume.Queue.ReadStatistics().GateWaitUsTotal > 0);
    }

    [Fact]
    public async Task A_held_io_can_be_taken_back_and_then_never_completes()
    {
        using var fixture = new PathFixture();
        var volume = fixture.AddVolume(OneRead);
        await fixture.Submit(volume).Done;
        var held = fixture.Submit(volume);
        var behind = fixture.Submit(volume);
        Assert.Equal(2, volume.Queue.Depth);
        Assert.True(fixture.Path.Abort(held));
        Assert.False(fixture.Path.Abort(held));
        Assert.Equal(1, volume.Queue.Depth);
        volume.Queue.Configure(VolumeLimits.None);
        Assert.Equal(IoFault.None, await behind.Done);
        Assert.False(held.Done.IsCompleted);
    }

    [Fact]
    public async Task A_lifted_limit_lets_go_what_it_held()
    {
        using var fixture = new PathFixture();
        var volume = fixture.AddVolume(OneRead);
        var all = Enumerable.Range(0, 200).Select(_ => fixture.Submit(volume, bytes: 1 << 20)).ToList(); // a day and a half at 1 IOPS
        volume.Queue.Configure(new VolumeLimits { MaxIops = 1_000_000 });
        foreach (var io in all) Assert.Equal(IoFault.None, await io.Done);
        Assert.Equal(1_000_000, volume.Queue.Limits.MaxIops);
    }

    [Fact]
    public async Task A_command_that_moves_no_data_is_not_held_by_a_limit()
    {
        using var fixture = new PathFixture();
        var volume = fixture.AddVolume(OneRead);
        await fixture.Submit(volume).Done;
        var held = fixture.Submit(volume);
        Assert.Equal(IoFault.NoSpace, await fixture.Call(volume, () => IoFault.NoSpace).Done);
        Assert.False(held.Done.IsCompleted);
    }

    [Fact]
    public async Task Calls_that_take_long_do_not_stand_in_front_of_reads()
    {
        using var fixture = new PathFixture();
        var volume = fixture.AddVolume(VolumeLimits.None);
        using var release = new ManualResetEventSlim();
        var calls = Enumerable.Range(0, 20).Select(_ => fixture.Call(volume, () => { release.Wait(); return IoFault.None; })).ToList();
        Assert.Equal(IoFault.None, await fixture.Submit(volume).Done);
        release.Set();
        foreach (var call in calls) Assert.Equal(IoFault.None, await call.Done);
    }

    [Theory]
    [InlineData(0)] // as many flushes
    [InlineData(4096)] // as many WRITE AND VERIFY
    public async Task Slow_calls_of_one_volume_leave_room_for_another_volumes_calls_and_reads(int costBytes)
    {
        using var fixture = new PathFixture(new IoPathOptions { DataThreads = 2, SlowThreads = 3, InFlightMax = 2 });
        var (busy, other) = (fixture.AddVolume(VolumeLimits.None), fixture.AddVolume(VolumeLimits.None));
        using var release = new ManualResetEventSlim();
        var (now, most) = (0, 0);
        var calls = Enumerable.Range(0, 20).Select(_ => fixture.Call(busy, () =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref now));
            release.Wait();
            Interlocked.Decrement(ref now);
            return IoFault.None;
        }, costBytes)).ToList();
        Assert.Equal(IoFault.None, await fixture.Call(other, () => IoFault.None).Done);
        Assert.Equal(IoFault.None, await fixture.Submit(other).Done);
        release.Set();
        foreach (var call in calls) Assert.Equal(IoFault.None, await call.Done);
        Assert.InRange(most, 1, 2);
    }

    [Fact]
    public async Task A_bandwidth_limit_holds_calls_that_move_data()
    {
        using var fixture = new PathFixture();
        var volume = fixture.AddVolume(new VolumeLimits { WriteBytesPerSecond = 4096 });
        Assert.Equal(IoFault.None, await fixture.Call(volume, () => IoFault.None, 1 << 20, transferBytes: 1 << 20).Done);
        var held = fixture.Call(volume, () => IoFault.None, 1 << 20, transferBytes: 1 << 20); // for four minutes
        Assert.True(fixture.Path.Abort(held));
    }

    [Fact]
    public async Task At_most_so_many_are_at_the_medium_at_one_time()
    {
        var (now, most) = (0, 0);
        using var device = new FaultyBlockDevice(new MemoryBlockDevice(1 << 20), (_, _, _) =>
        {
            var seen = Interlocked.Increment(ref now);
            InterlockedMax(ref most, seen);
            Thread.Yield();
            Interlocked.Decrement(ref now);
            return IoFault.None;
        });
        using var fixture = new PathFixture(new IoPathOptions { DataThreads = 8, InFlightMax = 3 });
        var volume = fixture.AddVolume(VolumeLimits.None, device);
        await Task.WhenAll(Enumerable.Range(0, 2000).Select(_ => fixture.Submit(volume).Done));
        Assert.InRange(most, 1, 3);
    }

    [Fact]
    public async Task A_volume_that_is_taken_out_of_service_waits_for_what_is_under_way()
    {
        using var release = new ManualResetEventSlim();
        using var reached = new ManualResetEventSlim();
        using var device = new FaultyBlockDevice(new MemoryBlockDevice(1 << 20), (_, _, _) =>
        {
            reached.Set();
            release.Wait();
            return IoFault.None;
        });
        using var fixture = new PathFixture();
        var volume = fixture.AddVolume(OneRead, device);
        var underWay = fixture.Submit(volume);
        var waiting = fixture.Submit(volume);
        reached.Wait(TestContext.Current.CancellationToken);

        var closed = fixture.Path.RemoveVolumeAsync(volume.Queue);
        Assert.Equal(IoFault.Gone, await waiting.Done);
        Assert.Equal(IoFault.Gone, await fixture.Submit(volume).Done);
        Assert.False(closed.IsCompleted);
        release.Set();
        await closed;
        Assert.Equal(IoFault.None, await underWay.Done);
        await fixture.Path.RemoveVolumeAsync(volume.Queue); // twice is fine
    }

    [Fact]
    public async Task Stop_ends_all_and_nothing_hangs()
    {
        var fixture = new PathFixture();
        var volume = fixture.AddVolume(OneRead);
        var all = Enumerable.Range(0, 50).Select(_ => fixture.Submit(volume)).ToList();
        fixture.Path.Stop();
        fixture.Path.Stop();
        Assert.Equal(IoFault.None, await all[0].Done);
        foreach (var io in all.Skip(1)) Assert.Equal(IoFault.Gone, await io.Done);
        Assert.Equal(IoFault.Gone, await fixture.Submit(volume).Done);
        volume.Queue.Configure(VolumeLimits.None); // too late, and harmless
    }

    [Fact]
    public async Task A_device_that_throws_costs_one_io_and_not_the_node()
    {
        using var device = new FaultyBlockDevice(new MemoryBlockDevice(1 << 20), (kind, _, _) =>
            kind == AccessKind.Read ? throw new InvalidOperationException("bug") : IoFault.None);
        using var fixture = new PathFixture();
        var volume = fixture.AddVolume(VolumeLimits.None, device);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(IoFault.ReadFailed, await fixture.Submit(volume).Done);
            Assert.Equal(IoFault.None, await fixture.Submit(volume, isWrite: true).Done);
        }
    }

    [Fact]
    public async Task A_full_queue_says_so()
    {
        using var fixture = new PathFixture(new IoPathOptions { WaitingPerVolumeMax = 3 });
        var volume = fixture.AddVolume(OneRead);
        await fixture.Submit(volume).Done;
        for (var i = 0; i < 2; i++) fixture.Submit(volume);
        Assert.False(volume.Queue.IsFull);
        fixture.Submit(volume);
        Assert.True(volume.Queue.IsFull);
    }

    [Fact]
    public async Task In_steady_state_an_io_allocates_nothing()
    {
        using var fixture = new PathFixture(new IoPathOptions { DataThreads = 1, SlowThreads = 1, InFlightMax = 1 });
        var volume = fixture.AddVolume(new VolumeLimits { MinIops = 10, MaxIops = 1_000_000, BurstIops = 2_000_000 });
        var io = new LoopingIo(fixture.Path)
        {
            Volume = volume,
            Kind = IoKind.Read,
            Buffer = new byte[4096],
            CostBytes = 4096,
        };
        fixture.Path.Submit(io);
        Assert.Equal(0, await io.AllocatedBytesLeast);
    }

    [Fact]
    public void A_calibration_finds_a_number_says_how_and_leaves_nothing_behind()
    {
        var folder = Directory.CreateTempSubdirectory("hg-calibration").FullName;
        var found = MediumCalibration.Run(folder, TimeSpan.FromMilliseconds(50));
        Assert.True(found.Iops >= 100);
        Assert.Contains("4 KiB", found.Description, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder));

        // Writing the scratch file is part of the time, and what it came to is said.
        var hasty = MediumCalibration.Run(folder, TimeSpan.FromTicks(1));
        Assert.Contains("scratch file of 1 MiB", hasty.Description, StringComparison.Ordinal);
        Directory.Delete(folder);
    }

    private static void InterlockedMax(ref int most, int seen)
    {
        for (var known = most; seen > known; known = most)
            if (Interlocked.CompareExchange(ref most, seen, known) == known) return;
    }

    // Submits itself again from its own completion, on the one engine thread, and counts what that thread allocates in a thousand
    // rounds. A collection that another test sets off books the rest of the thread's allocation chunk: hence the best of a few.
    private sealed class LoopingIo(IoPath path) : VolumeIo
    {
        private const int WarmUp = 10_000, Rounds = 1000, Looks = 10;

        private readonly TaskCompletionSource<long> _least = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _before;
        private long _fewest = long.MaxValue;
        private int _done;

        public Task<long> AllocatedBytesLeast => _least.Task;

        public override IoFault Execute() => IoFault.None;

        public override void OnCompleted(IoFault fault)
        {
            if (++_done >= WarmUp && _done % Rounds == 0)
            {
                var allocated = GC.GetAllocatedBytesForCurrentThread();
                if (_done > WarmUp) _fewest = Math.Min(_fewest, allocated - _before);
                _before = allocated;
            }
            if (_done < WarmUp + (Looks * Rounds)) path.Submit(this);
            else _least.SetResult(_fewest);
        }
    }
}
