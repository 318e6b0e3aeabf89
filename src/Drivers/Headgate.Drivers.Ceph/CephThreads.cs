using System.Collections.Concurrent;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Ceph;

/// <summary>
/// The threads on which a store's calls block. The libraries' calls cannot be cancelled, so each runs on a thread of its own
/// and never on the server's pool: a cluster that hangs holds these few and no other. A caller stops waiting at its time-out;
/// what goes on behind it keeps its key, so that a repeat waits for it instead of running beside it.
/// </summary>
internal sealed class CephThreads(TimeSpan callTimeout, TimeProvider clock) : IAsyncDisposable
{
    /// <summary>
    /// Calls of one pool at a time. Copying or deleting terabytes holds one for minutes and a metadata call for milliseconds
    /// (of which starting a thread is 0.1), so eight serve hundreds a second beside several long ones.
    /// </summary>
    public const int MostAtOnce = 8;

    private readonly SemaphoreSlim _slots = new(MostAtOnce, MostAtOnce);
    private readonly ConcurrentDictionary<ObjectKey, Task> _turns = new();
    private readonly CancellationTokenSource _closing = new();

    /// <summary>Runs <paramref name="work"/> on a thread; calls with the same key run one after the other.</summary>
    public async ValueTask<Outcome<T>> RunAsync<T>(ObjectKey? key, Func<Outcome<T>> work, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        using var patience = new CancellationTokenSource(callTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token, _closing.Token);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<Outcome<T>>? running = null;
        var hasTurn = key is null;
        try
        {
            if (key is { } turn) await TakeTurnAsync(turn, ended.Task, either.Token).ConfigureAwait(false);
            hasTurn = true;
            await _slots.WaitAsync(either.Token).ConfigureAwait(false);
            running = Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            _ = running.ContinueWith(_ => End(key, ended, hadSlot: true), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            return await running.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            if (running is null) End(key, ended, hadSlot: false);
            stop.ThrowIfCancellationRequested();
            // The earlier call with this key may be this very one, sent before: what comes of it is not known yet either.
            if (running is not null || (!hasTurn && !_closing.IsCancellationRequested))
            {
                return new Outcome<T>.Unknown(Faults.NoReply(
                    $"The Ceph cluster did not answer within {callTimeout.TotalSeconds:0} s. The call goes on; a repeat waits for its end."));
            }
            return _closing.IsCancellationRequested
                ? Faults.Unreachable("The pool is being closed.")
                : Faults.Busy($"Earlier calls to the Ceph cluster take more than {callTimeout.TotalSeconds:0} s; nothing was sent. Repeat it later.");
        }
    }

    /// <summary>Takes no more calls; done when those under way have ended, each at its own time-outs.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        for (var slot = 0; slot < MostAtOnce; slot++) await _slots.WaitAsync().ConfigureAwait(false);
    }

    private async Task TakeTurnAsync(ObjectKey key, Task mine, CancellationToken stop)
    {
        while (_turns.GetOrAdd(key, mine) is var holder && !ReferenceEquals(holder, mine))
            await holder.WaitAsync(stop).ConfigureAwait(false);
    }

    private void End(ObjectKey? key, TaskCompletionSource ended, bool hadSlot)
    {
        if (key is { } turn) _turns.TryRemove(new(turn, ended.Task)); // before it is told, so that who waits finds the turn free
        if (hadSlot) _slots.Release();
        ended.TrySetResult();
    }
}
