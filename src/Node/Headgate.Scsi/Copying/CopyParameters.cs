using Headgate.Scsi.Dispatch;
using Headgate.Scsi.Sense;

namespace Headgate.Scsi.Copying;

/// <summary>A piece of medium to copy, in bytes; <paramref name="ListOffset"/> is where its descriptor stands.</summary>
internal readonly record struct CopySegment(int Source, int Destination, ulong From, ulong To, ulong Bytes, int ListOffset);

/// <summary>A parsed parameter list of EXTENDED COPY (LID1) (SPC-4 6.4).</summary>
internal sealed class CopyParameters
{
    public const byte BlockToBlock = 0x02;
    public const byte BlockToBlockWithOffset = 0x0A;
    public const byte Identification = 0xE4;

    /// <summary>LIST ID USAGE 11b: no results are kept, and the list identifier is zero.</summary>
    private const int NoListId = 3;

    private const byte DestinationCount = 0x02;

    public byte ListId { get; private set; }

    public bool KeepsResult { get; private set; }

    /// <summary>The units named; null: one that this nexus cannot reach.</summary>
    public List<LogicalUnit?> Targets { get; } = [];

    public List<CopySegment> Segments { get; } = [];

    /// <summary>Reads a list; the sense data says what is wrong with it, and nothing is copied then.</summary>
    public static CopyParameters? Read(ReadOnlySpan<byte> list, ICopyTargets targets, out SenseData problem)
    {
        var parameters = new CopyParameters();
        problem = parameters.ReadHeader(list, out var targetBytes, out var segmentBytes)
            ?? parameters.ReadTargets(list.Slice(CopyLimits.HeaderBytes, targetBytes), targets)
            ?? parameters.ReadSegments(list.Slice(CopyLimits.HeaderBytes + targetBytes, segmentBytes), CopyLimits.HeaderBytes + targetBytes)
            ?? default;
        return problem == default ? parameters : null;
    }

    /// <summary>COPY ABORTED with a pointer to the segment's descriptor.</summary>
    public static SenseData Aborted(AdditionalSense code, in CopySegment segment) =>
        new(SenseKey.CopyAborted, code) { Field = new FieldPointer(false, (ushort)segment.ListOffset, -1) };

    private SenseData? ReadHeader(ReadOnlySpan<byte> list, out int targetBytes, out int segmentBytes)
    {
        (targetBytes, segmentBytes) = (0, 0);
        if (list.Length < CopyLimits.HeaderBytes)
            return SenseData.IllegalRequest(AdditionalSense.ParameterListLengthError);
        ListId = list[0];
        var usage = list[1] >> 3 & 3;
        if ((list[1] & 0xC0) != 0 || usage == 1)
            return SenseData.InvalidFieldInParameterList(1, usage == 1 ? 4 : 7);
        if (usage == NoListId && ListId != 0)
            return SenseData.InvalidFieldInParameterList(0, 7);
        KeepsResult = usage != NoListId;
        var (targets, segments, inline) = (Cdb.U16(list, 2), Cdb.U32(list, 8), Cdb.U32(list, 12));
        if (targets % CopyLimits.TargetBytes != 0)
            return SenseData.InvalidFieldInParameterList(2, 7);
        if (targets + (long)segments > CopyLimits.MaxListBytes)
            return SenseData.IllegalRequest(AdditionalSense.ParameterListLengthError);
        if (targets / CopyLimits.TargetBytes > CopyLimits.MaxTargets)
            return SenseData.IllegalRequest(AdditionalSense.TooManyTargetDescriptors);
        if (inline != 0)
            return SenseData.IllegalRequest(AdditionalSense.InlineDataLengthExceeded);
        if (list.Length < CopyLimits.HeaderBytes + targets + segments)
            return SenseData.IllegalRequest(AdditionalSense.ParameterListLengthError);
        (targetBytes, segmentBytes) = (targets, (int)segments);
        return null;
    }

