using System.Collections.Concurrent;
using Headgate.Persistence;
using Microsoft.Extensions.Logging;

namespace Headgate.Operations;

/// <summary>How an engine works.</summary>
public sealed record EngineOptions
{
    /// <summary>
    /// This server's name, the same over restarts and unlike any other server's: what an earlier process of this name
    /// held is taken over at once instead of after <see cref="Lease"/>.
    /// </summary>
    public required string ServerName { get; init; }

    /// <summary>How long another server waits before it takes over from one that fell silent. Renewed three times as often.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Operations at a time: enough to keep an array busy, few enough not to run it over.</summary>
    public int MostAtOnce { get; init; } = 32;

    /// <summary>How often to look for what other servers have left.</summary>
    public TimeSpan LookAgain { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>
/// Carries out operations: takes what is due, runs its steps, journals each, goes on after any crash where the journal
/// ends. One per process; several processes can share a database.
/// </summary>
public sealed partial class OperationEngine : IAsyncDisposable
{
    private readonly OperationCatalog _catalog;
    private readonly OperationFeed _feed;
    private readonly OperationJournal _journal;
    private readonly IFaultPoints _faults;
    private readonly TimeProvider _time;
    private readonly EngineOptions _options;
    private readonly ILogger _log;
    private readonly ConcurrentDictionary<Guid, Task> _running = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _loops = Task.CompletedTask;

    /// <summary>An engine at rest.</summary>
    public OperationEngine(
        HeadgateDatabase database, OperationCatalog catalog, OperationFeed feed, IFaultPoints faults, TimeProvider time,
        EngineOptions options, ILogger<OperationEngine> log)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_catalog, _feed, _faults, _time, _options, _log) = (catalog, feed, faults, time, options, log);
        _journal = new OperationJournal(database, catalog, feed, time, $"{options.ServerName}#{Guid.NewGuid():N}");
    }

    /// <summary>True from the end of <see cref="StartAsync"/> to the beginning of <see cref="StopAsync"/>.</summary>
    public bool IsRunning => !_loops.IsCompleted && !_stop.IsCancellationRequested;

    /// <summary>Takes over what an earlier process of this server left, and begins to work.</summary>
    public async Task StartAsync(CancellationToken stop)
    {
        var resumed = await _journal.ReleaseAsync($"{_options.ServerName}#", stop).ConfigureAwait(false);
        if (resumed > 0) LogResumed(resumed);
        _loops = Task.WhenAll(TakeAsync(), RenewAsync());
    }

    /// <summary>Takes nothing new, lets the steps under way end, and frees the rest for whoever comes next.</summary>
    public async Task StopAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await HaltAsync().ConfigureAwait(false);
        try
        {
            if (await _journal.ReleaseAsync(_journal.Owner, CancellationToken.None).ConfigureAwait(false) > 0) _feed.WakeOthers();
        }
        catch (DatabaseUnavailableException e)
        {
            LogLoopFailed(e); // the leases run out by themselves
        }
    }

    /// <summary>Ends the work and frees nothing: what a crash leaves.</summary>
    internal async Task HaltAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loops.ConfigureAwait(false);
        await Task.WhenAll(_running.Values).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task TakeAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await TakeDueAsync().ConfigureAwait(false);
                await _feed.WaitForWorkAsync(await UntilNextAsync().ConfigureAwait(false), _stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                LogLoopFailed(e); // the database is away: look again soon
                await PauseAsync(Retry.Pause(1)).ConfigureAwait(false);
            }
        }
    }

    private async Task TakeDueAsync()
    {
        while (_options.MostAtOnce - _running.Count is > 0 and var room)
        {
            if (_journal.IsShared && !await _journal.IsAnyDueAsync([.. _running.Keys], _stop.Token).ConfigureAwait(false)) return;
            var claimed = await _journal.ClaimAsync(room, _options.Lease, [.. _running.Keys], _stop.Token).ConfigureAwait(false);
            if (claimed.Count == 0) return;
            foreach (var operation in claimed) Begin(operation);
        }
    }

    private void Begin(OperationDetails claimed)
    {
        var id = claimed.Operation.Id;
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _running[id] = begun.Task;
        _ = RunThenTakeMoreAsync();

        async Task RunThenTakeMoreAsync()
        {
            await Task.Yield(); // claiming goes on while this one works
            try
            {
                _feed.Changed(id);
                await RunAsync(claimed).ConfigureAwait(false);
            }
            finally
            {
                _running.TryRemove(id, out _);
                _feed.WakeEngine();
                begun.SetResult();
            }
        }
    }

    private async Task<TimeSpan> UntilNextAsync()
    {
        if (_running.Count >= _options.MostAtOnce) return _options.LookAgain; // woken when one of them ends
        var next = await _journal.NextDueAsync(_stop.Token).ConfigureAwait(false);
        var wait = (next ?? DateTimeOffset.MaxValue) - _time.GetUtcNow();
        return wait < TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : wait < _options.LookAgain ? wait : _options.LookAgain;
    }

    private async Task RenewAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await PauseAsync(_options.Lease / 3).ConfigureAwait(false);
            if (_running.IsEmpty || _stop.IsCancellationRequested) continue;
            try
            {
                await _journal.RenewAsync(_options.Lease, [.. _running.Keys], _stop.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                if (!_stop.IsCancellationRequested) LogLoopFailed(e);
            }
        }
    }

    private Task PauseAsync(TimeSpan pause) =>
        Task.Delay(pause, _time, _stop.Token).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
}
