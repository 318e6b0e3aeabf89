using Microsoft.Extensions.Logging;

namespace Headgate.Control.Servers;

public sealed partial class ServerPresence
{
    [LoggerMessage(2200, LogLevel.Warning, "This server could not say in the database that it is there")]
    private partial void LogSilent(Exception exception);
}
