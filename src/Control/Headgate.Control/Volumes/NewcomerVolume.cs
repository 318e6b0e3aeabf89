using Headgate.Control.Findings;
using Headgate.Domain;
using Headgate.Operations.Volumes;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control;

/// <summary>Volumes that are on their storage before they are in the database: orphans that are adopted, and others' that are imported.</summary>
internal static class NewcomerVolume
{
    /// <summary>The row of what is there already, with the limits that it has; or why it cannot be.</summary>
    public static async Task<Outcome<Volume>> DescribeAsync(
        HeadgateDbContext db, Caller caller, StoragePool pool, Guid id, AdoptRequest request, ByteSize size, QosSpec there, DateTimeOffset now, CancellationToken stop)
    {
        if (pool.State is not (PoolState.Up or PoolState.Disabled))
            return new Fault("pool-state", $"Pool {pool.Name} is {pool.State.ToString().ToLowerInvariant()}; bring it up first.", Recovery.FixRequest);
        var owner = await db.Accounts.FindAsync("account", request.Account, a => a.Name == request.Account, stop).ConfigureAwait(false);
        if (owner is not Outcome<Account>.Done { Value: var account }) return owner.Problem!;
        var offered = await VolumePlanner.FindOfferingAsync(db, caller, request.DiskOffering, stop).ConfigureAwait(false);
        if (offered is not Outcome<DiskOffering>.Done { Value: var offering }) return offered.Problem!;
        if (await db.Volumes.AnyAsync(v => v.AccountId == account.Id && v.Name == request.Name && v.State != VolumeState.Expunged, stop).ConfigureAwait(false))
            return References.NameTaken("volume", request.Name);
        var earlier = await db.Volumes.SingleOrDefaultAsync(v => v.Id == id, stop).ConfigureAwait(false);
        if (earlier is { State: not VolumeState.Expunged })
            return new Fault("orphan-known", $"Volume {earlier.Name} has the key {id:N} already.", Recovery.FixRequest);
        return new Volume
        {
            Id = id, Name = request.Name, AccountId = account.Id, ZoneId = pool.ZoneId, PoolId = pool.Id, DiskOfferingId = offering.Id,
            State = VolumeState.Creating, Size = size, Promises = FoundPromises.Of(there), CreatedAt = now, Version = earlier?.Version ?? 0,
        };
    }

    /// <summary>
    /// Adds it with its reservation. It is there whether or not the books have room for it, so it is never refused for space; a pool that
    /// has promised more than it has says so. The row of a volume that was given up under this id becomes it.
    /// </summary>
    public static async Task AddAsync(HeadgateDbContext db, StoragePool pool, Volume volume, CancellationToken stop)
    {
        var (reserved, added) = Ledger.Move(pool, volume, Reservation.For(volume.Size, volume.Promises));
        db.Put(reserved);
        if (await db.Volumes.AnyAsync(v => v.Id == volume.Id, stop).ConfigureAwait(false)) db.Put(added);
        else db.Volumes.Add(added);
    }
}
