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
    /// <summary>Pauses between repairs that a server begins by itself for one finding: doubled each time, up to a day.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan LongestPause = TimeSpan.FromDays(1);

    /// <summary>The operation is noted on <paramref name="findings"/>, all of this volume.</summary>
    internal Task<Outcome<OperationDetails>> StartAsync(Caller caller, Guid volumeId, IReadOnlyList<Guid> findings, CancellationToken stop) => starter.StartAsync(
        caller.Actor, caller.IdempotencyKey, OperationInput.Fingerprint(OperationKinds.VolumeRepair, new { volumeId }),
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
            var repair = new NewOperation(OperationKinds.VolumeRepair, "volume", volume.Id, null) { Id = Guid.CreateVersion7(now) };
            foreach (var finding in await db.Findings.Where(f => findings.Contains(f.Id)).ToListAsync(cancel).ConfigureAwait(false))
            {
                var pause = FirstPause * Math.Pow(2, Math.Min(finding.Repairs, 16));
                db.Put(finding with
                {
                    RepairOperationId = repair.Id, Repairs = finding.Repairs + 1, RepairNotBefore = now + (pause < LongestPause ? pause : LongestPause),
                });
            }
            return repair;
        },
        stop);
}
