using Headgate.Qos;

namespace Headgate.Node.Io;

/// <summary>One volume's place in the gate: its limits, its waiting I/O, its statistics.</summary>
public sealed class VolumeQueue
{
    internal VolumeQueue(IoPath path, long volumeId, VolumeLimits limits) =>
        (Path, VolumeId, Limits) = (path, volumeId, limits);

    internal IoPath Path { get; }

    /// <summary>The Element volumeID, for logs.</summary>
    public long VolumeId { get; }

    /// <summary>The limits in force.</summary>
    public VolumeLimits Limits { get; private set; }

    /// <summary>I/Os that wait in the gate or are under way.</summary>
    public int Depth { get; internal set; }

    /// <summary>Whether so many wait that the target should let no more in (shrink the CmdSN window, TASK SET FULL).</summary>
    public bool IsFull => Depth >= Path.Options.WaitingPerVolumeMax;

    /// <summary>Puts new limits in force at once, for waiting I/O too. Any thread.</summary>
    public void Configure(VolumeLimits limits) => Limits = limits;

    /// <summary>What the volume was served up to now. Any thread.</summary>
    public VolumeStatistics ReadStatistics() => throw new NotSupportedException();
}
