using Headgate.Domain;
using Headgate.Operations;
using Headgate.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Headgate.Control.Servers;

/// <summary>
/// Says in the database that this server is there: at its start and end, and every <see cref="SayAgain"/> where others share the
/// database. People read it; nobody's lease depends on it.
/// </summary>
public sealed partial class ServerPresence(HeadgateDatabase database, EngineOptions options, TimeProvider time, ILogger<ServerPresence> log) : IAsyncDisposable
{
    /// <summary>Often enough that a server which fell silent is seen as silent when its leases are taken over.</summary>
    public static readonly TimeSpan SayAgain = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly Guid _instance = Guid.NewGuid();
    private Task _saying = Task.CompletedTask;
    private ControlServer? _self;

    /// <summary>Begins to say it; the server serves at <paramref name="address"/>.</summary>
    public async Task BeginAsync(string address, string version, CancellationToken stop)
    {
        var now = time.GetUtcNow();
        _self = new ControlServer { Name = options.ServerName, Instance = _instance, Address = address, Version = version, StartedAt = now, SeenAt = now };
        await SayAsync(_self, stop).ConfigureAwait(false);
        if (database.IsShared) _saying = SayAgainAndAgainAsync();
    }

    /// <summary>Says that the server stops.</summary>
    public async Task EndAsync()
    {
        if (_self is null || _stop.IsCancellationRequested) return;
        await _stop.CancelAsync().ConfigureAwait(false);
        await _saying.ConfigureAwait(false);
        try
        {
            await SayAsync(_self with { SeenAt = time.GetUtcNow(), StoppedAt = time.GetUtcNow() }, CancellationToken.None).ConfigureAwait(false);
        }
        catch (DatabaseUnavailableException away)
        {
            LogSilent(away); // it is taken for silent, which it is
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await EndAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task SayAgainAndAgainAsync()
    {
        using var timer = new PeriodicTimer(SayAgain, time);
        while (true)
        {
            try
            {
                if (!await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false)) return;
                await SayAsync(_self! with { SeenAt = time.GetUtcNow() }, _stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                LogSilent(e); // the database is away: the next time
            }
        }
    }

    private Task SayAsync(ControlServer self, CancellationToken stop) => database.WriteAsync(
        async (db, cancel) =>
        {
            if (await db.Servers.AnyAsync(s => s.Name == self.Name, cancel).ConfigureAwait(false)) db.Servers.Update(self);
            else db.Servers.Add(self);
        },
        stop);
}
