using CsCheck;

namespace Headgate.Blocks.Tests;

/// <summary>What every device does alike, tried against an array.</summary>
public sealed class BlockDeviceTests
{
    private const int Length = 1 << 20;
    private const int Sector = 512;

    [Fact]
    public void A_file_reads_what_was_last_written_or_zeros()
    {
        using var scratch = new Scratch();
        var number = 0;
        Compare(() => FileBlockDevice.Create(scratch.File($"disk{Interlocked.Increment(ref number)}"), Length));
    }

    [Theory]
    [InlineData(512)]
    [InlineData(4096)] // 512-byte sectors on a disk with 4 KiB blocks
    public void A_file_past_the_page_cache_does_too_whatever_the_alignment(int blockBytes)
    {
        using var scratch = new Scratch();
        var io = Direct(scratch.Path) with { OffsetAlignment = blockBytes, MemoryAlignment = blockBytes };
        var number = 0;
        Compare(() => FileBlockDevice.Create(scratch.File($"disk{Interlocked.Increment(ref number)}"), Length, io));
    }

    [Fact]
    public async Task Sectors_of_one_block_that_are_written_at_one_time_do_not_undo_each_other()
    {
        const int rounds = 200;
        using var scratch = new Scratch();
        using var device = FileBlockDevice.Create(scratch.File("disk"), Length, Direct(scratch.Path) with { OffsetAlignment = 4096 });
        await Task.WhenAll(Enumerable.Range(0, 8).Select(sector => Task.Factory.StartNew(() =>
        {
            var bytes = new byte[Sector];
            for (var round = 1; round <= rounds; round++)
            {
                bytes.AsSpan().Fill((byte)round);
                Assert.Equal(IoFault.None, device.Write(sector * Sector, bytes, durable: false));
                Assert.Equal(IoFault.None, device.Read(sector * Sector, bytes));
                Assert.Equal((byte)round, bytes[0]); // nobody else writes this sector
            }
        }, TaskCreationOptions.LongRunning)));
    }

