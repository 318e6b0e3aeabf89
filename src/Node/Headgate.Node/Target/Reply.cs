using Headgate.Iscsi.Pdu;

namespace Headgate.Node.Target;

/// <summary>Something that a connection has to send: one PDU, or the Data-In and status of a command.</summary>
internal interface IReply
{
    /// <summary>The one behind it in the pump; for the pump only.</summary>
    IReply? NextReply { get; set; }

    /// <summary>
    /// Bytes that it keeps in memory until it is sent and that nobody else accounts for. The same from staging to sending.
    /// </summary>
    int HeldBytes { get; }

    /// <summary>Forms its next PDU; true when that was the last. One thread at a time, and only the pump calls.</summary>
    bool WriteNext(PduWriter writer, CommandNumbers numbers);

    /// <summary>All of it has been sent, or the connection is gone.</summary>
    void OnSent();
}

/// <summary>A reply of one PDU whose header is formed already, but for its sequence numbers. Pooled by its pump.</summary>
internal sealed class ControlReply(ReplyPump pump) : IReply
{
    private readonly byte[] _header = new byte[BasicHeader.Size];

    public IReply? NextReply { get; set; }

    public Span<byte> Header => _header;

    public ReadOnlyMemory<byte> Data { get; set; }

    public int HeldBytes => Data.Length;

    /// <summary>False for R2T and for pings of ours: they show the next StatSN and leave it.</summary>
    public bool UsesStatSn { get; set; }

    /// <summary>Run when it is formed but before it is sent: digests begin, the pump ends.</summary>
    public Action? WhenFormed { get; set; }

    /// <summary>Run when it is in the kernel's hands.</summary>
    public Action? WhenSent { get; set; }

    public bool WriteNext(PduWriter writer, CommandNumbers numbers)
    {
        ResponseHeader.Stamp(_header, UsesStatSn ? numbers.Next() : numbers.Current());
        _header.CopyTo(writer.Header);
        writer.Finish(Data);
        WhenFormed?.Invoke();
        return true;
    }

    public void OnSent()
    {
        WhenSent?.Invoke();
        (Data, WhenFormed, WhenSent) = (default, null, null);
        pump.Recycle(this);
    }
}
