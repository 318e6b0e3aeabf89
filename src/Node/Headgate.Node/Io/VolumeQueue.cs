using Headgate.Qos;

namespace Headgate.Node.Io;

/// <summary>One volume's place in the gate: its limits, its waiting I/O, its statistics.</summary>
public sealed class VolumeQueue
{
    private readonly Gate _gate;
    private int _depth;

    internal VolumeQueue(Gate gate, QosVolume scheduled, long volumeId) =>
        (_gate, Scheduled, VolumeId) = (gate, scheduled, volumeId);

    /// <summary>The Element volumeID, for logs.</summary>
    public long VolumeId { get; }

    /// <summary>The limits in force.</summary>
    public VolumeLimits Limits => Scheduled.Limits;

    /// <summary>I/Os that wait in the gate or are under way.</summary>
    public int Depth => Volatile.Read(ref _depth);

    /// <summary>Whether so many wait that the target should let no more in (shrink the CmdSN window, TASK SET FULL).</summary>
    public bool IsFull => Depth >= _gate.DepthPerVolumeMax;

    /// <summary>Whether I/O waits in the gate rather than passing it at once. A look from outside the lock: for what need not be exact.</summary>
    internal bool HasBacklog => Scheduled.Waiting > 0;

    /// <summary>Puts new limits in force at once, for waiting I/O too. Any thread.</summary>
    public void Configure(VolumeLimits limits) => _gate.Configure(this, limits);

    /// <summary>What the volume was served up to now. Any thread.</summary>
    public VolumeStatistics ReadStatistics() => _gate.ReadStatistics(this);

    // The rest belongs to the gate and is touched under its lock, unless said otherwise.
    internal QosVolume Scheduled { get; }

    internal VolumeMeter Meter { get; } = new();

    /// <summary>Set when the volume goes out of service; done when nothing of it is under way.</summary>
    internal TaskCompletionSource? Closing { get; set; }

    /// <summary>What it has of the slow lane; touched under that lane's lock.</summary>
    internal LaneShare SlowShare { get; } = new();

    internal void NoteState(long now) => Meter.NoteState(Scheduled.Waiting > 0, Scheduled.IsThrottled, now);

    internal void Enter() => Volatile.Write(ref _depth, _depth + 1);

    internal void Leave() => Volatile.Write(ref _depth, _depth - 1);
}
