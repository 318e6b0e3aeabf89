using Microsoft.Extensions.Logging;

namespace Headgate.Api.Idempotency;

internal sealed partial class ReplySweeper
{
    [LoggerMessage(1020, LogLevel.Warning, "Old idempotent replies could not be forgotten")]
    private partial void LogFailed(Exception error);
}
