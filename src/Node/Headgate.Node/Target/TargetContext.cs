using Headgate.Node.Io;
using Microsoft.Extensions.Logging;

namespace Headgate.Node.Target;

/// <summary>What all connections of a target use.</summary>
internal sealed record TargetContext(
    IscsiTargetOptions Options, ITargetDirectory Directory, IoPath Io, SessionRegistry Sessions, LoginEvents Events,
    TimeProvider Clock, ILogger Logger)
{
    /// <summary>The only portal group, so its tag is a constant (RFC 7143 section 13.9).</summary>
    public const ushort PortalGroupTag = 1;

    public BufferPool Buffers { get; } = new();

    public VolumeSessionsTable Volumes { get; } = new();
}
