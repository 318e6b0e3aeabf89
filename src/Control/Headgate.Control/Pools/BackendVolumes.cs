using Headgate.Domain;
using Headgate.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control;

/// <summary>Finding a volume by what its storage calls it.</summary>
public static class BackendVolumes
{
    /// <summary>
    /// The volume that storage <paramref name="backendId"/> calls <paramref name="handle"/>; null when it is none of ours. A
    /// handle alone names nothing: every array counts from 1.
    /// </summary>
    public static Task<Volume?> FindOnBackendAsync(this HeadgateDbContext db, string backendId, string handle, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(db);
        return db.Volumes.FirstOrDefaultAsync(
            v => v.Handle == handle && db.Pools.Any(p => p.Id == v.PoolId && p.BackendId == backendId), stop);
    }
}
