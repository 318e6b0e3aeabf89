using Headgate.Domain;
using Headgate.Operations;
using Headgate.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Servers;

/// <summary>How a server is.</summary>
public enum ServerState
{
    /// <summary>It said so a moment ago, or it is the one that is asked.</summary>
    Up,

    /// <summary>It has not been heard of for longer than its leases last: others take its work over.</summary>
    Silent,

    /// <summary>Stopped in good order.</summary>
    Stopped,
}

/// <summary>A server on this database.</summary>
/// <param name="Server">What it said of itself.</param>
/// <param name="State">What follows from that now.</param>
/// <param name="IsThis">Whether it is the one that answers.</param>
public sealed record ServerDetails(ControlServer Server, ServerState State, bool IsThis);

/// <summary>GET /servers: the management servers that have worked on this database, by name.</summary>
public sealed class ListServers(HeadgateDatabase database, EngineOptions options, TimeProvider time)
{
    /// <summary>Servers that were heard of at all in this time; names of those that will not come back go then.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(30);

    /// <summary>All of them: there are a handful.</summary>
    public Task<IReadOnlyList<ServerDetails>> ExecuteAsync(CancellationToken stop) => database.ReadAsync<IReadOnlyList<ServerDetails>>(
        async (db, cancel) =>
        {
            var now = time.GetUtcNow();
            var since = now - Remembered;
            var servers = await db.Servers.Where(s => s.SeenAt > since || s.Name == options.ServerName).OrderBy(s => s.Name).ToListAsync(cancel).ConfigureAwait(false);
            return [.. servers.Select(server => new ServerDetails(server, StateOf(server, now), server.Name == options.ServerName))];
        },
        stop);

    private ServerState StateOf(ControlServer server, DateTimeOffset now)
    {
        if (server.Name == options.ServerName) return ServerState.Up;
        if (server.StoppedAt is not null) return ServerState.Stopped;
        return now - server.SeenAt > options.Lease + ServerPresence.SayAgain ? ServerState.Silent : ServerState.Up;
    }
}
