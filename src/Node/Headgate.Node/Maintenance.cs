using Headgate.Node.Catalog;
using Headgate.Node.ElementApi;
using Headgate.Node.Target;
using Microsoft.Extensions.Logging;

namespace Headgate.Node;

/// <summary>What the node does by itself now and then: purge, expire, forget, take the load.</summary>
internal sealed partial class Maintenance : IAsyncDisposable
{
    /// <summary>Retention is counted in hours and given in seconds at the finest; a late purge costs nothing.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly VolumeLifeMethods _volumes;
    private readonly SnapshotMethods _snapshots;
    private readonly CloneMethods _clones;
    private readonly AccessGuard _guard;
    private readonly Action _noteLoad;
    private readonly SemaphoreSlim _oneRound = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    public Maintenance(
        VolumeLifeMethods volumes, SnapshotMethods snapshots, CloneMethods clones, AccessGuard guard, Action noteLoad, TimeProvider time, ILogger logger)
    {
        (_volumes, _snapshots, _clones, _guard, _noteLoad, _logger) = (volumes, snapshots, clones, guard, noteLoad, logger);
        _loop = LoopAsync(time);
    }

    /// <summary>One round, also on demand: all that is due is done when it ends, by whichever round began it.</summary>
    public async Task RunOnceAsync(CancellationToken cancellation)
    {
        await _oneRound.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            _noteLoad();
            await _volumes.PurgeDueAsync(cancellation).ConfigureAwait(false);
            await _snapshots.ExpireAsync(cancellation).ConfigureAwait(false);
            _clones.DropOldResults();
            // A login that was allowed an instant before a change may come into the registry an instant after the cut.
            _guard.CutWhatIsNoLongerAllowed(CutReason.AccessRevoked);
        }
        finally
        {
            _oneRound.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        _stop.Dispose();
        _oneRound.Dispose();
    }

    private async Task LoopAsync(TimeProvider time)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false)) await RoundAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // the node stops
        }
    }

#pragma warning disable CA1031 // a round that fails is logged and tried again; the loop must not end
    private async Task RoundAsync()
    {
        try
        {
            await RunOnceAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            RoundFailed(problem);
        }
    }
#pragma warning restore CA1031
}
