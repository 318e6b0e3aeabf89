using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Plugins;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headgate.Control;

/// <summary>
/// Looks at the plug-in folder once before anything else starts, and then again and again; what it finds is written to the log of
/// events. Looking beats being told: inotify misses network file systems, and would wake for every file of a copy.
/// </summary>
public sealed partial class PluginWatch(
    ProviderRegistry registry, PluginOptions options, HeadgateDatabase database, TimeProvider time, ILogger<PluginWatch> log) : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _watching = Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Folder is null) return;
        await LookAsync(onlySettled: false, "server", cancellationToken).ConfigureAwait(false);
        _watching = WatchAsync();
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _watching.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // a look may be within a plug-in that hangs
    }

    /// <summary>Looks now and records what changed as <paramref name="actor"/>'s doing.</summary>
    public async Task LookAsync(bool onlySettled, string actor, CancellationToken stop)
    {
        var changes = await registry.RescanAsync(onlySettled, stop).ConfigureAwait(false);
        if (changes.Count == 0) return;
        await database.WriteAsync(
            (db, _) =>
            {
                foreach (var change in changes)
                    db.Record(
                        time.GetUtcNow(), actor, change.Code, "provider", null, change.Name, null, change.Message,
                        change.Code == "provider.loaded" ? EventSeverity.Info : EventSeverity.Warning);
                return Task.CompletedTask;
            },
            CancellationToken.None).ConfigureAwait(false); // the changes stand, whether or not who asked still waits
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private async Task WatchAsync()
    {
        var stop = _stop.Token; // kept: a look that outlasts the stop finds its source disposed of
        using var timer = new PeriodicTimer(options.LookEvery, time);
        while (true)
        {
            try
            {
                if (!await timer.WaitForNextTickAsync(stop).ConfigureAwait(false)) return;
                await LookAsync(onlySettled: true, "server", stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                LogLookFailed(e); // the database is away: what was found is found, only its event is missing
            }
        }
    }
}
