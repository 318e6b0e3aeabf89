using Microsoft.Extensions.Logging;

namespace Headgate.Plugins;

internal sealed partial class CallGate
{
    [LoggerMessage(2100, LogLevel.Error, "Provider {Provider} threw in {Call}")]
    private partial void LogThrew(Exception exception, string provider, string call);
}
