using Microsoft.Extensions.Logging;

namespace Headgate.Node.ElementApi;

internal sealed partial class ElementRpc
{
    private readonly ILogger _logger = logger;

    [LoggerMessage(EventId = 4101, Level = LogLevel.Error, Message = "Element method {Method} failed")]
    private partial void Failed(Exception problem, string? method);

    [LoggerMessage(EventId = 4102, Level = LogLevel.Warning, Message = "The volume store refused: {Code}")]
    private partial void StoreRefused(Exception problem, string code);
}
