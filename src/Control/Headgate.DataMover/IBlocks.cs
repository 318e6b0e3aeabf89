namespace Headgate.DataMover;

/// <summary>
/// Something opened that has bytes by offset: a volume over whatever protocol its storage speaks, or a file. Reads and writes may
/// run at the same time where their ranges do not meet. A failure is an <see cref="IOException"/> or an
/// <see cref="InvalidDataException"/>; what was written before it may or may not be there.
/// </summary>
public interface IBlocks : IAsyncDisposable
{
    /// <summary>How many bytes there are.</summary>
    long Bytes { get; }

    /// <summary>Offsets and lengths are multiples of this.</summary>
    int BlockBytes { get; }

    /// <summary>Fills <paramref name="into"/> from <paramref name="offset"/> on.</summary>
    Task ReadAsync(long offset, Memory<byte> into, CancellationToken stop);

    /// <summary>Writes <paramref name="data"/>; durable only after <see cref="FlushAsync"/>.</summary>
    Task WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken stop);

    /// <summary>What was written until now outlasts a loss of power when this returns.</summary>
    Task FlushAsync(CancellationToken stop);
}
