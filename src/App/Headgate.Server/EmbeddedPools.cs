using Headgate.Domain;
using Headgate.Node;
using Headgate.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Server;

/// <summary>
/// Pools on the embedded node follow it to another address: `--element` may change from one start to the next, and a
/// pool that points at the old one would leave every operation waiting for a storage that is up. The node is known by
/// its certificate, which the pools pin and which never changes.
/// </summary>
internal static class EmbeddedPools
{
    private const string Endpoint = "endpoint";
    private const string Certificate = "certificateSha256";

    /// <summary>Before the engine starts, so that no store is open on the old address.</summary>
    public static Task FollowAsync(HeadgateDatabase database, NodeCredentials node, CancellationToken stop) => database.WriteAsync(
        async (db, cancel) =>
        {
            var pools = await db.Pools.AsNoTracking().Where(pool => pool.Provider == SampleData.Provider).ToListAsync(cancel);
            foreach (var pool in pools.Where(pool => IsOn(pool, node) && pool.Settings.GetValueOrDefault(Endpoint) != node.ElementEndpoint))
                db.Put(pool with { Settings = new Dictionary<string, string>(pool.Settings) { [Endpoint] = node.ElementEndpoint } });
        },
        stop);

    private static bool IsOn(StoragePool pool, NodeCredentials node) =>
        string.Equals(pool.Settings.GetValueOrDefault(Certificate), node.CertificateSha256, StringComparison.OrdinalIgnoreCase);
}
