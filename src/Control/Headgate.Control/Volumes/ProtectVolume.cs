using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;

namespace Headgate.Control;

/// <summary>POST /volumes/{ref}/protect and /unprotect: while it is protected it can be neither deleted nor expunged nor given up, by anybody.</summary>
public sealed class ProtectVolume(HeadgateDatabase database, TimeProvider time)
{
    public Task<Outcome<VolumeDetails>> ExecuteAsync(Caller caller, string reference, bool isProtected, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return database.WriteAsync<Outcome<VolumeDetails>>(
            async (db, cancel) =>
            {
                var found = await db.FindVolumeAsync(caller, reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<Volume>.Done { Value: var volume }) return found.Problem!;
                if (isProtected && volume.State is VolumeState.Deleting or VolumeState.Expunging or VolumeState.Releasing or VolumeState.Expunged)
                    return new Fault("volume-state", $"Volume {volume.Name} is {volume.State.ToString().ToLowerInvariant()}; it is too late to protect it.", Recovery.FixRequest);
                var changed = volume with { IsProtected = isProtected };
                if (changed != volume)
                {
                    db.Put(changed);
                    db.Record(time.GetUtcNow(), caller.Actor, isProtected ? "volume.protected" : "volume.unprotected", "volume", volume.Id, volume.Name, volume.AccountId,
                        $"Volume {volume.Name} is {(isProtected ? "protected against being deleted" : "not protected against being deleted any more")}.");
                }
                return (await db.DetailAsync([changed], cancel).ConfigureAwait(false))[0];
            },
            stop);
    }
}
