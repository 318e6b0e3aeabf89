using Headgate.Qos;

namespace Headgate.Node.Io;

/// <summary>The gate's and engine's own notes on a <see cref="VolumeIo"/>.</summary>
internal struct IoTicket
{
    public long SubmittedTicks;
    public long DispatchedTicks;
}

/// <summary>The way of all I/O of a node: gate (QoS scheduler under a lock), bounded in-flight, engine threads.</summary>
public sealed class IoPath : IDisposable
{
    /// <summary>Starts the engine's threads.</summary>
    public IoPath(IoPathOptions options) => Options = options;

    /// <summary>The sizes that it runs with.</summary>
    public IoPathOptions Options { get; }

    /// <summary>Makes a place in the gate for a volume that comes into service.</summary>
    public VolumeQueue AddVolume(long volumeId, VolumeLimits limits) => new(this, volumeId, limits);

    /// <summary>
    /// Takes a volume out of service: what waits, and what is submitted from now on, completes with
    /// <see cref="Blocks.IoFault.Gone"/>; the task ends when nothing of it is under way any more.
    /// </summary>
    public Task RemoveVolumeAsync(VolumeQueue queue) => throw new NotSupportedException(queue.ToString());

    /// <summary>Hands over one I/O. Any thread; does not wait.</summary>
    public void Submit(VolumeIo io) => throw new NotSupportedException(io.ToString());

    /// <summary>
    /// Takes back an I/O that still waits in the gate: true, and it will not run nor be completed. False: it is
    /// under way or done, and <see cref="VolumeIo.OnCompleted"/> comes or has come.
    /// </summary>
    public bool Abort(VolumeIo io) => throw new NotSupportedException(io.ToString());

    /// <summary>What the whole node served up to now. Any thread.</summary>
    public NodeIoStatistics ReadStatistics() => throw new NotSupportedException();

    /// <summary>
    /// Orderly end: what waits completes with <see cref="Blocks.IoFault.Gone"/>, what is under way is finished, then
    /// the threads end. Returns when they have.
    /// </summary>
    public void Stop() => throw new NotSupportedException();

    /// <summary>Same as <see cref="Stop"/>; safe to call after it.</summary>
    public void Dispose() => Stop();
}
