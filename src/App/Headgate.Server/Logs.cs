using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Headgate.Server;

/// <summary>Logs for people, on standard error: ours from Information on, frameworks' from Warning on.</summary>
internal static class Logs
{
    public static ILoggerFactory ToStandardError() => LoggerFactory.Create(Configure);

    public static void Configure(ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(LogLevel.Warning);
        logging.AddFilter("Headgate", LogLevel.Information);
        // A probe's 4xx is the client's business; EF warns of every query that it finds worth a thought.
        logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Error);
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
            console.UseUtcTimestamp = true;
            console.ColorBehavior = LoggerColorBehavior.Default;
        });
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
