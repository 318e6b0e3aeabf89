using Headgate.Control.Access;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headgate.Api.Idempotency;

/// <summary>Forgets kept answers that are too old, every hour.</summary>
internal sealed partial class ReplySweeper(ReplyStore replies, TimeProvider clock, ILogger<ReplySweeper> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await replies.SweepAsync(stoppingToken);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                LogFailed(error); // they are only kept longer; the next hour tries again
            }
        }
    }
}
