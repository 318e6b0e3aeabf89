using System.Security.Cryptography;
using Headgate.Domain;
using Headgate.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Operations.Hosts;

/// <summary>
/// Writes, in the transaction that adds or removes a host or a pool, an operation for each host and pool in each other's scope. What is told
/// of one pair is told in order; pairs do not wait for one another.
/// </summary>
public static class HostNotices
{
    /// <summary>Every pool in whose scope it is will be told that it joined.</summary>
    public static Task JoinAsync(HeadgateDbContext db, Host host, string actor, DateTimeOffset now, CancellationToken stop) =>
        TellPoolsAsync(db, host, OperationKinds.HostJoin, HostOperations.JoinSteps, actor, now, stop);

    /// <summary>Every pool in whose scope it was will be told that it leaves, and that it is gone.</summary>
    public static Task LeaveAsync(HeadgateDbContext db, Host host, string actor, DateTimeOffset now, CancellationToken stop) =>
        TellPoolsAsync(db, host, OperationKinds.HostLeave, HostOperations.LeaveSteps, actor, now, stop);

    /// <summary>A pool that came up will be told of every host in its scope.</summary>
    internal static async Task IntroduceAsync(HeadgateDbContext db, StoragePool pool, string actor, DateTimeOffset now, CancellationToken stop)
    {
        var hosts = await db.Hosts.Where(h => h.ZoneId == pool.ZoneId).ToListAsync(stop).ConfigureAwait(false);
        foreach (var host in hosts.Where(host => IsInScope(pool, host))) Write(db, host, pool, OperationKinds.HostJoin, HostOperations.JoinSteps, actor, now);
    }

    private static async Task TellPoolsAsync(
        HeadgateDbContext db, Host host, string kind, string[] steps, string actor, DateTimeOffset now, CancellationToken stop)
    {
        // One that is being added learns of the hosts when it is up.
        var pools = await db.Pools.Where(p => p.ZoneId == host.ZoneId && p.State != PoolState.Initializing && p.State != PoolState.Removed && p.State != PoolState.Error)
            .ToListAsync(stop).ConfigureAwait(false);
        foreach (var pool in pools.Where(pool => IsInScope(pool, host))) Write(db, host, pool, kind, steps, actor, now);
    }

    private static bool IsInScope(StoragePool pool, Host host) => pool.Scope switch
    {
        StorageScope.Zone => true,
        StorageScope.Cluster => pool.ClusterId == host.ClusterId,
        _ => pool.HostId == host.Id,
    };

    private static void Write(HeadgateDbContext db, Host host, StoragePool pool, string kind, string[] steps, string actor, DateTimeOffset now)
    {
        var asked = new NewOperation(kind, "host", host.Id, AccountId: null, OperationInput.Write(new HostInput(pool.Id, host.Name, host.InitiatorName)));
        OperationStarter.Write(db, asked, [PairOf(host.Id, pool.Id)], steps, actor, null, null, now);
    }

    /// <summary>What operations on this pair wait for one another by.</summary>
    private static Guid PairOf(Guid host, Guid pool) =>
        new(SHA256.HashData([.. host.ToByteArray(), .. pool.ToByteArray()]).AsSpan(0, 16));
}
