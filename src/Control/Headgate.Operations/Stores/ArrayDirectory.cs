using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using Microsoft.EntityFrameworkCore;
using Snapshot = Headgate.Domain.Snapshot;

namespace Headgate.Operations;

/// <summary>A pool with its opened store.</summary>
public sealed record ReachedPool(StoragePool Pool, IPrimaryDataStore Store)
{
    /// <summary>Its driver.</summary>
    public IPrimaryDataStoreDriver Driver => Store.Driver;
}

/// <summary>A volume as the database has it, with the driver of its pool.</summary>
public sealed record ReachedVolume(Volume Volume, StoragePool Pool, IPrimaryDataStoreDriver Driver)
{
    /// <summary>Its key on the array.</summary>
    public ObjectKey Key => new(Volume.Key);

    /// <summary>Its name on the array; only for volumes that were made.</summary>
    public VolumeHandle Handle => new(Volume.Handle ?? throw new InvalidOperationException($"Volume {Volume.Id} has no handle."));
}

/// <summary>Finds the driver that serves a volume.</summary>
public sealed class ArrayDirectory(HeadgateDatabase database, StoreCache stores)
{
    /// <summary>The volume and its driver.</summary>
    public async Task<Outcome<ReachedVolume>> VolumeAsync(Guid volumeId, CancellationToken stop)
    {
        var volume = await database.ReadAsync((db, cancel) => db.Volumes.SingleAsync(v => v.Id == volumeId, cancel), stop).ConfigureAwait(false);
        var pool = await PoolAsync(volume.PoolId, stop).ConfigureAwait(false);
        return pool.Map(reached => new ReachedVolume(volume, reached.Pool, reached.Driver));
    }

    /// <summary>The pool and its store.</summary>
    public async Task<Outcome<ReachedPool>> PoolAsync(Guid poolId, CancellationToken stop)
    {
        var pool = await database.ReadAsync((db, cancel) => db.Pools.SingleAsync(p => p.Id == poolId, cancel), stop).ConfigureAwait(false);
        return (await stores.OpenAsync(pool, stop).ConfigureAwait(false)).Map(store => new ReachedPool(pool, store));
    }

    /// <summary>The pool's row, whether or not its store can be opened.</summary>
    public Task<StoragePool> PoolRowAsync(Guid poolId, CancellationToken stop) =>
        database.ReadAsync((db, cancel) => db.Pools.SingleAsync(p => p.Id == poolId, cancel), stop);

    /// <summary>The volume's row, whether or not its store can be opened.</summary>
    public Task<Volume> VolumeRowAsync(Guid volumeId, CancellationToken stop) =>
        database.ReadAsync((db, cancel) => db.Volumes.SingleAsync(v => v.Id == volumeId, cancel), stop);

    /// <summary>The other copy of a volume that is moved; null when it is gone.</summary>
    public Task<VolumeMove?> MoveAsync(Guid moveId, CancellationToken stop) =>
        database.ReadAsync((db, cancel) => db.VolumeMoves.SingleOrDefaultAsync(m => m.Id == moveId, cancel), stop);

    /// <summary>True while the host is there.</summary>
    public Task<bool> HasHostAsync(Guid hostId, CancellationToken stop) =>
        database.ReadAsync((db, cancel) => db.Hosts.AnyAsync(h => h.Id == hostId, cancel), stop);

    /// <summary>The snapshot's row.</summary>
    public Task<Snapshot> SnapshotAsync(Guid snapshotId, CancellationToken stop) =>
        database.ReadAsync((db, cancel) => db.Snapshots.SingleAsync(s => s.Id == snapshotId, cancel), stop);

    /// <summary>The snapshots of a group that are not deleted.</summary>
    public Task<List<Snapshot>> MembersAsync(Guid groupId, CancellationToken stop) => database.ReadAsync(
        (db, cancel) => db.Snapshots.Where(s => s.GroupId == groupId && s.State != SnapshotState.Deleted).OrderBy(s => s.Id).ToListAsync(cancel), stop);

    /// <summary>The template's row.</summary>
    public Task<Template> TemplateAsync(Guid templateId, CancellationToken stop) =>
        database.ReadAsync((db, cancel) => db.Templates.SingleAsync(t => t.Id == templateId, cancel), stop);

    /// <summary>An account's templates that count for its bound; see <see cref="Templates.TemplateSpace"/>.</summary>
    public Task<List<Guid>> OwnTemplatesAsync(Guid accountId, CancellationToken stop) =>
        database.ReadAsync((db, cancel) => Templates.TemplateSpace.OwnAsync(db, accountId, cancel), stop);

    /// <summary>The copy's row.</summary>
    public Task<TemplateCopy> TemplateCopyAsync(Guid copyId, CancellationToken stop) =>
        database.ReadAsync((db, cancel) => db.TemplateCopies.SingleAsync(c => c.Id == copyId, cancel), stop);

    /// <summary>The copy of a template on a pool; null when there is none.</summary>
    public Task<TemplateCopy?> TemplateCopyAsync(Guid templateId, Guid poolId, CancellationToken stop) => database.ReadAsync(
        (db, cancel) => db.TemplateCopies.SingleOrDefaultAsync(c => c.TemplateId == templateId && c.PoolId == poolId, cancel), stop);

    /// <summary>The copies of a template, or those on a pool.</summary>
    public Task<List<TemplateCopy>> TemplateCopiesAsync(Guid templateOrPoolId, CancellationToken stop) => database.ReadAsync(
        (db, cancel) => db.TemplateCopies.Where(c => c.TemplateId == templateOrPoolId || c.PoolId == templateOrPoolId).OrderBy(c => c.Id).ToListAsync(cancel), stop);

    /// <summary>The orphan's row.</summary>
    public Task<Orphan> OrphanAsync(Guid orphanId, CancellationToken stop) =>
        database.ReadAsync((db, cancel) => db.Orphans.SingleAsync(o => o.Id == orphanId, cancel), stop);

    /// <summary>True when something here is, or will be, on a storage under this key.</summary>
    public Task<bool> IsKnownAsync(Guid key, CancellationToken stop) => database.ReadAsync(
        async (db, cancel) => await db.Volumes.AnyAsync(v => (v.Id == key || v.StorageKey == key) && v.State != VolumeState.Expunged, cancel).ConfigureAwait(false)
            || await db.VolumeMoves.AnyAsync(m => m.StorageKey == key, cancel).ConfigureAwait(false)
            || await db.TemplateCopies.AnyAsync(c => c.Id == key, cancel).ConfigureAwait(false), stop);

    /// <summary>The grants of a volume.</summary>
    public Task<List<VolumeAccess>> AccessesAsync(Guid volumeId, CancellationToken stop) => database.ReadAsync(
        (db, cancel) => db.VolumeAccesses.Where(a => a.VolumeId == volumeId).OrderBy(a => a.Id).ToListAsync(cancel), stop);

    /// <summary>One grant; null when it is gone.</summary>
    public Task<VolumeAccess?> AccessAsync(Guid accessId, CancellationToken stop) =>
        database.ReadAsync((db, cancel) => db.VolumeAccesses.SingleOrDefaultAsync(a => a.Id == accessId, cancel), stop);

    /// <summary>The refusal when a driver lacks a facet that its capabilities promised.</summary>
    public static Fault Lacks(StoragePool pool, string what) => new(
        "unsupported", $"Pool {pool.Name} ({pool.Provider}) cannot {what}.", Recovery.FixRequest);
}
