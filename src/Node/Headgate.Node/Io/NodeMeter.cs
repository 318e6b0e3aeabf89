namespace Headgate.Node.Io;

/// <summary>Counts what the whole node served. Only touched under the gate's lock.</summary>
internal sealed class NodeMeter(long startedNs)
{
    private const long SampleNs = VolumeStatistics.SamplePeriodMs * 1_000_000L;

    private long _readOps, _writeOps, _readBytes, _writeBytes;
    private long _sampleIndex, _currentOps, _lastOps, _peakOps;

    public void NoteCompleted(VolumeIo io, long now)
    {
        if (io.TransferBytes == 0) return;
        Roll(now);
        _currentOps++;
        if (io.IsWrite) (_writeOps, _writeBytes) = (_writeOps + 1, _writeBytes + io.TransferBytes);
        else (_readOps, _readBytes) = (_readOps + 1, _readBytes + io.TransferBytes);
    }

    public NodeIoStatistics Read(int depth, long overloadNs, long now)
    {
        Roll(now);
        var seconds = Math.Max(1, (now - startedNs) / 1_000_000_000);
        return new NodeIoStatistics
        {
            ReadOps = _readOps,
            WriteOps = _writeOps,
            ReadBytes = _readBytes,
            WriteBytes = _writeBytes,
            CurrentIops = PerSecond(_lastOps),
            AverageIops = (_readOps + _writeOps) / seconds,
            PeakIops = PerSecond(_peakOps),
            ClientQueueDepth = depth,
            OverloadMs = overloadNs / 1_000_000,
        };
    }

    private void Roll(long now)
    {
        var index = now / SampleNs;
        if (index == _sampleIndex) return;
        _lastOps = index == _sampleIndex + 1 ? _currentOps : 0;
        _peakOps = Math.Max(_peakOps, _currentOps);
        _currentOps = 0;
        _sampleIndex = index;
    }

    private static long PerSecond(long perSample) => perSample * 1000 / VolumeStatistics.SamplePeriodMs;
}
