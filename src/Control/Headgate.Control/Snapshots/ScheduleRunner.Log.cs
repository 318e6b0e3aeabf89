using Microsoft.Extensions.Logging;

namespace Headgate.Control;

public sealed partial class ScheduleRunner
{
    [LoggerMessage(2120, LogLevel.Error, "Snapshot schedules could not be run; it is tried again soon")]
    private partial void LogFailed(Exception exception);
}
