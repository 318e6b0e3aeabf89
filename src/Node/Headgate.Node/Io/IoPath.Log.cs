using Microsoft.Extensions.Logging;

namespace Headgate.Node.Io;

public sealed partial class IoPath
{
    [LoggerMessage(EventId = 2101, Level = LogLevel.Error, Message = "A {Kind} on volume {VolumeId} threw; the client is told that it failed.")]
    private partial void LogAccessThrew(Exception bug, IoKind kind, long volumeId);

    [LoggerMessage(EventId = 2102, Level = LogLevel.Error, Message = "The completion of an I/O on volume {VolumeId} threw; its reply may be lost.")]
    private partial void LogCompletionThrew(Exception bug, long volumeId);
}
