namespace Headgate.Node.Io;

/// <summary>The gate's and engine's own notes on a <see cref="VolumeIo"/>.</summary>
internal struct IoTicket
{
    /// <summary>When it came to the gate, in monotonic nanoseconds.</summary>
    public long SubmittedNs;

    /// <summary>When it left the gate.</summary>
    public long DispatchedNs;

    /// <summary>Accesses to the medium that it took, one after the other.</summary>
    public int Pieces;

    /// <summary>What it was charged, in hundredths; 0 for what the scheduler does not see.</summary>
    public int CostHundredths;

    /// <summary>Next in a batch or in a lane of the engine.</summary>
    public VolumeIo? Next;
}

/// <summary>I/Os on their way out of the gate, in order, linked through their tickets.</summary>
internal struct IoBatch
{
    private VolumeIo? _last;

    public VolumeIo? First { get; private set; }

    public void Add(VolumeIo io)
    {
        io.Ticket.Next = null;
        if (_last is null) First = io;
        else _last.Ticket.Next = io;
        _last = io;
    }

    /// <summary>The first, taken out; null when there is none.</summary>
    public VolumeIo? TakeFirst()
    {
        var io = First;
        First = io?.Ticket.Next;
        if (First is null) _last = null;
        return io;
    }
}
