using Headgate.Domain;
using Headgate.Operations;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control;

/// <summary>
/// Begins the operation that makes the storage agree with the database about one volume: limits, and who is let in. What
/// differs is looked at again when it runs, with the volume held, so a change in between is not undone by it.
/// </summary>
public sealed class RepairVolume(OperationStarter starter)
{
    internal Task<Outcome<OperationDetails>> StartAsync(Caller caller, Guid volumeId, CancellationToken stop) => starter.StartAsync(
        caller.Actor, null, OperationInput.Fingerprint(OperationKinds.VolumeRepair, new { volumeId }),
        async (db, now, cancel) =>
        {
            var volume = await db.Volumes.SingleAsync(v => v.Id == volumeId, cancel).ConfigureAwait(false);
            if (volume.State is not (VolumeState.Ready or VolumeState.Deleted))
            {
                return new Fault(
                    "volume-state", $"Volume {volume.Name} is {volume.State.ToString().ToLowerInvariant()}; check again when that is through.", Recovery.RetryWithBackoff);
            }
            db.Record(now, caller.Actor, "volume.repair-requested", "volume", volume.Id, volume.Name, null,
                $"Making the storage agree about volume {volume.Name} was asked for.");
            return new NewOperation(OperationKinds.VolumeRepair, "volume", volume.Id, null);
        },
        stop);
}
