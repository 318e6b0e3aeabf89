using System.Security.Cryptography;
using Headgate.Domain;
using Headgate.Primitives;

namespace Headgate.DiskImages;

/// <summary>A file as it came.</summary>
public sealed record ReceivedImage(ByteSize Size, string Sha256);

/// <summary>The disk that was in it: unpacked, whole, hashed.</summary>
/// <param name="Format">What the file was.</param>
/// <param name="Size">Bytes of the disk.</param>
/// <param name="Sha256">Of all of them.</param>
public sealed record PreparedImage(ImageFormat Format, ByteSize Size, string Sha256);

/// <summary>
/// The management server's images, a folder of its own: <c>received/ID</c> is a file as it came, <c>disks/ID</c> the disk that was
/// in it, raw and sparse, <c>strange/ID</c> one whose template is not known. Everything is written as <c>NAME.part</c>, flushed, checked and renamed, so that a name without
/// <c>.part</c> is whole; a crash leaves at most a part, which <see cref="Sweep"/> takes away.
/// </summary>
public sealed class ImageStore
{
    private const int ChunkBytes = 1 << 20;
    private const int SectorBytes = 512; // disks are counted in these
    private const string PartSuffix = ".part";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _promised = []; // bytes by the path that they are written to
    private readonly string _folder, _received, _disks, _strange;
    private readonly ImageLimits _limits;
    private readonly QemuImg _qemu;
    private readonly TimeProvider _time;

