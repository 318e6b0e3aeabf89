using Microsoft.Extensions.Logging;

namespace Headgate.Plugins;

public sealed partial class ProviderRegistry
{
    [LoggerMessage(2110, LogLevel.Information, "{Code}: {Message}")]
    private partial void LogChange(string code, string message);

    [LoggerMessage(2111, LogLevel.Warning, "The plug-in folder {Folder} cannot be read ({Problem}); plug-ins stay as they are")]
    private partial void LogUnreadable(string folder, string problem);
}