    private SenseData? ReadTargets(ReadOnlySpan<byte> list, ICopyTargets targets)
    {
        const byte nullDevice = 0x20, ofLogicalUnit = 0x00;
        const int maxDesignator = 20;
        for (var at = 0; at < list.Length; at += CopyLimits.TargetBytes)
        {
            var descriptor = list.Slice(at, CopyLimits.TargetBytes);
            var offset = CopyLimits.HeaderBytes + at;
            if (descriptor[0] != Identification)
                return SenseData.IllegalRequest(AdditionalSense.UnsupportedTargetDescriptor) with { Field = new FieldPointer(false, (ushort)offset, -1) };
            // LU ID TYPE: a logical unit number is the only one left in SPC-4; proxy tokens are obsolete.
            if (descriptor[1] >> 6 != 0)
                return SenseData.InvalidFieldInParameterList(offset + 1, 7);
            if ((descriptor[5] & 0x30) != ofLogicalUnit)
                return SenseData.InvalidFieldInParameterList(offset + 5, 5);
            if (descriptor[7] > maxDesignator)
                return SenseData.InvalidFieldInParameterList(offset + 7, 7);
            var isDisk = (descriptor[1] & 0x1F) == 0 && (descriptor[1] & nullDevice) == 0;
            Targets.Add(isDisk ? targets.Find(descriptor.Slice(8, descriptor[7])) : null);
        }

        return null;
    }

    private SenseData? ReadSegments(ReadOnlySpan<byte> list, int offset)
    {
        for (var at = 0; at < list.Length;)
        {
            var descriptor = list[at..];
            var expected = descriptor[0] switch
            {
                BlockToBlock => CopyLimits.SegmentBytes,
                BlockToBlockWithOffset => CopyLimits.OffsetSegmentBytes,
                _ => 0,
            };
            if (expected == 0)
                return SenseData.IllegalRequest(AdditionalSense.UnsupportedSegmentDescriptor) with { Field = new FieldPointer(false, (ushort)(offset + at), -1) };
            if (descriptor.Length < expected)
                return SenseData.IllegalRequest(AdditionalSense.ParameterListLengthError);
            if (Cdb.U16(descriptor, 2) != expected - 4)
                return SenseData.InvalidFieldInParameterList(offset + at + 2, 7);
            if (Segments.Count == CopyLimits.MaxSegments)
                return SenseData.IllegalRequest(AdditionalSense.TooManySegmentDescriptors);
            if (ReadSegment(descriptor, offset + at) is { } problem)
                return problem;
            at += expected;
        }

        return null;
    }

    /// <summary>Blocks to bytes: that is where the block sizes of both sides meet.</summary>
    private SenseData? ReadSegment(ReadOnlySpan<byte> descriptor, int offset)
    {
        var segment = new CopySegment(Cdb.U16(descriptor, 4), Cdb.U16(descriptor, 6), 0, 0, 0, offset);
        if (segment.Source >= Targets.Count || segment.Destination >= Targets.Count)
            return Aborted(AdditionalSense.UnreachableCopyTarget, segment);
        if (Targets[segment.Source] is not { } source || Targets[segment.Destination] is not { } destination)
            return Aborted(AdditionalSense.CopyTargetNotReachable, segment);
        var (sourceBlock, destinationBlock) = ((ulong)source.Geometry.LogicalBlockBytes, (ulong)destination.Geometry.LogicalBlockBytes);
        var (sourceLba, destinationLba) = (Cdb.U64(descriptor, 12), Cdb.U64(descriptor, 20));
        // Past the end; looked at before the product, which could overflow.
        if (sourceLba > source.Blocks || destinationLba > destination.Blocks)
            return Aborted(AdditionalSense.None, segment);
        var hasOffset = descriptor[0] == BlockToBlockWithOffset;
        var bytes = hasOffset ? Cdb.U32(descriptor, 8)
            : Cdb.U16(descriptor, 10) * ((descriptor[1] & DestinationCount) != 0 ? destinationBlock : sourceBlock);
        if (bytes > CopyLimits.MaxSegmentBytes)
            return SenseData.InvalidFieldInParameterList(offset + (hasOffset ? 8 : 10), 7);
        if (!hasOffset && (bytes % destinationBlock != 0 || bytes % sourceBlock != 0))
            return Aborted(AdditionalSense.UnexpectedInexactSegment, segment);
        segment = segment with
        {
            From = sourceLba * sourceBlock + (hasOffset ? Cdb.U16(descriptor, 28) : 0u),
            To = destinationLba * destinationBlock + (hasOffset ? Cdb.U16(descriptor, 30) : 0u),
            Bytes = bytes,
        };
        if (bytes > 0)
            Segments.Add(segment);
        return null;
    }
}
