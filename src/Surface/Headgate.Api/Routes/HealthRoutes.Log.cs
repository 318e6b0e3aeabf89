using Microsoft.Extensions.Logging;

namespace Headgate.Api.Routes;

internal static partial class HealthRoutes
{
    [LoggerMessage(1010, LogLevel.Error, "The database does not answer")]
    private static partial void LogUnreachable(ILogger log, Exception error);
}
