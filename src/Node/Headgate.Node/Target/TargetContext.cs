using Headgate.Node.Io;
using Microsoft.Extensions.Logging;

namespace Headgate.Node.Target;

/// <summary>What all connections of a target use.</summary>
internal sealed record TargetContext(
    IscsiTargetOptions Options, ITargetDirectory Directory, IoPath Io, SessionRegistry Sessions, LoginEvents Events,
    TimeProvider Clock, ILogger Logger)
{
    public PortalMap Portals { get; } = new(Options);

    public ConnectionTable Connections { get; } = new(Options);

    public BufferPool Buffers { get; } = new();

    /// <summary>What the data of commands may take of the node's memory, all sessions together.</summary>
    public BufferBudget BufferBudget { get; } = new(Options.BufferedBytesMax);

    public VolumeSessionsTable Volumes { get; } = new();
}
