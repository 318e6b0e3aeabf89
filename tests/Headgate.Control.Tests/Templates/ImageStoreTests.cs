using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using Headgate.DiskImages;
using Headgate.Domain;
using Headgate.Primitives;
using Microsoft.Extensions.Time.Testing;

namespace Headgate.Control.Tests;

/// <summary>What the store takes, and what it refuses before any program has opened it.</summary>
public sealed class ImageStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hg-images-").FullName;
    private readonly ImageStore _store;
    private readonly Guid _id = Guid.CreateVersion7();

    public ImageStoreTests() => _store = new ImageStore(Path.Combine(_folder, "store"), Limits, TimeProvider.System);

    private static ImageLimits Limits { get; } = new() { File = ByteSize.MiB(8), Disk = ByteSize.MiB(64), KeepFree = ByteSize.MiB(1) };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_raw_image_becomes_a_sparse_disk_of_whole_sectors_with_the_same_bytes()
    {
        var image = new byte[(3 << 20) + 100];
        new Random(1).NextBytes(image.AsSpan(0, 1000));
        new Random(2).NextBytes(image.AsSpan(2 << 20));
        var disk = await TakeAsync(image);

        Assert.Equal((ImageFormat.Raw, (3 << 20) + 512L), (disk.Format, disk.Size.Bytes));
        var there = await File.ReadAllBytesAsync(_store.DiskPath(_id), Stop);
        Assert.Equal(image, there[..image.Length]);
        Assert.DoesNotContain(there[image.Length..], b => b != 0);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(there)), disk.Sha256);
    }

    [Fact]
    public async Task A_qcow2_image_becomes_the_disk_that_it_holds()
    {
        RequireQemuImg();
        var content = Noise(5 << 20);
        var disk = await TakeAsync(await Qcow2Async(content));
        Assert.Equal((ImageFormat.Qcow2, 5L << 20), (disk.Format, disk.Size.Bytes));
        Assert.Equal(content, await File.ReadAllBytesAsync(_store.DiskPath(_id), Stop));
    }

    [Fact]
    public async Task An_image_that_builds_on_another_file_is_refused()
    {
        RequireQemuImg();
        var secret = Path.Combine(_folder, "secret");
        await File.WriteAllBytesAsync(secret, Noise(4096), Stop);
        var image = Path.Combine(_folder, "thief.qcow2");
        await QemuAsync("create", "-f", "qcow2", "-b", secret, "-F", "raw", image);
        await RefusedAsync("image-has-backing-file", await File.ReadAllBytesAsync(image, Stop));
    }

    [Fact]
    public async Task An_image_that_keeps_its_data_in_another_file_is_refused()
    {
        RequireQemuImg();
        var (image, data) = (Path.Combine(_folder, "thief.qcow2"), Path.Combine(_folder, "data"));
        await QemuAsync("create", "-f", "qcow2", "-o", $"data_file={data},data_file_raw=on", image, "1M");
        var bytes = await File.ReadAllBytesAsync(image, Stop);
        await RefusedAsync("image-has-external-data", bytes);
        bytes[79] &= 0xfb; // without the feature bit, the name alone
        await RefusedAsync("image-has-external-data", bytes);
    }

    [Theory]
    [InlineData(24, 0x4000_0000_0000_0000UL, "image-too-large")] // virtual size
    [InlineData(24, 0UL, "image-empty")]
    [InlineData(32, 0x0000_0002_0000_0001UL, "image-encrypted")] // crypt_method, l1_size
    [InlineData(72, 2UL, "image-corrupt")] // marked so
    [InlineData(72, 1UL << 40, "image-format-unsupported")] // a feature of the future
    public async Task A_header_that_is_not_lawful_here_is_refused_before_a_program_opens_it(int at, ulong value, string code)
    {
        var header = new byte[512];
        "QFI\xfb"u8[..3].CopyTo(header);
        header[3] = 0xfb;
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), 3);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(20), 16);
        BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(24), 1 << 20);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(100), 104);
        BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(at), value);
        await RefusedAsync(code, header);
    }

    [Fact]
    public async Task An_image_that_was_cut_off_is_refused_and_not_read_as_zeros()
    {
        RequireQemuImg();
        var whole = await Qcow2Async(Noise(2 << 20));
        await RefusedAsync("image-corrupt", whole[..(1 << 20)]);
        await RefusedAsync("image-corrupt", whole[..70]);
    }

    [Fact]
    public async Task Another_checksum_than_the_one_stated_is_refused_and_nothing_stays()
    {
        var image = Noise(5000);
        var received = await _store.ReceiveAsync(_id, new MemoryStream(image), null, new string('0', 64), Stop);
        Assert.Equal("checksum-mismatch", received.Problem?.Code);
        Assert.Empty(Left());
        Assert.True((await _store.ReceiveAsync(_id, new MemoryStream(image), null, Convert.ToHexString(SHA256.HashData(image)), Stop)).IsDone);
    }

    [Fact]
    public async Task A_file_beyond_the_bound_is_refused_whether_it_says_so_or_not()
    {
        Assert.Equal("image-too-large", (await _store.ReceiveAsync(_id, new MemoryStream(), Limits.File.Bytes + 1, null, Stop)).Problem?.Code);
        Assert.Equal("image-too-large", (await _store.ReceiveAsync(_id, new EndlessStream(), null, null, Stop)).Problem?.Code);
        Assert.Equal("image-empty", (await _store.ReceiveAsync(_id, new MemoryStream(), null, null, Stop)).Problem?.Code);
        Assert.Empty(Left());
    }

    [Fact]
    public async Task Nothing_is_taken_in_that_would_fill_the_disk()
    {
        var full = new ImageStore(Path.Combine(_folder, "full"), Limits with { KeepFree = ByteSize.TiB(1 << 20) }, TimeProvider.System);
        var refused = (await full.ReceiveAsync(_id, new MemoryStream(Noise(10)), null, null, Stop)).Problem!;
        Assert.Equal("image-store-full", refused.Code);
        Assert.DoesNotContain(_folder, refused.Message, StringComparison.Ordinal); // a tenant reads it
    }

    [Fact]
    public async Task What_would_fill_the_disk_is_refused_before_it_is_begun()
    {
        await TakeAsync(Noise(1000));
        _store.Drop(_id);
        await using (var huge = File.Create(Path.Combine(_folder, "store", "received", _id.ToString("N")))) huge.SetLength(15L << 40);
        Assert.Equal("image-store-full", (await _store.PrepareAsync(_id, null, null, Stop)).Problem?.Code);
    }

    [Fact]
    public void What_one_writer_was_promised_another_is_not()
    {
        var most = new ByteSize(new DriveInfo(_folder).AvailableFreeSpace / 10 * 6);
        var first = _store.Promise("a", most, out _);
        Assert.NotNull(first);
        Assert.Null(_store.Promise("b", most, out var problem));
        Assert.Equal("image-store-full", problem?.Code);
        first.Dispose();
        Assert.NotNull(_store.Promise("b", most, out _));
    }

    [Fact]
    public async Task A_bomb_is_weighed_by_what_it_would_be()
    {
        RequireQemuImg();
        var (raw, image) = (Path.Combine(_folder, "content"), Path.Combine(_folder, "bomb.qcow2"));
        await using (var content = File.Create(raw))
        {
            content.SetLength(32 << 20);
            await content.WriteAsync(Enumerable.Repeat((byte)'x', 16 << 20).ToArray(), Stop); // a few KiB when compressed
        }
        await QemuAsync("convert", "-c", "-f", "raw", "-O", "qcow2", raw, image);
        var store = new ImageStore(Path.Combine(_folder, "store"), Limits with { PerAccount = ByteSize.MiB(20) }, TimeProvider.System);
        async Task<string?> PrepareAsync(int othersMib)
        {
            await using var file = File.OpenRead(image);
            (await store.ReceiveAsync(_id, file, null, null, Stop)).ValueOrThrow();
            return (await store.PrepareAsync(_id, null, ByteSize.MiB(othersMib), Stop)).Problem?.Code;
        }
        Assert.Equal("image-quota-exceeded", await PrepareAsync(5));
        Assert.Null(await PrepareAsync(4));
        Assert.InRange(store.StoredBytes(_id).Bytes, 16 << 20, 17 << 20);
    }

    [Fact]
    public async Task The_program_that_unpacks_writes_no_more_than_a_disk_may_have()
    {
        RequireQemuImg();
        var (image, to) = (Path.Combine(_folder, "image.qcow2"), Path.Combine(_folder, "to"));
        await Qcow2Async(Noise(5 << 20));
        Assert.True((await new QemuImg(Limits, TimeProvider.System).ConvertAsync(image, to, () => null, Stop)).IsDone);
        File.Delete(to);
        var small = new QemuImg(Limits with { Disk = ByteSize.MiB(2) }, TimeProvider.System);
        Assert.Equal("qemu-img-failed", (await small.ConvertAsync(image, to, () => null, Stop)).Problem?.Code);
        Assert.InRange(new FileInfo(to).Length, 0, 2 << 20);
    }

    [Theory]
    [InlineData(61, 64 << 10, "image-timeout")]
    [InlineData(61, 10, null)]
    [InlineData(20, 64 << 10, null)] // a beginning may be slow
    public async Task Who_crawls_is_given_up(int seconds, int slowest, string? code)
    {
        var time = new FakeTimeProvider();
        var store = new ImageStore(Path.Combine(_folder, "store"), Limits with { SlowestPerSecond = new ByteSize(slowest) }, time);
        using var slow = new SlowStream(Noise(1000), () => time.Advance(TimeSpan.FromSeconds(seconds)));
        Assert.Equal(code, (await store.ReceiveUploadAsync(_id, slow, null, null, Stop)).Problem?.Code);
        Assert.Equal(code is null ? 1 : 0, Left().Length);
    }

    [Fact]
    public async Task Who_falls_silent_is_given_up_and_nobody_reads_on()
    {
        var store = new ImageStore(Path.Combine(_folder, "store"), Limits, new HastyTime(Limits.Silence));
        using var silent = new SilentStream();
        Assert.Equal("image-timeout", (await store.ReceiveUploadAsync(_id, silent, null, null, Stop)).Problem?.Code);
        await silent.Left.WaitAsync(Stop);
        Assert.Empty(Left());
    }

    [Theory]
    [InlineData("KDMV", null, "image-format-unsupported")]
    [InlineData("vhdxfile", null, "image-format-unsupported")]
    [InlineData("<!DOCTYPE html>", null, "image-format-unsupported")]
    [InlineData("\x1f\u008b", null, "image-format-unsupported")]
    [InlineData("QFI\u00fb", ImageFormat.Raw, "image-format-mismatch")]
    [InlineData("boot", ImageFormat.Qcow2, "image-format-mismatch")]
    public Task What_looks_like_something_else_is_not_taken_for_a_raw_disk(string mark, ImageFormat? stated, string code) =>
        RefusedAsync(code, [.. System.Text.Encoding.Latin1.GetBytes(mark), .. new byte[1000]], stated);

    [Fact]
    public async Task A_sweep_takes_what_is_left_of_writing_and_nothing_that_is_being_written()
    {
        await TakeAsync(Noise(1000));
        var (old, fresh) = (_store.DiskPath(_id) + ".part", _store.DiskPath(Guid.CreateVersion7()) + ".part");
        foreach (var path in new[] { old, fresh, Received(_id) + ".part" }) await File.WriteAllTextAsync(path, "x", Stop);
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow - Limits.Whole - TimeSpan.FromMinutes(1));
        var busy = Received(Guid.CreateVersion7()) + ".part";
        await using (File.Create(busy)) Assert.Equal(0, _store.Sweep(new HashSet<Guid> { _id }));
        Assert.Equal(
            new[] { _id.ToString("N"), _id.ToString("N"), Path.GetFileName(fresh), Path.GetFileName(busy) }.Order(StringComparer.Ordinal), Left().Order(StringComparer.Ordinal));
        _store.Drop(_id);
        _store.Sweep(new HashSet<Guid>());
        Assert.Equal([Path.GetFileName(fresh)], Left());
    }

    [Fact]
    public async Task A_start_with_the_wrong_database_loses_no_image()
    {
        await TakeAsync(Noise(1000));
        _store.DropReceived(_id);
        Assert.Equal(1, _store.Sweep(new HashSet<Guid>()));
        Assert.False(File.Exists(_store.DiskPath(_id)));
        Assert.Equal(0, _store.Sweep(new HashSet<Guid> { _id })); // the right one is back
        Assert.Equal(Noise(1000), (await File.ReadAllBytesAsync(_store.DiskPath(_id), Stop))[..1000]);

        Assert.Equal(1, _store.Sweep(new HashSet<Guid>()));
        var later = new FakeTimeProvider(DateTimeOffset.UtcNow + Limits.KeepStrange + TimeSpan.FromMinutes(1));
        new ImageStore(Path.Combine(_folder, "store"), Limits, later).Sweep(new HashSet<Guid>());
        Assert.Empty(Left());
    }

    private string Received(Guid id) => Path.Combine(_folder, "store", "received", id.ToString("N"));

    private string[] Left() => [.. Directory.EnumerateFiles(Path.Combine(_folder, "store"), "*", SearchOption.AllDirectories).Select(f => Path.GetFileName(f)!)];

    private async Task<PreparedImage> TakeAsync(byte[] image)
    {
        (await _store.ReceiveAsync(_id, new MemoryStream(image), null, null, Stop)).ValueOrThrow();
        return (await _store.PrepareAsync(_id, null, null, Stop)).ValueOrThrow();
    }

    private async Task RefusedAsync(string code, byte[] image, ImageFormat? stated = null)
    {
        (await _store.ReceiveAsync(_id, new MemoryStream(image), null, null, Stop)).ValueOrThrow();
        Assert.Equal(code, (await _store.PrepareAsync(_id, stated, null, Stop)).Problem?.Code);
        Assert.False(File.Exists(_store.DiskPath(_id)));
    }

    private async Task<byte[]> Qcow2Async(byte[] content)
    {
        var (raw, image) = (Path.Combine(_folder, "content"), Path.Combine(_folder, "image.qcow2"));
        await File.WriteAllBytesAsync(raw, content, Stop);
        await QemuAsync("convert", "-f", "raw", "-O", "qcow2", raw, image);
        return await File.ReadAllBytesAsync(image, Stop);
    }

    private static byte[] Noise(int bytes)
    {
        var noise = new byte[bytes];
        new Random(bytes).NextBytes(noise);
        return noise;
    }

    internal static void RequireQemuImg() => Assert.SkipWhen(QemuImg.Find() is null, "qemu-img is not on this machine (apt-get install qemu-utils)");

    internal static async Task QemuAsync(params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(QemuImg.Find()!, args) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync(Stop);
        await process.StandardOutput.ReadToEndAsync(Stop);
        await process.WaitForExitAsync(Stop);
        Assert.True(process.ExitCode == 0, await error);
    }

    /// <summary>Lets time pass before it gives anything.</summary>
    private sealed class SlowStream(byte[] content, Action pass) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position == 0) pass();
            return base.ReadAsync(buffer, cancellationToken);
        }
    }

    /// <summary>Gives nothing, and tells when its reader has given up.</summary>
    private sealed class SilentStream : MemoryStream
    {
        private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Left => _left.Task;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
                return 0;
            }
            finally
            {
                _left.SetResult();
            }
        }
    }

    /// <summary>As soon as somebody waits for so long, it has passed.</summary>
    private sealed class HastyTime(TimeSpan pause) : FakeTimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            if (dueTime == pause) _ = Task.Run(() => Advance(pause));
            return timer;
        }
    }

    /// <summary>Ones without end.</summary>
    private sealed class EndlessStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            buffer.Span.Fill(1);
            return ValueTask.FromResult(buffer.Length);
        }
    }
}