    /// <summary>The store in <paramref name="folder"/>, which is made when it is not there.</summary>
    public ImageStore(string folder, ImageLimits limits, TimeProvider time)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(limits);
        (_folder, _limits, _time, _qemu) = (Path.GetFullPath(folder), limits, time, new QemuImg(limits, time));
        (_received, _disks, _strange) = (Path.Combine(_folder, "received"), Path.Combine(_folder, "disks"), Path.Combine(_folder, "strange"));
        foreach (var part in new[] { _folder, _received, _disks, _strange }) Directory.CreateDirectory(part, OwnerOnly);
    }

    /// <summary>The bounds that hold here.</summary>
    public ImageLimits Limits => _limits;

    /// <summary>The path of a disk, whether or not it is there.</summary>
    public string DiskPath(Guid id) => Path.Combine(_disks, id.ToString("N"));

    /// <summary>What an image takes in the store.</summary>
    public ByteSize StoredBytes(Guid id) => new(Libc.StoredBytes(ReceivedPath(id)) + Libc.StoredBytes(DiskPath(id)));

    /// <summary>The refusal when the images of an account, which take <paramref name="has"/>, and <paramref name="need"/> more are too much; else null.</summary>
    public Fault? AccountProblem(ByteSize has, ByteSize need) =>
        has + need > _limits.PerAccount ? ImageFaults.AccountFull(need, has, _limits.PerAccount) : null;

    /// <summary>True once the file has come whole.</summary>
    public bool HasReceived(Guid id) => File.Exists(ReceivedPath(id));

    /// <summary>
    /// Takes in a file to its end. Refused when it is too large, when it has another checksum than the one stated, or when the store
    /// would fill up; nothing of it stays then.
    /// </summary>
    /// <param name="id">The template's.</param>
    /// <param name="from">The file.</param>
    /// <param name="announced">Its length where the sender said so.</param>
    /// <param name="checksum">The SHA-256 that it must have; null for any.</param>
    /// <param name="stop">Cancels.</param>
    public Task<Outcome<ReceivedImage>> ReceiveAsync(Guid id, Stream from, long? announced, string? checksum, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(from);
        if (announced > _limits.File.Bytes)
            return Task.FromResult<Outcome<ReceivedImage>>(ImageFaults.TooLarge($"The image file has {new ByteSize(announced.Value)}", _limits.File));
        return MakeAsync<ReceivedImage>(ReceivedPath(id), async part =>
        {
            var taken = await TakeInAsync(from, part, stop).ConfigureAwait(false);
            if (taken is not Outcome<ReceivedImage>.Done { Value: var file }) return taken;
            if (file.Size.Bytes == 0) return ImageFaults.Empty();
            return checksum is null || string.Equals(checksum, file.Sha256, StringComparison.OrdinalIgnoreCase) ? file : ImageFaults.Checksum(checksum, file.Sha256);
        });
    }

    /// <summary>The same from a client, which may neither fall silent nor crawl nor go on for ever: it holds a turn that others want.</summary>
    public async Task<Outcome<ReceivedImage>> ReceiveUploadAsync(Guid id, Stream from, long? announced, string? checksum, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(_limits.Whole, _time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        var impatient = new ImpatientStream(from, _limits, _time);
        await using (impatient.ConfigureAwait(false))
        {
            try
            {
                return await ReceiveAsync(id, impatient, announced, checksum, end.Token).ConfigureAwait(false);
            }
            catch (TimeoutException slow)
            {
                return ImageFaults.SenderTooSlow(slow.Message);
            }
            catch (OperationCanceledException) when (late.IsCancellationRequested && !stop.IsCancellationRequested)
            {
                return ImageFaults.TooSlow("Uploading", _limits.Whole);
            }
        }
    }

    /// <summary>Makes the disk of a file that was received. Done again, it makes the same disk again.</summary>
    /// <param name="id">The template's.</param>
    /// <param name="stated">The format that it must have; null for any.</param>
    /// <param name="others">What the account's other images take; null when nothing is counted.</param>
    /// <param name="stop">Cancels.</param>
    public async Task<Outcome<PreparedImage>> PrepareAsync(Guid id, ImageFormat? stated, ByteSize? others, CancellationToken stop)
    {
        var source = ReceivedPath(id);
        if (!File.Exists(source)) return ImageFaults.NotThere();
        var head = await HeadAsync(source, stop).ConfigureAwait(false);
        var read = ImageSignatures.Read(head, stated);
        if (read is not Outcome<ImageFormat>.Done { Value: var format }) return read.Problem!;
        var need = new ByteSize(new FileInfo(source).Length);
        if (format is ImageFormat.Qcow2)
        {
            var header = Qcow2Header.Read(head, _limits.Disk);
            if (header is not Outcome<ByteSize>.Done { Value: var virtually }) return header.Problem!;
            var check = await _qemu.CheckAsync(source, stop).ConfigureAwait(false);
            if (check is not Outcome<long>.Done { Value: var clusters }) return check.Problem!;
            need = Qcow2Header.Stored(head, clusters, virtually);
        }
        if (others is { } has && AccountProblem(has, need) is { } tooMuch) return tooMuch;
        return await MakeAsync<PreparedImage>(DiskPath(id), async part =>
        {
            using var promise = Promise(part, need, out var noRoom);
            if (promise is null) return noRoom!;
            if (format is ImageFormat.Qcow2 && (await _qemu.ConvertAsync(source, part, Full, stop).ConfigureAwait(false)).Problem is { } failed) return failed;
            if (format is ImageFormat.Raw && await CopySparselyAsync(source, part, stop).ConfigureAwait(false) is { } full) return full;
            var size = new FileInfo(part).Length;
            if (size > _limits.Disk.Bytes) return ImageFaults.TooLarge($"The image holds a disk of {new ByteSize(size)}", _limits.Disk);
            return new PreparedImage(format, new ByteSize(size), await HashAsync(part, stop).ConfigureAwait(false));
        }).ConfigureAwait(false);
    }

    /// <summary>Takes away the file as it came; the disk stays.</summary>
    public void DropReceived(Guid id) => Delete(ReceivedPath(id));

    /// <summary>Takes away all of an image.</summary>
    public void Drop(Guid id)
    {
        DropReceived(id);
        Delete(DiskPath(id));
    }

    /// <summary>
    /// For a start. What belongs to no template of <paramref name="known"/> is moved aside, not deleted: it may be the database that is wrong, an older or
    /// an empty one. It comes back when its template does, and goes after <see cref="ImageLimits.KeepStrange"/>. Parts that nobody writes to are deleted.
    /// </summary>
    /// <returns>How many images were moved aside.</returns>
    public int Sweep(IReadOnlySet<Guid> known)
    {
        ArgumentNullException.ThrowIfNull(known);
        var now = _time.GetUtcNow().UtcDateTime;
        foreach (var part in Directory.GetFiles(_received, "*" + PartSuffix).Where(IsLeft)) File.Delete(part);
        foreach (var part in Directory.GetFiles(_disks, "*" + PartSuffix).Where(p => now - File.GetLastWriteTimeUtc(p) > _limits.Whole)) File.Delete(part);
        foreach (var back in Directory.GetFiles(_strange).Where(IsKnown)) File.Move(back, Path.Combine(_disks, Path.GetFileName(back)), overwrite: true);
        foreach (var old in Directory.GetFiles(_strange).Where(f => now - File.GetLastWriteTimeUtc(f) > _limits.KeepStrange)) File.Delete(old);
        foreach (var file in Directory.GetFiles(_received).Where(f => !f.EndsWith(PartSuffix, StringComparison.Ordinal) && !IsKnown(f))) File.Delete(file);
        var strangers = Directory.GetFiles(_disks).Where(f => !f.EndsWith(PartSuffix, StringComparison.Ordinal) && !IsKnown(f)).ToList();
        foreach (var disk in strangers)
        {
            File.SetLastWriteTimeUtc(disk, now);
            File.Move(disk, Path.Combine(_strange, Path.GetFileName(disk)), overwrite: true);
        }
        return strangers.Count;

        bool IsKnown(string file) => Guid.TryParseExact(Path.GetFileName(file), "N", out var id) && known.Contains(id);
    }

    /// <summary>True for a part that no server holds open, this one's neighbour on a shared folder included.</summary>
    private static bool IsLeft(string part)
    {
        try
        {
            using var alone = File.OpenHandle(part, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private string ReceivedPath(Guid id) => Path.Combine(_received, id.ToString("N"));

    /// <summary>Runs <paramref name="write"/> on a part that gets its name only when the outcome is done.</summary>
    private async Task<Outcome<T>> MakeAsync<T>(string path, Func<string, Task<Outcome<T>>> write)
    {
        var part = path + PartSuffix;
        var isMade = false;
        try
        {
            File.Delete(part);
            if (Full() is { } full) return full;
            var outcome = await write(part).ConfigureAwait(false);
            if (!outcome.IsDone) return outcome;
            using (var file = File.OpenHandle(part, FileMode.Open, FileAccess.ReadWrite)) RandomAccess.FlushToDisk(file);
            File.Move(part, path, overwrite: true);
            isMade = true;
            Libc.SyncFolder(Path.GetDirectoryName(path)!);
            return outcome;
        }
        catch (Exception unusable) when (unusable is UnauthorizedAccessException or IOException && IsOwn(unusable))
        {
            return ImageFaults.StoreUnusable(unusable.Message.Replace(_folder, "images", StringComparison.Ordinal));
        }
        finally
        {
            if (!isMade) Delete(part);
        }
    }

    /// <summary>A failure of the sender's is the sender's to report.</summary>
    private static bool IsOwn(Exception failure) => failure is not SenderFailedException;

    private async Task<Outcome<ReceivedImage>> TakeInAsync(Stream from, string part, CancellationToken stop)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var file = new FileStream(part, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, Options = FileOptions.Asynchronous,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        await using (file.ConfigureAwait(false))
        {
            var chunk = new byte[ChunkBytes];
            long bytes = 0;
            while (await FillAsync(from, chunk, stop).ConfigureAwait(false) is > 0 and var read)
            {
                bytes += read;
                if (bytes > _limits.File.Bytes) return ImageFaults.TooLarge("The image file goes on and on", _limits.File);
                if (Full() is { } full) return full;
                hash.AppendData(chunk, 0, read);
                await file.WriteAsync(chunk.AsMemory(0, read), stop).ConfigureAwait(false);
            }
            return new ReceivedImage(new ByteSize(bytes), Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
    }

    /// <summary>A whole chunk, or what is left.</summary>
    private static async Task<int> FillAsync(Stream from, byte[] chunk, CancellationToken stop)
    {
        try
        {
            return await from.ReadAtLeastAsync(chunk, chunk.Length, throwOnEndOfStream: false, stop).ConfigureAwait(false);
        }
        catch (IOException broken)
        {
            throw new SenderFailedException(broken);
        }
    }

    /// <summary>The sender's end of a transfer broke, not the store.</summary>
    private sealed class SenderFailedException(IOException inner) : IOException(inner.Message, inner);

    /// <summary>Leaves out what is zero, and rounds up to a sector.</summary>
    private async Task<Fault?> CopySparselyAsync(string source, string part, CancellationToken stop)
    {
        using var from = File.OpenHandle(source, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.SequentialScan);
        using var to = File.OpenHandle(part, FileMode.CreateNew, FileAccess.Write);
        File.SetUnixFileMode(to, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var chunk = new byte[ChunkBytes];
        long at = 0;
        for (int read; (read = await RandomAccess.ReadAsync(from, chunk, at, stop).ConfigureAwait(false)) > 0; at += read)
        {
            if (!chunk.AsSpan(0, read).ContainsAnyExcept((byte)0)) continue;
            if (Full() is { } full) return full;
            await RandomAccess.WriteAsync(to, chunk.AsMemory(0, read), at, stop).ConfigureAwait(false);
        }
        RandomAccess.SetLength(to, (at + SectorBytes - 1) / SectorBytes * SectorBytes);
        return null;
    }

    private static async Task<byte[]> HeadAsync(string path, CancellationToken stop)
    {
        using var file = File.OpenHandle(path);
        var head = new byte[Qcow2Header.Bytes];
        var read = await RandomAccess.ReadAsync(file, head, 0, stop).ConfigureAwait(false);
        return head[..read];
    }

    private static async Task<string> HashAsync(string path, CancellationToken stop)
    {
        var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, BufferSize = 0, Options = FileOptions.SequentialScan });
        await using (file.ConfigureAwait(false)) return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, stop).ConfigureAwait(false));
    }

    /// <summary>
    /// Sets bytes aside for what is about to be written to <paramref name="part"/>, until disposed; null when there are too few after
    /// what the other writers were promised and have not written yet.
    /// </summary>
    internal IDisposable? Promise(string part, ByteSize need, out Fault? problem)
    {
        lock (_gate)
        {
            var awaited = _promised.Sum(p => Math.Max(0, p.Value - Libc.StoredBytes(p.Key)));
            var room = new DriveInfo(_folder).AvailableFreeSpace - _limits.KeepFree.Bytes - awaited;
            problem = need.Bytes > room ? ImageFaults.NoRoom(need, new ByteSize(Math.Max(0, room))) : null;
            if (problem is not null) return null;
            _promised[part] = need.Bytes;
            return new Promised(this, part);
        }
    }

    private sealed class Promised(ImageStore store, string part) : IDisposable
    {
        public void Dispose()
        {
            lock (store._gate) store._promised.Remove(part);
        }
    }

    private Fault? Full()
    {
        var free = new ByteSize(new DriveInfo(_folder).AvailableFreeSpace);
        return free < _limits.KeepFree ? ImageFaults.StoreFull(free, _limits.KeepFree) : null;
    }

    private static void Delete(string path)
    {
        if (!File.Exists(path)) return;
        File.Delete(path);
        Libc.SyncFolder(Path.GetDirectoryName(path)!);
    }
}
