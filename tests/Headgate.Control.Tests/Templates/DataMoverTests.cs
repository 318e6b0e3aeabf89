using System.Security.Cryptography;
using Headgate.DataMover;
using Headgate.Storage.Sdk;
using Microsoft.Extensions.Time.Testing;

namespace Headgate.Control.Tests;

/// <summary>The mover between things that have bytes: files, and storages that lie, fail or fall silent.</summary>
public sealed class DataMoverTests : IDisposable
{
    private const int Chunk = DataMover.DataMover.ChunkBytes;

    private readonly string _folder = Directory.CreateTempSubdirectory("hg-mover-").FullName;
    private readonly DataMover.DataMover _mover = new(TimeProvider.System);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Chunk - 1)]
    [InlineData(Chunk)]
    [InlineData(20 * Chunk + 513)]
    public async Task What_is_copied_is_the_source_whatever_its_length_and_the_rest_stays_zero(int bytes)
    {
        var content = Noise(bytes);
        var to = new MemoryBlocks(new byte[21 * Chunk], blockBytes: 4096);
        var sha256 = (await _mover.CopyAndVerifyAsync(new MemoryBlocks(content), to, bytes, null, Stop)).ValueOrThrow();
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content)), sha256);
        Assert.Equal(content, to.Content[..bytes]);
        Assert.DoesNotContain(to.Content[bytes..], b => b != 0);
    }

    [Fact]
    public async Task A_volume_is_copied_to_another_and_holes_are_not_written()
    {
        var content = new byte[64 * Chunk];
        Noise(Chunk).CopyTo(content, 10 * Chunk);
        var to = new MemoryBlocks(new byte[64 * Chunk], blockBytes: 512);
        (await _mover.CopyAndVerifyAsync(new MemoryBlocks(content, blockBytes: 4096), to, content.Length, null, Stop)).ValueOrThrow();
        Assert.Equal(content, to.Content);
        Assert.Equal((1, 1), (to.Writes, to.Flushes));
    }

    [Fact]
    public async Task What_is_written_is_flushed_now_and_then_so_that_no_flush_takes_long()
    {
        const int bytes = DataMover.DataMover.FlushBytes + Chunk;
        var to = new MemoryBlocks(new byte[Chunk]) { LosesWrites = true, Claims = bytes };
        (await _mover.CopyAsync(new MemoryBlocks(Noise(Chunk)) { Claims = bytes }, to, bytes, Stop)).ValueOrThrow();
        Assert.Equal((bytes / Chunk, 2), (to.Writes, to.Flushes));
    }

    [Fact]
    public async Task A_file_is_opened_where_the_grant_says_and_never_made()
    {
        var path = Path.Combine(_folder, "volume");
        var missing = await _mover.OpenAsync(new Connection.Local(path), "iqn.2026-11.org.headgate:me", Stop);
        Assert.Equal("mover-unreachable", missing.Problem?.Code);
        Assert.False(File.Exists(path));
        await File.WriteAllBytesAsync(path, new byte[10_000], Stop);
        await using var opened = (await _mover.OpenAsync(new Connection.Local(path), "iqn.2026-11.org.headgate:me", Stop)).ValueOrThrow();
        Assert.Equal(10_000, opened.Bytes);
        (await _mover.CopyAndVerifyAsync(new MemoryBlocks(Noise(9000)), opened, 9000, null, Stop)).ValueOrThrow();
        Assert.Equal(Noise(9000), (await File.ReadAllBytesAsync(path, Stop))[..9000]);
    }

    [Fact]
    public async Task A_storage_that_loses_a_write_or_has_old_data_in_a_hole_is_found_out()
    {
        var content = new byte[4 * Chunk];
        Noise(Chunk).CopyTo(content, 0);
        var forgetful = new MemoryBlocks(new byte[4 * Chunk]) { LosesWrites = true };
        Assert.Equal("content-mismatch", (await CopyAsync(content, forgetful)).Problem?.Code);
        var used = new MemoryBlocks(new byte[4 * Chunk]);
        used.Content[3 * Chunk + 77] = 1;
        Assert.Equal("content-mismatch", (await CopyAsync(content, used)).Problem?.Code);
    }

    [Fact]
    public async Task A_volume_that_is_too_small_is_refused_before_anything_is_written()
    {
        var small = new MemoryBlocks(new byte[Chunk]);
        Assert.Equal("mover-too-small", (await CopyAsync(Noise(Chunk + 1), small)).Problem?.Code);
        Assert.Equal(0, small.Writes);
    }

    [Fact]
    public async Task A_source_that_is_not_what_was_taken_in_is_refused()
    {
        var content = Noise(Chunk);
        var copied = await _mover.CopyAndVerifyAsync(new MemoryBlocks(content), new MemoryBlocks(new byte[Chunk]), Chunk, new string('0', 64), Stop);
        Assert.Equal("source-changed", copied.Problem?.Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_breaks_off_is_worth_another_try(bool atReading)
    {
        var (from, to) = (new MemoryBlocks(Noise(4 * Chunk)) { Breaks = atReading }, new MemoryBlocks(new byte[4 * Chunk]) { Breaks = !atReading });
        var copied = await _mover.CopyAsync(from, to, 4 * Chunk, Stop);
        Assert.Equal(("mover-interrupted", Primitives.Recovery.RetryWithBackoff), (copied.Problem?.Code, copied.Problem?.Recovery));
    }

    [Fact]
    public async Task A_storage_that_falls_silent_is_given_up()
    {
        var time = new WatchedTime();
        var silent = new MemoryBlocks(new byte[Chunk]) { FallsSilent = true };
        var copying = new DataMover.DataMover(time).CopyAsync(new MemoryBlocks(Noise(Chunk)), silent, Chunk, Stop);
        await time.Armed.WaitAsync(Stop);
        time.Advance(DataMover.DataMover.Patience);
        Assert.Equal("mover-interrupted", (await copying).Problem?.Code);
    }

    private Task<Primitives.Outcome<string>> CopyAsync(byte[] content, IBlocks to) =>
        _mover.CopyAndVerifyAsync(new MemoryBlocks(content), to, content.Length, null, Stop);

    private static byte[] Noise(int bytes)
    {
        var noise = new byte[bytes];
        new Random(bytes).NextBytes(noise);
        return noise;
    }

    /// <summary>Bytes in memory, with a will of their own.</summary>
    private sealed class MemoryBlocks(byte[] content, int blockBytes = 1) : IBlocks
    {
        private int _writes, _flushes;

        public byte[] Content => content;

        public bool LosesWrites { get; init; }

        public bool Breaks { get; init; }

        public bool FallsSilent { get; init; }

        public int Writes => _writes;

        public int Flushes => _flushes;

        /// <summary>Its length when it has one chunk only, again and again.</summary>
        public long? Claims { get; init; }

        public long Bytes => Claims ?? content.Length;

        public int BlockBytes => blockBytes;

        public Task ReadAsync(long offset, Memory<byte> into, CancellationToken stop)
        {
            if (Breaks) return Task.FromException(new IOException("broken"));
            content.AsMemory((int)(offset % content.Length), into.Length).CopyTo(into);
            return Task.CompletedTask;
        }

        public Task WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken stop)
        {
            Assert.True(offset % blockBytes == 0 && data.Length % blockBytes == 0);
            if (Breaks) return Task.FromException(new IOException("broken"));
            Interlocked.Increment(ref _writes);
            if (!LosesWrites) data.CopyTo(content.AsMemory((int)offset));
            return Task.CompletedTask;
        }

        public Task FlushAsync(CancellationToken stop)
        {
            Interlocked.Increment(ref _flushes);
            return FallsSilent ? new TaskCompletionSource().Task : Task.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    /// <summary>Tells when somebody begins to wait: everything before the silence is done at once.</summary>
    private sealed class WatchedTime : FakeTimeProvider
    {
        private readonly TaskCompletionSource _armed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Armed => _armed.Task;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            _armed.TrySetResult();
            return timer;
        }
    }
}
