using System.Buffers;

namespace Headgate.Iscsi.Text;

/// <summary>
/// Gathers the text of requests that go on in the next PDU (C bit, RFC 7143 section 6.2): a pair may be cut anywhere.
/// </summary>
public sealed class TextAccumulator
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>Whether a part is waiting for the rest.</summary>
    public bool IsEmpty => _bytes.WrittenCount == 0;

    /// <summary>All so far.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

    /// <summary>Adds a PDU's data segment; false when the negotiation becomes longer than <see cref="Limits.NegotiationBytes"/>.</summary>
    public bool TryAdd(ReadOnlySpan<byte> part)
    {
        if (_bytes.WrittenCount + part.Length > Limits.NegotiationBytes) return false;
        _bytes.Write(part);
        return true;
    }

    public void Clear() => _bytes.ResetWrittenCount();
}
