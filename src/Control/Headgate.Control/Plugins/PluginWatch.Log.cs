using Microsoft.Extensions.Logging;

namespace Headgate.Control;

public sealed partial class PluginWatch
{
    [LoggerMessage(2120, LogLevel.Warning, "A look at the plug-in folder failed; the next one follows")]
    private partial void LogLookFailed(Exception exception);
}
