using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Ceph;

/// <summary>
/// Holds a store's connection: opens it at the first need, replaces one that the cluster will not serve any more. Whoever needs one
/// while it is being opened waits for that same try, and a cluster that does not answer is not asked again for some seconds.
/// </summary>
internal sealed class CephConnections(CephConfig config, Func<CephConfig, Outcome<CephConnection>>? open = null) : IDisposable
{
    /// <summary>
    /// For how long nobody answered counts for the next call too: a try blocks a thread for <c>osdTimeoutSeconds</c>, and the
    /// engine's own pauses between two tries of one operation begin at a second.
    /// </summary>
    public static readonly TimeSpan SilenceLasts = TimeSpan.FromSeconds(5);

    private readonly Func<CephConfig, Outcome<CephConnection>> _open = open ?? CephConnection.Open;
    private readonly Lock _gate = new();
    private CephConnection? _current;
    private Task<Outcome<CephConnection>>? _opening;
    private long? _silentSince;
    private bool _isDisposed;

    /// <summary>A connection in use; give it back with <see cref="CephConnection.Release"/>. Blocks while it connects.</summary>
    public Outcome<CephConnection> Use()
    {
        while (true)
        {
            var mine = new TaskCompletionSource<Outcome<CephConnection>>(TaskCreationOptions.RunContinuationsAsynchronously);
            Task<Outcome<CephConnection>> opening;
            lock (_gate)
            {
                if (_isDisposed) return Closed();
                if (_current is { } current)
                {
                    current.TryUse();
                    return current;
                }
                var isStale = _opening is { IsCompleted: true } && !(_silentSince is { } since && config.Clock.GetElapsedTime(since) < SilenceLasts);
                if (_opening is null || isStale) _opening = mine.Task;
                opening = _opening;
            }
            if (ReferenceEquals(opening, mine.Task)) Connect(mine);
            if (opening.GetAwaiter().GetResult() is { IsDone: false } failed) return failed;
        }
    }

    /// <summary>The next use opens another.</summary>
    public void Drop(CephConnection connection)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(_current, connection)) return;
            _current = null;
            connection.Release();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _current?.Release();
            _current = null;
        }
    }

    private static Fault Closed() => Faults.Unreachable("The pool was closed.");

    private void Connect(TaskCompletionSource<Outcome<CephConnection>> mine)
    {
        Outcome<CephConnection> opened = Faults.Unexpected("Ceph's client library failed while it connected; the server's log may say more.");
        try
        {
            opened = _open(config);
        }
        finally
        {
            lock (_gate)
            {
                if (opened is Outcome<CephConnection>.Done { Value: var connection })
                {
                    (_opening, _silentSince) = (null, null);
                    if (_isDisposed) connection.Release();
                    else _current = connection;
                }
                else
                {
                    _silentSince = opened.Problem!.Code == FaultCodes.Unreachable ? config.Clock.GetTimestamp() : null;
                }
            }
            mine.SetResult(opened);
        }
    }
}
