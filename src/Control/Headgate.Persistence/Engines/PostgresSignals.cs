using System.Threading.Channels;
using Npgsql;

namespace Headgate.Persistence.Engines;

/// <summary>LISTEN and NOTIFY on one channel: <c>WRITER SUBJECT</c>, both in hexadecimal.</summary>
internal sealed class PostgresSignals(NpgsqlDataSource source, Guid writer) : IDatabaseSignals, IDisposable
{
    private const string Name = "headgate";

    /// <summary>Words that wait to be sent; more are dropped, since whoever waits looks by itself as well.</summary>
    private const int MostWaiting = 1024;

    private static readonly TimeSpan ComeBack = TimeSpan.FromSeconds(1);

    private readonly Channel<Guid> _waiting = Channel.CreateBounded<Guid>(
        new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Listener> _listeners = [];
    private Task? _loops;

    public void Tell(Guid subject) => _waiting.Writer.TryWrite(subject);

    public IDisposable Listen(Action<Guid?> heard)
    {
        var listener = new Listener(this, heard);
        lock (_listeners)
        {
            _listeners.Add(listener);
            _loops ??= Task.WhenAll(AgainAndAgainAsync(HearAsync), AgainAndAgainAsync(SendAsync));
        }
        return listener;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _loops?.ContinueWith(static _ => { }, TaskScheduler.Default).Wait(ComeBack); // each awaits a socket, which the cancellation ends
        _stop.Dispose();
    }

    private async Task AgainAndAgainAsync(Func<CancellationToken, Task> work)
    {
        var stop = _stop.Token;
        await Task.Yield();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await work(stop).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                // The database is away, which everybody notices who needs it: these words are hints.
                await Task.Delay(ComeBack, stop).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).ConfigureAwait(false);
            }
        }
    }

    private async Task HearAsync(CancellationToken stop)
    {
        var connection = await source.OpenConnectionAsync(stop).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            connection.Notification += (_, word) =>
            {
                if (Read(word.Payload) is { } subject) Pass(subject);
            };
            var listen = new NpgsqlCommand($"LISTEN {Name}", connection);
            await using (listen.ConfigureAwait(false)) await listen.ExecuteNonQueryAsync(stop).ConfigureAwait(false);
            Pass(null); // what was said before is not known
            while (!stop.IsCancellationRequested) await connection.WaitAsync(stop).ConfigureAwait(false);
        }
    }

    private void Pass(Guid? subject)
    {
        Listener[] now;
        lock (_listeners) now = [.. _listeners];
        foreach (var listener in now) listener.Heard(subject);
    }

    /// <summary>All that waits, as one statement.</summary>
    private async Task SendAsync(CancellationToken stop)
    {
        while (await _waiting.Reader.WaitToReadAsync(stop).ConfigureAwait(false))
        {
            var words = new HashSet<string>(StringComparer.Ordinal);
            while (_waiting.Reader.TryRead(out var subject)) words.Add($"{writer:N} {subject:N}");
            var send = source.CreateCommand("SELECT pg_notify($1, word) FROM unnest($2) AS word");
            await using (send.ConfigureAwait(false))
            {
                send.Parameters.Add(new NpgsqlParameter { Value = Name });
                send.Parameters.Add(new NpgsqlParameter { Value = words.ToArray() });
                await send.ExecuteNonQueryAsync(stop).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The subject of another process's word.</summary>
    private Guid? Read(string payload) =>
        payload.Split(' ') is [var from, var subject] && Guid.TryParseExact(from, "N", out var sender) && sender != writer
            && Guid.TryParseExact(subject, "N", out var id) ? id : null;

    private sealed class Listener(PostgresSignals owner, Action<Guid?> heard) : IDisposable
    {
        public Action<Guid?> Heard => heard;

        public void Dispose()
        {
            lock (owner._listeners) owner._listeners.Remove(this);
        }
    }
}
