using Headgate.Blocks;
using Headgate.Node.Io;
using Headgate.Node.Target;
using Headgate.Scsi;

namespace Headgate.Node;

/// <summary>
/// A volume in service: what a session needs of it. One per active volume, made by the catalog when the node starts or
/// the volume is created, the same object for all its sessions until it is deleted.
/// </summary>
public sealed class VolumeRuntime(long volumeId, string targetName, IBlockDevice device, LogicalUnit unit, VolumeQueue queue)
{
    /// <summary>The Element volumeID.</summary>
    public long VolumeId { get; } = volumeId;

    /// <summary>Its iSCSI target name; the volume is LUN 0 of it.</summary>
    public string TargetName { get; } = targetName;

    /// <summary>Its bytes.</summary>
    public IBlockDevice Device { get; } = device;

    /// <summary>Its SCSI side: identity, mode pages, reservations, unit attentions; shared by all sessions.</summary>
    public LogicalUnit Unit { get; } = unit;

    private VolumeSanitizer? _sanitizer;

    /// <summary>What carries out its sanitize operation; made when it is first needed.</summary>
    internal VolumeSanitizer SanitizerOf(IoPath io, TimeProvider clock) =>
        Volatile.Read(ref _sanitizer)
        ?? Interlocked.CompareExchange(ref _sanitizer, new VolumeSanitizer(this, io, clock), null)
        ?? _sanitizer!;

    /// <summary>Where its I/O waits for its turn, and what it was served.</summary>
    public VolumeQueue Queue { get; } = queue;
}
