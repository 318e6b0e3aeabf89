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

    /// <summary>What the data of commands may take of the node's memory, all sessions together.</summary>
    public BufferBudget BufferBudget { get; } = new(Options.BufferedBytesMax);

    public VolumeSessionsTable Volumes { get; } = new();
}
