using System.Security.Cryptography;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.DataMover;

/// <summary>What a move is at.</summary>
public enum MoverPhase
{
    /// <summary>From the source to the destination.</summary>
    Copying,

    /// <summary>From the destination again, to compare.</summary>
    ReadingBack,
}

/// <summary>
/// Moves bytes from one opened thing to another through this server: an image into a volume, a volume into one on another pool.
/// Reads ahead, leaves out what is zero, and tells by SHA-256 what it read, so that the caller can compare source and destination.
/// </summary>
public sealed class DataMover(TimeProvider time)
{
    /// <summary>What one read or write moves: the longest burst of our own initiator, so that each is one exchange with the target.</summary>
    public const int ChunkBytes = 256 << 10;

    /// <summary>Chunks under way at a time: 2 MiB hide the latency of a 10 Gbit/s network at 1 ms, and no array minds.</summary>
    private const int Depth = 8;

    /// <summary>How long one read or write may take. Initiators give up after 30 s (open-iscsi's default); arrays fail over in less than a minute.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Written between two flushes: what a slow disk writes in well under <see cref="Patience"/>, since a flush waits for all that a cache has taken.</summary>
    public const int FlushBytes = 256 << 20;

    /// <summary>Opens what a driver's grant leads to.</summary>
    /// <param name="connection">The answer of the grant.</param>
    /// <param name="initiator">The initiator that it was granted to.</param>
    /// <param name="stop">Cancels.</param>
    public async Task<Outcome<IBlocks>> OpenAsync(Connection connection, string initiator, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(connection);
        using var late = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            return connection switch
            {
                Connection.Iscsi iscsi => await IscsiBlocks.OpenAsync(iscsi, initiator, either.Token).ConfigureAwait(false),
                Connection.Rbd rbd => await RbdBlocks.OpenAsync(rbd, either.Token).ConfigureAwait(false),
                Connection.Local local => await OpenFileAsync(local.Path, either.Token).ConfigureAwait(false),
                _ => throw new ArgumentOutOfRangeException(nameof(connection)),
            };
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return MoverFaults.Unreachable(connection.ToString()!, $"no answer within {Patience.TotalSeconds:0} s");
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return MoverFaults.Unreachable("the volume", failed.Message);
        }
    }

    /// <summary>
    /// Writes the first <paramref name="bytes"/> of <paramref name="from"/> to <paramref name="to"/>, flushed, and returns the SHA-256 of
    /// what was read. What is zero is not written: <paramref name="to"/> must be new and read as zeros, which
    /// <see cref="VerifyAsync"/> finds out.
    /// </summary>
    public Task<Outcome<string>> CopyAsync(IBlocks from, IBlocks to, long bytes, CancellationToken stop, Func<MoverPhase, long, Task>? told = null)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        return GuardedAsync<string>(async () =>
        {
            if (to.Bytes < bytes) return MoverFaults.TooSmall(new ByteSize(bytes), new ByteSize(to.Bytes));
            var hash = await StreamAsync(from, to, bytes, done => told?.Invoke(MoverPhase.Copying, done), stop).ConfigureAwait(false);
            await Patiently(to.FlushAsync(stop), stop).ConfigureAwait(false);
            return hash;
        });
    }

    /// <summary>Done when the first <paramref name="bytes"/> of <paramref name="of"/>, all read back, have this SHA-256.</summary>
    public Task<Outcome<Nothing>> VerifyAsync(IBlocks of, long bytes, string sha256, CancellationToken stop, Func<MoverPhase, long, Task>? told = null)
    {
        ArgumentNullException.ThrowIfNull(of);
        return GuardedAsync<Nothing>(async () =>
        {
            var found = await StreamAsync(of, null, bytes, done => told?.Invoke(MoverPhase.ReadingBack, done), stop).ConfigureAwait(false);
            return found == sha256 ? default(Nothing) : MoverFaults.Mismatch(sha256, found);
        });
    }

    /// <summary>
    /// Copies and compares: what is read from the source must have <paramref name="sha256"/> (when it is known), and so must what is then
    /// read back from the destination, all of it.
    /// </summary>
    /// <param name="from">The source.</param>
    /// <param name="to">The destination, new.</param>
    /// <param name="bytes">How many.</param>
    /// <param name="sha256">Of the source; null when it is not known.</param>
    /// <param name="stop">Cancels.</param>
    /// <param name="told">Called with the bytes done after each <see cref="ChunkBytes"/>, and waited for: it says when to stop and how far things are.</param>
    public async Task<Outcome<string>> CopyAndVerifyAsync(
        IBlocks from, IBlocks to, long bytes, string? sha256, CancellationToken stop, Func<MoverPhase, long, Task>? told = null)
    {
        var copied = await CopyAsync(from, to, bytes, stop, told).ConfigureAwait(false);
        if (copied is not Outcome<string>.Done { Value: var read }) return copied;
        if (sha256 is not null && sha256 != read) return MoverFaults.SourceChanged(sha256, read);
        return (await VerifyAsync(to, bytes, read, stop, told).ConfigureAwait(false)).Map(_ => read);
    }

    /// <summary>On a thread of its own: a mount whose server is gone lets nobody go.</summary>
    private static async Task<FileBlocks> OpenFileAsync(string path, CancellationToken stop)
    {
        var opening = Task.Factory.StartNew(
            () => FileBlocks.Open(path, FileAccess.ReadWrite), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            return await opening.WaitAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _ = opening.ContinueWith(static late => late.Result.DisposeAsync().AsTask(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            throw;
        }
    }

    private async Task<string> StreamAsync(IBlocks from, IBlocks? to, long bytes, Func<long, Task?> told, CancellationToken stop)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var ring = new Slot[Depth];
        for (var i = 0; i < ring.Length; i++) ring[i] = new Slot();
        var chunks = (bytes + ChunkBytes - 1) / ChunkBytes;
        try
        {
            for (long issued = 0, done = 0, unflushed = 0; done < chunks; done++)
            {
                for (; issued < chunks && issued - done < Depth; issued++)
                    await IssueAsync(ring[issued % Depth], from, issued * ChunkBytes, bytes, stop).ConfigureAwait(false);
                var slot = ring[done % Depth];
                await Patiently(slot.Read, stop).ConfigureAwait(false);
                if (told(done * ChunkBytes) is { IsCompletedSuccessfully: false } telling) await telling.ConfigureAwait(false);
                stop.ThrowIfCancellationRequested();
                var data = slot.Buffer.AsMemory(0, Length(done, bytes));
                hash.AppendData(data.Span);
                if (to is null || !data.Span.ContainsAnyExcept((byte)0)) continue;
                slot.Write = PutAsync(to, slot.Buffer, done * ChunkBytes, data.Length, stop);
                if ((unflushed += data.Length) < FlushBytes) continue;
                foreach (var one in ring) await Patiently(one.Write, stop).ConfigureAwait(false);
                await Patiently(to.FlushAsync(stop), stop).ConfigureAwait(false);
                unflushed = 0;
            }
            foreach (var slot in ring) await Patiently(slot.Write, stop).ConfigureAwait(false);
        }
        finally
        {
            // After a failure others are still under way in these buffers; nobody waits for them, and nobody is told of them twice.
            foreach (var slot in ring) _ = Task.WhenAll(slot.Read, slot.Write).ContinueWith(static t => t.Exception, TaskScheduler.Default);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private async Task IssueAsync(Slot slot, IBlocks from, long at, long bytes, CancellationToken stop)
    {
        await Patiently(slot.Write, stop).ConfigureAwait(false); // its buffer is in use until then
        var length = RoundUp((int)Math.Min(ChunkBytes, bytes - at), from.BlockBytes);
        slot.Read = from.ReadAsync(at, slot.Buffer.AsMemory(0, length), stop);
    }

    private static Task PutAsync(IBlocks to, byte[] buffer, long at, int length, CancellationToken stop)
    {
        var whole = RoundUp(length, to.BlockBytes);
        buffer.AsSpan(length, whole - length).Clear();
        return to.WriteAsync(at, buffer.AsMemory(0, whole), stop);
    }

    private static int Length(long chunk, long bytes) => (int)Math.Min(ChunkBytes, bytes - chunk * ChunkBytes);

    private static int RoundUp(int length, int block) => (length + block - 1) / block * block;

    private Task Patiently(Task task, CancellationToken stop) => task.IsCompletedSuccessfully ? task : task.WaitAsync(Patience, time, stop);

    private static async Task<Outcome<T>> GuardedAsync<T>(Func<Task<Outcome<T>>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return MoverFaults.Interrupted($"no answer within {Patience.TotalSeconds:0} s");
        }
        catch (Exception failed) when (failed is IOException or InvalidDataException or ObjectDisposedException)
        {
            return MoverFaults.Interrupted(failed.Message);
        }
    }

    private sealed class Slot
    {
        public byte[] Buffer { get; } = new byte[ChunkBytes];

        public Task Read { get; set; } = Task.CompletedTask;

        public Task Write { get; set; } = Task.CompletedTask;
    }
}
