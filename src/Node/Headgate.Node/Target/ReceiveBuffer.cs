namespace Headgate.Node.Target;

/// <summary>
/// Bytes from the socket, read ahead. Owned by the connection's thread. 64 KiB hold a burst of fifteen 4 KiB writes; of
/// larger data segments what is not here yet is received straight into the I/O's own buffer.
/// </summary>
internal sealed class ReceiveBuffer(ITransport transport, Action beforeWait, Action afterWait)
{
    public const int Size = 64 * 1024;

    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(Size, pinned: true);
    private int _start;
    private int _end;

    /// <summary>What is here.</summary>
    public ReadOnlySpan<byte> Available => _bytes.AsSpan(_start, _end - _start);

    /// <summary>Takes bytes that were looked at.</summary>
    public void Skip(int count) => _start += count;

    /// <summary>Reads until <paramref name="count"/> bytes (at most <see cref="Size"/>) are here; false at the end of the stream.</summary>
    public bool Ensure(int count)
    {
        while (_end - _start < count)
        {
            if (_start == _end) _start = _end = 0;
            else if (Size - _start < count) Compact();
            var got = Receive(_bytes.AsSpan(_end));
            if (got == 0) return false;
            _end += got;
        }
        return true;
    }

    /// <summary>Fills <paramref name="target"/> from here and then from the socket; false at the end of the stream.</summary>
    public bool CopyTo(Span<byte> target)
    {
        var here = Math.Min(target.Length, _end - _start);
        _bytes.AsSpan(_start, here).CopyTo(target);
        _start += here;
        for (var rest = target[here..]; !rest.IsEmpty;)
        {
            var got = Receive(rest);
            if (got == 0) return false;
            rest = rest[got..];
        }
        return true;
    }

    private void Compact()
    {
        _bytes.AsSpan(_start, _end - _start).CopyTo(_bytes);
        _end -= _start;
        _start = 0;
    }

    // The burst is drained: replies staged so far go out before we wait for more.
    private int Receive(Span<byte> target)
    {
        beforeWait();
        var got = transport.Receive(target);
        afterWait();
        return got;
    }
}
