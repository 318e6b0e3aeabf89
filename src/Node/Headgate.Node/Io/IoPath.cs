namespace Headgate.Node.Io;

// Owner of this folder fills these in; the shapes that sessions and catalog rely on are here.

/// <summary>The gate's and engine's own notes on a <see cref="VolumeIo"/>.</summary>
internal struct IoTicket
{
    public long SubmittedTicks;
    public long DispatchedTicks;
}

/// <summary>One volume's place in the gate: its limits, its waiting I/O, its statistics.</summary>
public sealed class VolumeQueue
{
}

/// <summary>The way of all I/O of a node: gate (QoS scheduler under a lock), bounded in-flight, engine threads.</summary>
public sealed class IoPath
{
    /// <summary>Hands over one I/O. Any thread; does not wait.</summary>
    public void Submit(VolumeIo io) => throw new NotSupportedException(io.ToString());

    /// <summary>
    /// Takes back an I/O that still waits in the gate: true, and it will not run nor be completed. False: it is
    /// under way or done, and <see cref="VolumeIo.OnCompleted"/> comes or has come.
    /// </summary>
    public bool Abort(VolumeIo io) => throw new NotSupportedException(io.ToString());
}
