using System.Buffers;
using Headgate.Scsi.Sense;

namespace Headgate.Scsi.Copying;

/// <summary>
/// A copy under way: reads up to a quantum from the source, then writes it to the destination, each charged to the volume
/// that it touches. Reservations, write protection and the ends of both are looked at again before each.
/// </summary>
internal sealed class CopyWork(LogicalUnit manager, Nexus nexus, CopyParameters parameters, CopyRecord record) : LongCommand
{
    private int _segment;
    private ulong _done; // bytes of the segment that are written
    private bool _holdsData; // what was read waits to be written
    private bool _isOver;

    public override int BufferBytes => CopyLimits.QuantumBytes + (2 * MaxBlockBytes);

    public override WorkQuantum? Next
    {
        get
        {
            if (_isOver)
                return null;
            var piece = Piece();
            if (!_holdsData)
                return new WorkQuantum(Source, (long)piece.Bytes, IsWrite: false, IsExclusive: false);
            var block = (ulong)Destination.Geometry.LogicalBlockBytes;
            var isWhole = piece.To % block == 0 && piece.Bytes % block == 0;
            return new WorkQuantum(Destination, (long)piece.Bytes, IsWrite: true, IsExclusive: !isWhole);
        }
    }

    private const int MaxBlockBytes = 4096;

    private CopySegment Segment => parameters.Segments[_segment];

    private LogicalUnit Source => parameters.Targets[Segment.Source]!;

    private LogicalUnit Destination => parameters.Targets[Segment.Destination]!;

    /// <summary>Finds out, before anything is copied, whether all of it may be (SPC-4 5.17.7.2).</summary>
    public SenseData? Check()
    {
        foreach (var segment in parameters.Segments)
        {
            if (Judge(parameters.Targets[segment.Source]!, segment.From, segment.Bytes, writes: false, segment) is { } bad)
                return bad;
            if (Judge(parameters.Targets[segment.Destination]!, segment.To, segment.Bytes, writes: true, segment) is { } worse)
                return worse;
        }

        return null;
    }

    public void Begin()
    {
        if (parameters.Segments.Count == 0)
            Finish(ScsiResult.Good);
    }

    public override void Run(IMedium medium, Span<byte> buffer)
    {
        var piece = Piece();
        var unit = _holdsData ? Destination : Source;
        if (Judge(unit, _holdsData ? piece.To : piece.From, piece.Bytes, _holdsData, Segment) is { } problem)
        {
            Fail(problem);
            return;
        }

        var status = _holdsData ? Write(medium, buffer, piece) : Read(medium, buffer, piece);
        if (status != MediumStatus.Good)
        {
            Fail(CopyParameters.Aborted(AdditionalSense.ThirdPartyDeviceFailure, Segment));
            return;
        }

        if (_holdsData)
            Advance(piece.Bytes);
        else
            _holdsData = true;
    }

    public override void Lose() => Fail(CopyParameters.Aborted(AdditionalSense.CopyTargetNotReachable, Segment));

    public override void Abandon()
    {
        if (!_isOver)
            Finish(new ScsiResult(ScsiStatus.CheckCondition, default, default));
    }

    /// <summary>From the end backwards when the destination lies over the source and behind its start, as memmove does.</summary>
    private CopySegment Piece()
    {
        var segment = Segment;
        var bytes = Math.Min(CopyLimits.QuantumBytes, segment.Bytes - _done);
        var backwards = Source == Destination && segment.To > segment.From && segment.To - segment.From < segment.Bytes;
        var at = backwards ? segment.Bytes - _done - bytes : _done;
        return segment with { From = segment.From + at, To = segment.To + at, Bytes = bytes };
    }

    private SenseData? Judge(LogicalUnit unit, ulong offset, ulong bytes, bool writes, in CopySegment segment)
    {
        var state = unit.State;
        var end = state.Blocks * (ulong)unit.Geometry.LogicalBlockBytes;
        if (offset > end || bytes > end - offset)
            return CopyParameters.Aborted(AdditionalSense.None, segment);
        if (state.Ejected || state.Sanitize is not null || (writes && state.AnyWriteProtection))
            return CopyParameters.Aborted(AdditionalSense.ThirdPartyDeviceFailure, segment);
        return unit.IsOpenTo(nexus, writes) ? null : CopyParameters.Aborted(AdditionalSense.ThirdPartyDeviceFailure, segment);
    }

    /// <summary>Whole blocks around the piece; its own bytes start at the first one's offset.</summary>
    private MediumStatus Read(IMedium medium, Span<byte> buffer, in CopySegment piece)
    {
        var (lba, head, length) = Cover(piece.From, piece.Bytes, Source);
        var status = medium.Read(lba, buffer[..length]);
        if (head != 0)
            buffer.Slice(head, (int)piece.Bytes).CopyTo(buffer);
        return status;
    }

    private MediumStatus Write(IMedium medium, ReadOnlySpan<byte> buffer, in CopySegment piece)
    {
        var (lba, head, length) = Cover(piece.To, piece.Bytes, Destination);
        var data = buffer[..(int)piece.Bytes];
        lock (Destination.MediumGate)
        {
            if (length == data.Length)
                return medium.Write(lba, data, fua: false);
            var merged = ArrayPool<byte>.Shared.Rent(length);
            try
            {
                var status = medium.Read(lba, merged.AsSpan(0, length));
                if (status != MediumStatus.Good)
                    return status;
                data.CopyTo(merged.AsSpan(head));
                return medium.Write(lba, merged.AsSpan(0, length), fua: false);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(merged);
            }
        }
    }

    private static (ulong Lba, int Head, int Length) Cover(ulong offset, ulong bytes, LogicalUnit unit)
    {
        var block = (ulong)unit.Geometry.LogicalBlockBytes;
        var head = offset % block;
        return (offset / block, (int)head, (int)((head + bytes + block - 1) / block * block));
    }

    private void Advance(ulong bytes)
    {
        _holdsData = false;
        _done += bytes;
        record.Bytes += (long)bytes;
        if (_done < Segment.Bytes)
            return;
        _done = 0;
        _segment++;
        record.Segments = _segment;
        if (_segment == parameters.Segments.Count)
            Finish(ScsiResult.Good);
    }

    private void Fail(in SenseData problem) => Finish(
        new ScsiResult(ScsiStatus.CheckCondition, default, problem.Encode(manager.State.DescriptorSense)));

    private void Finish(ScsiResult result)
    {
        _isOver = true;
        Result = result;
        manager.Copies.End(record, result.Status == ScsiStatus.Good, parameters.KeepsResult);
    }
}
