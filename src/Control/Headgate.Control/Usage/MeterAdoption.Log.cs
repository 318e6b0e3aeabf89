using Microsoft.Extensions.Logging;

namespace Headgate.Control.Usage;

public sealed partial class MeterAdoption
{
    [LoggerMessage(2150, LogLevel.Information, "{Objects} volumes, snapshots and templates from before there was usage are metered from now on")]
    private partial void LogAdopted(int objects);

    [LoggerMessage(2151, LogLevel.Warning, "Objects from before there was usage could not all be given meters; the next start tries again")]
    private partial void LogFailed(Exception failed);
}
