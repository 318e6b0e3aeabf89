using Microsoft.Extensions.Logging;

namespace Headgate.Plugins;

internal sealed partial class CallGate
{
    [LoggerMessage(2100, LogLevel.Error, "Provider {Provider} threw in {Call}: {Exception}")]
    private partial void LogThrew(string provider, string call, string exception);

    [LoggerMessage(2102, LogLevel.Error, "Provider {Provider} does not return from {Call}; the call was given up, and what it does is not known")]
    private partial void LogGivenUp(string provider, string call);

    [LoggerMessage(2103, LogLevel.Warning, "Provider {Provider} returned from {Call} after the call was given up {Exception}")]
    private partial void LogCameBack(string provider, string call, string exception);
}
