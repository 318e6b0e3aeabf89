namespace Headgate.DiskImages;

/// <summary>
/// Reads <paramref name="inner"/>, and throws <see cref="TimeoutException"/>, with the reason as a clause, when nothing comes for
/// <see cref="ImageLimits.Silence"/> or when what has come since the beginning is less than <see cref="ImageLimits.SlowestPerSecond"/>.
/// </summary>
internal sealed class ImpatientStream(Stream inner, ImageLimits limits, TimeProvider time) : Stream
{
    private readonly long _began = time.GetTimestamp();
    private readonly CancellationTokenSource _givenUp = new();
    private long _bytes;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = inner.ReadAsync(buffer, _givenUp.Token);
        var bytes = read.IsCompletedSuccessfully ? read.Result : await WaitAsync(read.AsTask(), cancellationToken).ConfigureAwait(false);
        _bytes += bytes;
        // A beginning may be slow; the end of a small file is one.
        var seconds = time.GetElapsedTime(_began).TotalSeconds;
        return bytes == 0 || seconds <= limits.Silence.TotalSeconds || _bytes >= limits.SlowestPerSecond.Bytes * seconds
            ? bytes
            : throw new TimeoutException($"only {new Primitives.ByteSize(_bytes)} came in {seconds:0} s.");
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _givenUp.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Nobody reads on behind the back of who has left.</summary>
    private async Task<int> WaitAsync(Task<int> read, CancellationToken stop)
    {
        try
        {
            return await read.WaitAsync(limits.Silence, time, stop).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await _givenUp.CancelAsync().ConfigureAwait(false);
            throw new TimeoutException($"nothing came for {limits.Silence.TotalSeconds:0} s.");
        }
        catch (OperationCanceledException)
        {
            await _givenUp.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }
}
