using Microsoft.Extensions.Logging;

namespace Headgate.Server;

internal sealed partial class NodeEventBridge
{
    [LoggerMessage(EventId = 9001, Level = LogLevel.Error, Message = "{Count} events of the node could not be kept.")]
    private partial void LogLost(Exception fault, int count);
}
