using Microsoft.Extensions.Logging;

namespace Headgate.Control;

public sealed partial class Reconciler
{
    [LoggerMessage(2100, LogLevel.Warning, "Pool {Pool} differs from its storage in {Count} point(s); see 'headgate finding list'")]
    private partial void LogFound(string pool, int count);

    [LoggerMessage(2101, LogLevel.Warning, "Pool {Pool} could not be compared with its storage: {Problem}")]
    private partial void LogUnreachable(string pool, string problem);

    [LoggerMessage(2102, LogLevel.Error, "Pools could not be compared with their storages; it is tried again soon")]
    private partial void LogFailed(Exception exception);
}
