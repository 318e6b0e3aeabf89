using Microsoft.Extensions.Logging;

namespace Headgate.Api.Problems;

internal sealed partial class ProblemMiddleware
{
    [LoggerMessage(1001, LogLevel.Error, "{Method} {Route} failed, request {Request}")]
    private partial void LogUnhandled(Exception error, string method, string route, string request);

    [LoggerMessage(1002, LogLevel.Warning, "{Method} {Route} was refused: {Reason}")]
    private partial void LogDatabaseAway(string method, string route, string reason);
}
