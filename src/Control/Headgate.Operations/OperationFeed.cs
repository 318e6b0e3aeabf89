using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Headgate.Persistence;

namespace Headgate.Operations;

/// <summary>
/// Tells of operations: the engine that there is one to do, and clients how theirs goes. Within this process at once; what
/// other servers do as soon as they say so, and at the latest when the database is asked again, every <see cref="AskAgain"/>.
/// </summary>
public sealed class OperationFeed : IDisposable
{
    /// <summary>How old a client's picture can be when another server does the work.</summary>
    public static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    private readonly HeadgateDatabase _database;
    private readonly TimeProvider _time;
    private readonly IDisposable _others;
    private readonly ConcurrentDictionary<Channel<bool>, Guid> _watchers = new();

    // One pending wake-up is as good as many.
    private readonly Channel<bool> _work = OneSignal();

    /// <summary>Listens to the other servers on <paramref name="database"/> from now on.</summary>
    public OperationFeed(HeadgateDatabase database, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(database);
        (_database, _time) = (database, time);
        _others = database.Signals.Listen(Heard);
    }

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
                var details = await _database.ReadAsync((db, cancel) => OperationJournal.LoadAsync(db, id, cancel), stop).ConfigureAwait(false);
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

    /// <inheritdoc/>
    public void Dispose() => _others.Dispose();

    internal void Changed(Guid id)
    {
        Show(id);
        _database.Signals.Tell(id);
    }

    /// <summary>This server gives up work that others may take: they look now.</summary>
    internal void WakeOthers() => _database.Signals.Tell(Guid.Empty);

    /// <summary>Something was written that may be due: for those who write operations without an <see cref="OperationStarter"/>.</summary>
    public void WakeEngine() => _work.Writer.TryWrite(true);

    /// <summary>Another server wrote about an operation, or words of it may have been missed.</summary>
    private void Heard(Guid? id)
    {
        if (id is null)
        {
            foreach (var channel in _watchers.Keys) channel.Writer.TryWrite(true);
        }
        else Show(id.Value);
        WakeEngine(); // it looks before it claims: what the other one works on costs a read here
    }

    private void Show(Guid id)
    {
        foreach (var (channel, watched) in _watchers)
            if (watched == id) channel.Writer.TryWrite(true);
    }

    internal Task WaitForWorkAsync(TimeSpan atMost, CancellationToken stop) => SignalOrTimeAsync(_work, atMost, stop);

    private async Task SignalOrTimeAsync(Channel<bool> channel, TimeSpan atMost, CancellationToken stop)
    {
        using var timeout = new CancellationTokenSource(atMost, _time);
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
