using Microsoft.Extensions.Logging;

namespace Headgate.Node;

internal sealed partial class EventLog
{
    private readonly ILogger _logger = logger;

    [LoggerMessage(EventId = 4000, Message = "{Code}: {Text}")]
    private partial void Happened(LogLevel level, string code, string text);
}
