namespace Headgate.Blocks;

/// <summary>What an access does, for <see cref="FaultyBlockDevice"/>.</summary>
public enum AccessKind
{
    /// <summary>A read.</summary>
    Read,

    /// <summary>A write, durable or not.</summary>
    Write,

    /// <summary>A flush.</summary>
    Flush,

    /// <summary>A discard.</summary>
    Discard,
}

/// <summary>
/// A wrapper with the device's own shape: asks a hook before each access, which may wait (a slow medium) or answer a
/// fault (a broken one). What it answers <see cref="IoFault.None"/> to goes through.
/// </summary>
/// <param name="inner">The device under it; disposed with it.</param>
/// <param name="before">The hook: kind, offset and length in bytes.</param>
public sealed class FaultyBlockDevice(IBlockDevice inner, Func<AccessKind, long, long, IoFault> before) : IBlockDevice
{
    /// <inheritdoc/>
    public long LengthBytes => inner.LengthBytes;

    /// <inheritdoc/>
    public IoFault Read(long offset, Span<byte> buffer)
    {
        var fault = before(AccessKind.Read, offset, buffer.Length);
        return fault == IoFault.None ? inner.Read(offset, buffer) : fault;
    }

    /// <inheritdoc/>
    public IoFault Write(long offset, ReadOnlySpan<byte> buffer, bool durable)
    {
        var fault = before(AccessKind.Write, offset, buffer.Length);
        return fault == IoFault.None ? inner.Write(offset, buffer, durable) : fault;
    }

    /// <inheritdoc/>
    public int AtomicWriteBytesMax => inner.AtomicWriteBytesMax;

    /// <inheritdoc/>
    public IoFault WriteAtomic(long offset, ReadOnlySpan<byte> buffer, bool durable)
    {
        var fault = before(AccessKind.Write, offset, buffer.Length);
        return fault == IoFault.None ? inner.WriteAtomic(offset, buffer, durable) : fault;
    }

    /// <inheritdoc/>
    public bool HasAtomicWrites => inner.HasAtomicWrites;

    /// <inheritdoc/>
    public IoFault EraseTraces() => inner.EraseTraces();

    /// <inheritdoc/>
    public IoFault Flush()
    {
        var fault = before(AccessKind.Flush, 0, 0);
        return fault == IoFault.None ? inner.Flush() : fault;
    }

    /// <inheritdoc/>
    public IoFault Discard(long offset, long length)
    {
        var fault = before(AccessKind.Discard, offset, length);
        return fault == IoFault.None ? inner.Discard(offset, length) : fault;
    }

    /// <inheritdoc/>
    public IoFault GetAllocation(long offset, out bool allocated, out long run) =>
        inner.GetAllocation(offset, out allocated, out run);

    /// <inheritdoc/>
    public void Dispose() => inner.Dispose();
}
