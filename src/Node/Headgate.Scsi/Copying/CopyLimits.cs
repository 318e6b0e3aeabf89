namespace Headgate.Scsi.Copying;

/// <summary>Bounds of EXTENDED COPY; RECEIVE COPY RESULTS and VPD page 8Fh tell them.</summary>
public static class CopyLimits
{
    /// <summary>CSCD descriptors of one command: source and destination, and some for tools that list all their disks.</summary>
    public const int MaxTargets = 8;

    /// <summary>Segment descriptors of one command. ESXi sends one or a few; sg_xcopy one.</summary>
    public const int MaxSegments = 64;

    /// <summary>Bytes of one segment: what 16 bits of 4 KiB blocks can name.</summary>
    public const uint MaxSegmentBytes = 256 << 20;

    /// <summary>Copies at one time on one unit; each holds a buffer of <see cref="QuantumBytes"/>.</summary>
    public const int MaxConcurrent = 16;

    /// <summary>Results kept on one unit for RECEIVE COPY RESULTS; the oldest goes first.</summary>
    public const int MaxKeptResults = 64;

    /// <summary>Bytes that a copy reads, then writes, before it waits for its turn again.</summary>
    public const int QuantumBytes = 1 << 20;

    /// <summary>Identification CSCD descriptor (SPC-4 6.4.5.2).</summary>
    public const int TargetBytes = 32;

    /// <summary>Block to block segment descriptor 02h, with its header.</summary>
    public const int SegmentBytes = 28;

    /// <summary>Segment descriptor 0Ah, with its header.</summary>
    public const int OffsetSegmentBytes = 32;

    /// <summary>Both lists together: full ones of targets and of segments 02h.</summary>
    public const int MaxListBytes = (MaxTargets * TargetBytes) + (MaxSegments * SegmentBytes);

    /// <summary>The parameter list's header.</summary>
    public const int HeaderBytes = 16;

    /// <summary>Type codes that are served, ascending.</summary>
    internal static ReadOnlySpan<byte> Descriptors => [CopyParameters.BlockToBlock, CopyParameters.BlockToBlockWithOffset, CopyParameters.Identification];
}
