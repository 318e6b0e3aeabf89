using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Headgate.Persistence;

namespace Headgate.Operations;

/// <summary>
/// Tells of operations: the engine that there is one to do, and clients how theirs goes. Within this process at once; what
/// other servers do is seen by asking the database every <see cref="AskAgain"/>.
/// </summary>
public sealed class OperationFeed(HeadgateDatabase database, TimeProvider time)
{
    /// <summary>How old a client's picture can be when another server does the work.</summary>
    public static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Channel<bool>, Guid> _watchers = new();

    // One pending wake-up is as good as many.
    private readonly Channel<bool> _work = OneSignal();

    /// <summary>Each state of the operation from now on, beginning with the present one; ends when the operation has ended.</summary>
    public async IAsyncEnumerable<OperationDetails> WatchAsync(Guid id, [EnumeratorCancellation] CancellationToken stop)
    {
        var changes = OneSignal();
        _watchers[changes] = id;
        try
        {
            long? shown = null;
            while (true)
            {
                var details = await database.ReadAsync((db, cancel) => OperationJournal.LoadAsync(db, id, cancel), stop).ConfigureAwait(false);
                if (details is null) yield break;
                if (details.Operation.Version != shown) yield return details;
                if (details.Operation.HasEnded) yield break;
                shown = details.Operation.Version;
                await SignalOrTimeAsync(changes, AskAgain, stop).ConfigureAwait(false);
            }
        }
        finally
        {
            _watchers.TryRemove(changes, out _);
        }
    }

    /// <summary>The operation once it has ended; null when there is none.</summary>
    public async Task<OperationDetails?> WaitAsync(Guid id, CancellationToken stop)
    {
        OperationDetails? last = null;
        await foreach (var details in WatchAsync(id, stop).ConfigureAwait(false)) last = details;
        return last;
    }

    /// <summary>Something about an operation was written outside the engine: look now.</summary>
    public void Wake(Guid id)
    {
        Changed(id);
        WakeEngine();
    }

    internal void Changed(Guid id)
    {
        foreach (var (channel, watched) in _watchers)
            if (watched == id) channel.Writer.TryWrite(true);
    }

    /// <summary>Something was written that may be due: for those who write operations without an <see cref="OperationStarter"/>.</summary>
    public void WakeEngine() => _work.Writer.TryWrite(true);

    internal Task WaitForWorkAsync(TimeSpan atMost, CancellationToken stop) => SignalOrTimeAsync(_work, atMost, stop);

    private async Task SignalOrTimeAsync(Channel<bool> channel, TimeSpan atMost, CancellationToken stop)
    {
        using var timeout = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, timeout.Token);
        try
        {
            await channel.Reader.ReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // Time to look again.
        }
    }

    private static Channel<bool> OneSignal() =>
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
}
