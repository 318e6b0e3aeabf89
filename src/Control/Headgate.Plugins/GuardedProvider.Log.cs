using Microsoft.Extensions.Logging;

namespace Headgate.Plugins;

internal sealed partial class GuardedProvider
{
    [LoggerMessage(2101, LogLevel.Warning, "Provider {Provider} is out of service, but a call into it has not ended within {Seconds} s")]
    private partial void LogStillBusy(string provider, double seconds);
}
