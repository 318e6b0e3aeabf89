namespace Headgate.Qos;

/// <summary>
/// The limits in bytes per second of one volume. Apart from <see cref="QosVolume"/>, since few volumes have any: what a
/// decision reads of a volume stays within three cache lines.
/// </summary>
internal sealed class BandwidthClocks
{
    private const int NsPerByte = 1_000_000_000;

    private PaceClock _total = new(NsPerByte);
    private PaceClock _read = new(NsPerByte);
    private PaceClock _write = new(NsPerByte);

    /// <summary>When a transfer in this direction may go.</summary>
    public long EligibleAt(bool isWrite) => Math.Max(_total.Next, NextOf(isWrite));

    /// <summary>When this direction's own limit lets one go, whatever they may move together.</summary>
    public long NextOf(bool isWrite) => isWrite ? _write.Next : _read.Next;

    /// <summary>Takes a transfer from the limits; time not used before <paramref name="floor"/> is lost.</summary>
    public void Charge(long bytes, bool isWrite, long floor)
    {
        _total.Charge(bytes, floor);
        if (isWrite) _write.Charge(bytes, floor);
        else _read.Charge(bytes, floor);
    }

    /// <summary>Puts new limits in force.</summary>
    public void Configure(VolumeLimits former, VolumeLimits limits, long now)
    {
        _total.SetRate(former.TotalBytesPerSecond, limits.TotalBytesPerSecond, now);
        _read.SetRate(former.ReadBytesPerSecond, limits.ReadBytesPerSecond, now);
        _write.SetRate(former.WriteBytesPerSecond, limits.WriteBytesPerSecond, now);
    }
}