    [Fact]
    public async Task Flushes_that_wait_at_one_time_share_one_sync_that_began_after_they_came()
    {
        using var scratch = new Scratch();
        using var device = FileBlockDevice.Create(scratch.File("disk"), Length);
        using var inSync = new SemaphoreSlim(0);
        using var goOn = new SemaphoreSlim(0);
        device.Sync = _ =>
        {
            inSync.Release();
            goOn.Wait(Stop);
            return 0;
        };
        var first = Task.Run(device.Flush, Stop);
        await inSync.WaitAsync(Stop);
        var others = Enumerable.Range(0, 10).Select(_ => Task.Factory.StartNew(device.Flush, TaskCreationOptions.LongRunning)).ToList();
        Assert.True(SpinWait.SpinUntil(() => device.FlushesWaiting == others.Count, Patience.Long)); // one that came later would want a third
        goOn.Release();
        Assert.Equal(IoFault.None, await first);
        goOn.Release(10); // as many as they could want
        Assert.All(await Task.WhenAll(others), fault => Assert.Equal(IoFault.None, fault));
        Assert.Equal(2, device.SyncsBegun);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static FileIo Direct(string folder)
    {
        var io = DirectIoProbe.Choose(folder, FileIoMode.Auto);
        Assert.SkipUnless(io.IsDirect, io.Reason);
        return io;
    }

    [Fact]
    public void Memory_reads_what_was_last_written_or_zeros() => Compare(() => new MemoryBlockDevice(Length));

    private static void Compare(Func<IBlockDevice> make) => Gen.ULong.Sample(seed =>
    {
        var random = new Random((int)seed);
        using var device = make();
        var model = new byte[Length];
        Assert.Equal(Length, device.LengthBytes);
        for (var step = 0; step < 200; step++)
        {
            var offset = random.Next(Length / Sector) * Sector;
            var length = Math.Min((1 + random.Next(random.Next(2) == 0 ? 8 : 512)) * Sector, Length - offset);
            switch (random.Next(5))
            {
                case 0 or 1:
                    random.NextBytes(model.AsSpan(offset, length));
                    Assert.Equal(IoFault.None, device.Write(offset, model.AsSpan(offset, length), durable: random.Next(10) == 0));
                    break;
                case 2:
                    model.AsSpan(offset, length).Clear();
                    Assert.Equal(IoFault.None, device.Discard(offset, length));
                    break;
                case 3:
                    var buffer = new byte[length];
                    Assert.Equal(IoFault.None, device.Read(offset, buffer));
                    Assert.True(buffer.AsSpan().SequenceEqual(model.AsSpan(offset, length)));
                    break;
                default:
                    Assert.Equal(IoFault.None, device.GetAllocation(offset, out var allocated, out var run));
                    Assert.InRange(run, 1, Length - offset);
                    if (!allocated) Assert.True(model.AsSpan(offset, (int)run).IndexOfAnyExcept((byte)0) < 0);
                    break;
            }
        }
        Assert.Equal(IoFault.None, device.Flush());
    }, iter: 30, seed: "0000KXw2ukZ2");

    [Fact]
    public void A_new_file_takes_no_space_and_gives_back_what_is_discarded()
    {
        using var scratch = new Scratch();
        using var device = FileBlockDevice.Create(scratch.File("disk"), 1L << 40);
        Assert.True(device.UsedBytes < 64 << 10);
        Assert.Equal(IoFault.None, device.Write(1L << 39, new byte[1 << 20], durable: true));
        Assert.InRange(device.UsedBytes, 1 << 20, (1 << 20) + (64 << 10));
        device.GetAllocation(0, out var allocated, out var run);
        Assert.Equal((false, 1L << 39), (allocated, run));
        device.GetAllocation(1L << 39, out allocated, out run);
        Assert.Equal((true, 1L << 20), (allocated, run));
        Assert.Equal(IoFault.None, device.Discard(1L << 39, 1 << 20));
        Assert.True(device.UsedBytes < 64 << 10);
        device.GetAllocation(0, out allocated, out run);
        Assert.Equal((false, 1L << 40), (allocated, run));
    }

    [Fact]
    public void A_closed_device_is_gone()
    {
        using var scratch = new Scratch();
        var device = FileBlockDevice.Create(scratch.File("disk"), Length);
        device.Dispose();
        Assert.Equal(IoFault.Gone, device.Read(0, new byte[512]));
        Assert.Equal(IoFault.Gone, device.Write(0, new byte[512], durable: false));
        Assert.Equal(IoFault.Gone, device.Write(0, new byte[512], durable: true));
        Assert.Equal(IoFault.Gone, device.Flush());
        Assert.Equal(IoFault.Gone, device.Discard(0, 512));
    }

    [Fact]
    public void A_full_file_system_is_told_as_no_space()
    {
        using var small = MountedFileSystem.Tmpfs(1);
        using var device = FileBlockDevice.Create(Path.Combine(small.Folder, "disk"), 16 << 20);
        var full = new byte[2 << 20];
        Assert.Equal(IoFault.NoSpace, device.Write(0, full, durable: false));
        Assert.Equal(IoFault.NoSpace, device.Write(4 << 20, full, durable: true));
        Assert.Equal(IoFault.None, device.Discard(0, 8 << 20));
        Assert.Equal(IoFault.None, device.Write(0, new byte[4096], durable: true));
    }

    [Fact]
    public void A_file_that_was_cut_short_is_a_read_error_and_no_crash()
    {
        using var scratch = new Scratch();
        using var device = FileBlockDevice.Create(scratch.File("disk"), Length);
        using (var cut = new FileStream(scratch.File("disk"), FileMode.Open)) cut.SetLength(Length / 2);
        Assert.Equal(IoFault.ReadFailed, device.Read(Length / 2, new byte[512]));
    }

    [Fact]
    public void A_failed_sync_is_known_before_the_next_one_can_begin()
    {
        var syncs = new SharedSync();
        using var scratch = new Scratch();
        using var device = FileBlockDevice.Create(scratch.File("disk"), Length);
        device.Sync = _ => 5;
        Assert.Equal(5, syncs.Run(device.SyncOnce)); // as Flush does, up to where its result is told
        Assert.True(device.HasLostWrites);
    }

    [Fact]
    public void After_a_failed_sync_nothing_is_durable_until_the_file_is_opened_anew()
    {
        using var scratch = new Scratch();
        var path = scratch.File("disk");
        using (var device = FileBlockDevice.Create(path, Length))
        {
            var answers = new Queue<int>([4, 0, 5]); // EINTR is no failure, EIO is: told once, as by Linux
            device.Sync = _ => answers.TryDequeue(out var errno) ? errno : 0;
            Assert.Equal(IoFault.None, device.Flush());
            Assert.Equal(IoFault.WriteFailed, device.Flush());
            Assert.Equal(IoFault.WriteFailed, device.Flush());
            Assert.Equal(IoFault.WriteFailed, device.Write(0, new byte[512], durable: true));
            Assert.Equal(IoFault.None, device.Write(0, new byte[512], durable: false));
            Assert.Equal(IoFault.None, device.Read(0, new byte[512]));
        }
        using var again = FileBlockDevice.Open(path);
        Assert.Equal(IoFault.None, again.Flush());
        Assert.Equal(IoFault.None, again.Write(0, new byte[512], durable: true));
    }

    [Fact]
    public void A_faulty_device_answers_what_its_hook_says_and_else_passes_through()
    {
        using var device = new FaultyBlockDevice(new MemoryBlockDevice(Length),
            (kind, offset, _) => kind == AccessKind.Write && offset == 512 ? IoFault.WriteFailed : IoFault.None);
        Assert.Equal(IoFault.WriteFailed, device.Write(512, new byte[512], durable: false));
        Assert.Equal(IoFault.None, device.Write(0, [.. Enumerable.Repeat((byte)7, 512)], durable: false));
        var buffer = new byte[512];
        Assert.Equal(IoFault.None, device.Read(0, buffer));
        Assert.Equal(7, buffer[0]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(19)]
    public void The_first_block_that_cannot_be_read_is_found_in_few_reads(int bad)
    {
        var reads = 0;
        using var device = new FaultyBlockDevice(new MemoryBlockDevice(Length), (_, offset, length) =>
        {
            reads++;
            return offset <= bad * 512 && bad * 512 < offset + length ? IoFault.ReadFailed : IoFault.None;
        });
        Assert.Equal(bad * 512, FaultLocator.FirstUnreadable(device, 0, new byte[20 * 512], 512));
        Assert.InRange(reads, 1, 5);
    }
}
