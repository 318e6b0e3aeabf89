using Headgate.Domain;
using Headgate.Operations;
using Headgate.Persistence;
using Headgate.Placement;
using Headgate.Plugins;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control;

/// <summary>Where a volume shall go.</summary>
/// <param name="Pool">The one pool that will do; null for the best of the others.</param>
/// <param name="WhyNotHere">The refusal of its own pool, where it was asked first; null when the move itself was asked for.</param>
internal sealed record MoveTo(StoragePool? Pool, Fault? WhyNotHere)
{
    public static MoveTo Another(Fault whyNotHere) => new(null, whyNotHere);

    public static MoveTo Only(StoragePool pool) => new(pool, null);
}

/// <summary>A change that takes the volume to another pool: reserved there in the transaction that chooses, copied, compared, switched by the operation.</summary>
internal static class ChangeByMove
{
    public static async Task<Outcome<(NewOperation Operation, PlannedChange Plan)>> DecideAsync(
        HeadgateDbContext db, IProviderCatalog providers, Caller caller, VolumeChange change, Zone zone, MoveTo to, DateTimeOffset now, CancellationToken stop)
    {
        var volume = change.Volume;
        var source = await db.Pools.SingleAsync(p => p.Id == volume.PoolId, stop).ConfigureAwait(false);
        var reached = await PoolOffers.ReachAsync(db, volume, stop).ConfigureAwait(false);
        if (reached is not Outcome<PlacementReach?>.Done { Value: var reach }) return reached.Problem!;
        var request = new PlacementRequest(change.Wish with { Size = volume.Size }, zone.Id)
        {
            NotPoolId = source.Id, Reach = reach, Policy = zone.Placement, OnlyPoolId = to.Pool?.Id,
            OnlyBecause = $"pool {to.Pool?.Name} was asked for.",
        };
        var offers = await PoolOffers.OfZoneAsync(db, providers, zone.Id, template: null, stop).ConfigureAwait(false);
        var answer = Placer.Place(request, offers);
        if (answer.Chosen is not { } chosen) return Nowhere(request, answer, to);
        if (await ObstacleAsync(db, volume, source, chosen.Pool, stop).ConfigureAwait(false) is { } obstacle) return obstacle;

        var connections = await db.VolumeAccesses.CountAsync(a => a.VolumeId == volume.Id, stop).ConfigureAwait(false);
        var command = new VolumeCommand.BeginMove(connections);
        var decided = VolumeMachine.Decide(volume, command);
        if (decided.Refusal is { } refusal) return refusal;
        if (decided.Event is null) return VolumeCommands.Already(volume, command);

        var id = Guid.CreateVersion7(now);
        db.Put(Ledger.Replace(chosen.Pool, Reservation.None, chosen.Reservation));
        db.Put(VolumeMachine.Evolve(volume, decided.Event));
        db.VolumeMoves.Add(new VolumeMove
        {
            Id = id, VolumeId = volume.Id, PoolId = chosen.Pool.Id, StorageKey = id, CreatedAt = now,
            ReservedBytes = chosen.Reservation.Bytes, ReservedIops = chosen.Reservation.Iops, ReservedBandwidth = chosen.Reservation.Bandwidth,
        });
        db.Record(now, caller.Actor, $"{OperationKinds.VolumeMigrate}-requested", "volume", volume.Id, volume.Name, volume.AccountId,
            $"Moving volume {volume.Name} with {change.Wish.Qos} from pool {source.Name} to pool {chosen.Pool.Name} was asked for.");
        var input = new MoveInput(id, chosen.Pool.Id, chosen.Size.Bytes, change.To.Id, chosen.Promises);
        return Decided.As(
            new NewOperation(OperationKinds.VolumeMigrate, "volume", volume.Id, volume.AccountId, OperationInput.Write(input)),
            new PlannedChange(
                OperationKinds.VolumeMigrate, volume.Name, new(source, change.From, volume.Size, volume.Promises),
                new(chosen.Pool, change.To, chosen.Size, chosen.Promises), chosen.Reservation)
            {
                Answer = answer,
            });
    }

    /// <summary>The refusal of its own pool, with what the others say; or of the pool that was asked for.</summary>
    private static Fault Nowhere(PlacementRequest request, PlacementAnswer answer, MoveTo to)
    {
        if (to.WhyNotHere is { } here)
        {
            var others = new PlacementAnswer([.. answer.Verdicts.Where(v => v.Pool.Id != request.NotPoolId)]);
            return here with { Details = [.. here.Details.DefaultIfEmpty(here.Message), .. Placer.Reasons(others)] };
        }
        var asked = answer.Verdicts.Single(v => v.Pool.Id == to.Pool!.Id);
        return new Fault("does-not-fit-pool",
            $"Pool {asked.Pool.Name} was asked for, and cannot take the volume: {string.Join(" ", asked.Reasons)}", Recovery.FixRequest)
        {
            Details = [.. asked.Reasons.Select(reason => $"pool {asked.Pool.Name}: {reason}")],
        };
    }

    /// <summary>What keeps the volume from leaving its storage, whatever the target.</summary>
    private static async Task<Fault?> ObstacleAsync(HeadgateDbContext db, Volume volume, StoragePool source, StoragePool target, CancellationToken stop)
    {
        var snapshots = await db.Snapshots.CountAsync(s => s.VolumeId == volume.Id && s.State != SnapshotState.Deleted, stop).ConfigureAwait(false);
        if (snapshots > 0)
            return new Fault("volume-has-snapshots",
                $"Volume {volume.Name} would have to go from pool {source.Name} to {target.Name}, and has {snapshots} snapshot(s), which live on the storage and " +
                "cannot go with it; delete them first, or make a volume from the one that you need.", Recovery.FixRequest);
        // A move before this one may still be letting go of its source: two of them at once would be three copies.
        return await db.VolumeMoves.AnyAsync(m => m.VolumeId == volume.Id, stop).ConfigureAwait(false)
            ? new Fault("volume-moving",
                $"What volume {volume.Name} left behind when it was moved before is still being deleted; see `headgate operation list`.", Recovery.RetryWithBackoff)
            : null;
    }
}
