using Microsoft.Extensions.Logging;

namespace Headgate.Node;

internal sealed partial class Maintenance
{
    private readonly ILogger _logger;

    [LoggerMessage(EventId = 4001, Level = LogLevel.Error, Message = "A round of maintenance failed and will be tried again")]
    private partial void RoundFailed(Exception problem);
}
