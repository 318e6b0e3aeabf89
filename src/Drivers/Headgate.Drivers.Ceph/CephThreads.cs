using System.Collections.Concurrent;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Ceph;

/// <summary>What calls take turns at.</summary>
internal static class Turn
{
    /// <summary>At nothing: it runs beside every other.</summary>
    public static IReadOnlyList<string> None { get; } = [];

    /// <summary>At the volume.</summary>
    public static IReadOnlyList<string> Of(ObjectKey key) => [$"volume {key}"];

    /// <summary>At the snapshots of an image, which are asked for by the image and not by its volume's key.</summary>
    public static IReadOnlyList<string> OfImage(string imageId) => [$"image {imageId}"];

    /// <summary>At both. Everybody who takes both takes them in this order, so that no two wait for each other.</summary>
    public static IReadOnlyList<string> Of(ObjectKey key, string imageId) => [.. OfImage(imageId), .. Of(key)];
}

/// <summary>
/// Whether a call has begun to send. Of the thread that is about to and the caller who has waited enough, one wins: a call whose
/// caller was told "nothing was sent" never sends anything.
/// </summary>
internal sealed class CallStart
{
    private const int Waiting = 0;
    private const int Begun = 1;
    private const int Left = 2;

    private int _state = Waiting;

    /// <summary>False when the caller left before.</summary>
    public bool TryBegin() => Interlocked.CompareExchange(ref _state, Begun, Waiting) == Waiting;

    /// <summary>False when it has begun before.</summary>
    public bool TryLeave() => Interlocked.CompareExchange(ref _state, Left, Waiting) == Waiting;
}

/// <summary>
/// The threads on which a store's calls block. The libraries' calls cannot be cancelled, so each runs on a thread of its own
/// and never on the server's pool: a cluster that hangs holds these few and no other. A caller stops waiting at its time-out;
/// what goes on behind it keeps its turn, so that a repeat waits for it instead of running beside it.
/// </summary>
internal sealed class CephThreads(TimeSpan callTimeout, TimeProvider clock) : IAsyncDisposable
{
    /// <summary>
    /// Calls of one pool at a time. Copying or deleting terabytes holds one for minutes and a metadata call for milliseconds
    /// (of which starting a thread is 0.1), so eight serve hundreds a second beside several long ones.
    /// </summary>
    public const int MostAtOnce = 8;

    /// <summary>
    /// How long closing waits for calls under way: enough for every call but those that copy or delete data, which may take hours
    /// and need nobody to wait for them. Half of what a server's stop may take.
    /// </summary>
    public static readonly TimeSpan ClosingTakes = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _slots = new(MostAtOnce, MostAtOnce);
    private readonly ConcurrentDictionary<string, Task> _turns = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _closing = new();

    /// <summary>Runs <paramref name="work"/> on a thread; calls that share one of <paramref name="turns"/> run one after the other.</summary>
    public async ValueTask<Outcome<T>> RunAsync<T>(IReadOnlyList<string> turns, Func<CallStart, Outcome<T>> work, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        using var patience = new CancellationTokenSource(callTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token, _closing.Token);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var start = new CallStart();
        Task<Outcome<T>>? running = null;
        var hasTurns = false;
        try
        {
            foreach (var turn in turns) await TakeTurnAsync(turn, ended.Task, either.Token).ConfigureAwait(false);
            hasTurns = true;
            await _slots.WaitAsync(either.Token).ConfigureAwait(false);
            running = Task.Factory.StartNew(() => work(start), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            _ = running.ContinueWith(_ => End(turns, ended, hadSlot: true), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            return await running.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            if (running is null) End(turns, ended, hadSlot: false);
            var isUnsent = start.TryLeave();
            stop.ThrowIfCancellationRequested();
            // The earlier call that it waits for may be this very one, sent before: what comes of it is not known yet either.
            if (!isUnsent || (!hasTurns && !_closing.IsCancellationRequested))
            {
                return new Outcome<T>.Unknown(Faults.NoReply(
                    $"The Ceph cluster did not answer within {callTimeout.TotalSeconds:0} s. The call goes on; a repeat waits for its end."));
            }
            return _closing.IsCancellationRequested ? Faults.Unreachable("The pool is being closed.")
                : running is not null ? Faults.Unreachable($"There was no connection to the Ceph cluster within {callTimeout.TotalSeconds:0} s; nothing was sent. Check that monitors are up: ceph -s.")
                : Faults.Busy($"Earlier calls to the Ceph cluster take more than {callTimeout.TotalSeconds:0} s; nothing was sent. Repeat it later.");
        }
    }

    /// <summary>Takes no more calls; done when those under way have ended, or after <see cref="ClosingTakes"/>: they go on by themselves.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        using var patience = new CancellationTokenSource(ClosingTakes, clock);
        try
        {
            for (var slot = 0; slot < MostAtOnce; slot++) await _slots.WaitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // A flatten, or a cluster that does not answer. Nobody waits for it any more.
        }
    }

    private async Task TakeTurnAsync(string turn, Task mine, CancellationToken stop)
    {
        while (_turns.GetOrAdd(turn, mine) is var holder && !ReferenceEquals(holder, mine))
            await holder.WaitAsync(stop).ConfigureAwait(false);
    }

    private void End(IReadOnlyList<string> turns, TaskCompletionSource ended, bool hadSlot)
    {
        foreach (var turn in turns) _turns.TryRemove(new(turn, ended.Task)); // before it is told, so that who waits finds the turn free
        if (hadSlot) _slots.Release();
        ended.TrySetResult();
    }
}
