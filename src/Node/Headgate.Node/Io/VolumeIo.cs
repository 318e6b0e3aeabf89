using Headgate.Blocks;
using Headgate.Qos;

namespace Headgate.Node.Io;

/// <summary>What one I/O does.</summary>
public enum IoKind
{
    /// <summary><see cref="VolumeIo.Buffer"/> is filled from <see cref="VolumeIo.Offset"/>.</summary>
    Read,

    /// <summary><see cref="VolumeIo.Buffer"/> is written at <see cref="VolumeIo.Offset"/>.</summary>
    Write,

    /// <summary><see cref="VolumeIo.Execute"/> is run on a thread that may wait: flush, unmap, compare and write, …</summary>
    Call,
}

/// <summary>
/// One I/O on its way: session → gate (QoS) → engine → back. Sessions pool these; nothing on the way allocates. The
/// session fills it in, calls <see cref="IoPath.Submit"/>, and does not touch it until <see cref="OnCompleted"/>.
/// </summary>
public abstract class VolumeIo : QosRequest
{
    /// <summary>Whose it is.</summary>
    public VolumeRuntime Volume { get; set; } = null!;

    /// <summary>What it does.</summary>
    public IoKind Kind { get; set; }

    /// <summary>Byte offset on the volume, for reads and writes.</summary>
    public long Offset { get; set; }

    /// <summary>The data, pinned or pinnable, for reads and writes.</summary>
    public Memory<byte> Buffer { get; set; }

    /// <summary>A write with FUA.</summary>
    public bool Durable { get; set; }

    /// <summary>Bytes that the cost curve is asked about; 0 for what is free of IOPS (SYNCHRONIZE CACHE).</summary>
    public long CostBytes { get; set; }

    /// <summary>Bytes that it moves to or from the medium, for statistics and bandwidth limits; 0 for UNMAP and the like.</summary>
    public long TransferBytes { get; set; }

    /// <summary>Whether it counts as a write in statistics and bandwidth limits.</summary>
    public bool IsWrite { get; set; }

    /// <summary>The work of <see cref="IoKind.Call"/>; runs on an engine thread and may wait.</summary>
    public abstract IoFault Execute();

    /// <summary>
    /// Called once: on an engine thread, or with <see cref="IoFault.Gone"/> on the thread that takes the volume out of
    /// service or submits to one that is. Must not wait: stage the reply and return. Not called after a successful
    /// <see cref="IoPath.Abort"/>.
    /// </summary>
    public abstract void OnCompleted(IoFault fault);

    /// <summary>When it left the gate for the medium, in monotonic nanoseconds.</summary>
    public long DispatchedNs => Ticket.DispatchedNs;

    /// <summary>For the gate and the engine: intrusive link, time stamps, scheduler's ticket. Not for sessions.</summary>
    internal IoTicket Ticket;
}
