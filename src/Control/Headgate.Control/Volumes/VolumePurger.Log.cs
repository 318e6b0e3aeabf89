using Microsoft.Extensions.Logging;

namespace Headgate.Control;

public sealed partial class VolumePurger
{
    [LoggerMessage(2110, LogLevel.Information, "Expunging {Count} volume(s) whose time in the recycle bin is over")]
    private partial void LogPurged(int count);

    [LoggerMessage(2111, LogLevel.Error, "The recycle bin could not be looked through; it is tried again soon")]
    private partial void LogFailed(Exception exception);
}
