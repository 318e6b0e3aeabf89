using Headgate.Domain;
using Headgate.Operations;
using Headgate.Operations.Volumes;
using Headgate.Persistence;
using Headgate.Primitives;
using Headgate.Secrets;
using Headgate.Storage.Sdk;
using Microsoft.EntityFrameworkCore;
using Volume = Headgate.Domain.Volume;

namespace Headgate.Control;

/// <summary>POST /volumes/{ref}/connections: lets one initiator in, beside those that have access already.</summary>
public sealed class ConnectVolume(OperationStarter starter)
{
    /// <summary>Grants of one volume: what the smallest array of the field takes, and more than a cluster file system uses.</summary>
    public const int MostInitiators = 64;

    public async Task<Outcome<OperationDetails>> ExecuteAsync(Caller caller, string reference, string initiator, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (IscsiName.Problem(initiator) is { } problem)
            return new Fault("initiator-invalid", char.ToUpperInvariant(problem[0]) + problem[1..], Recovery.FixRequest);
        if (ReservedInitiators.Problem(initiator) is { } reserved) return reserved;
        return await starter.StartAsync(
            caller.Actor, caller.IdempotencyKey, OperationInput.Fingerprint(OperationKinds.VolumeConnect, new { reference, initiator }),
            async (db, now, cancel) =>
            {
                var found = await db.FindVolumeAsync(caller, reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<Volume>.Done { Value: var volume }) return found.Problem!;
                if (volume.State is not (VolumeState.Ready or VolumeState.Allocated or VolumeState.Resizing or VolumeState.Changing))
                    return new Fault("volume-state",
                        $"Connecting was asked of volume {volume.Name}, which is {volume.State.ToString().ToLowerInvariant()}; only a ready one can be connected.",
                        Recovery.FixRequest);
                var access = await GrantAsync(db, caller, volume, initiator, now, cancel).ConfigureAwait(false);
                if (access is not Outcome<VolumeAccess>.Done { Value: var grant }) return access.Problem!;
                db.Record(now, caller.Actor, "volume.connect-requested", "volume", volume.Id, volume.Name, volume.AccountId,
                    $"Connecting volume {volume.Name} to {initiator} was asked for.");
                // Whoever connects it first has it made.
                var isFirst = volume.State is VolumeState.Allocated;
                if (isFirst) db.Put(VolumeMachine.Evolve(volume, new VolumeEvent.ProvisionBegun()));
                return new NewOperation(
                    isFirst ? OperationKinds.VolumeMakeAndConnect : OperationKinds.VolumeConnect, "volume", volume.Id, volume.AccountId,
                    OperationInput.Write(new AccessInput(grant.Id)));
            },
            stop).ConfigureAwait(false);
    }

    private static async Task<Outcome<VolumeAccess>> GrantAsync(
        HeadgateDbContext db, Caller caller, Volume volume, string initiator, DateTimeOffset now, CancellationToken stop)
    {
        var accesses = await db.VolumeAccesses.Where(a => a.VolumeId == volume.Id).ToListAsync(stop).ConfigureAwait(false);
        if (accesses.Find(a => a.InitiatorName == initiator) is { } there)
        {
            // Connecting again repeats the grant, which is how a client gets its answer that was lost.
            return there.State is AccessState.Revoking
                ? new Fault("access-revoking", $"Volume {volume.Name} is being disconnected from {initiator}; connect it when that is through.", Recovery.RetryWithBackoff)
                : there;
        }
        if (accesses.Count >= MostInitiators)
            return new Fault("too-many-initiators",
                $"Volume {volume.Name} is connected to {accesses.Count} initiators, which is the most; disconnect one first.", Recovery.FixRequest);
        if (await InitiatorOwnership.ProblemAsync(db, caller, volume, initiator, stop).ConfigureAwait(false) is { } foreign) return foreign;
        var host = await db.Hosts.SingleOrDefaultAsync(h => h.InitiatorName == initiator, stop).ConfigureAwait(false);
        var access = new VolumeAccess
        {
            Id = Guid.CreateVersion7(now), VolumeId = volume.Id, InitiatorName = initiator, HostId = host?.Id, CreatedAt = now,
        };
        db.VolumeAccesses.Add(access);
        return access;
    }
}

/// <summary>DELETE /volumes/{ref}/connections/{initiator}: its sessions are cut.</summary>
public sealed class DisconnectVolume(OperationStarter starter)
{
    public Task<Outcome<OperationDetails>> ExecuteAsync(Caller caller, string reference, string initiator, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return starter.StartAsync(
            caller.Actor, caller.IdempotencyKey, OperationInput.Fingerprint(OperationKinds.VolumeDisconnect, new { reference, initiator }),
            async (db, now, cancel) =>
            {
                var found = await db.FindVolumeAsync(caller, reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<Volume>.Done { Value: var volume }) return found.Problem!;
                var access = await db.VolumeAccesses
                    .SingleOrDefaultAsync(a => a.VolumeId == volume.Id && a.InitiatorName == initiator, cancel).ConfigureAwait(false);
                if (access is null) return ConnectionFaults.NotConnected(volume, initiator);
                db.Put(access with { State = AccessState.Revoking });
                db.Record(now, caller.Actor, "volume.disconnect-requested", "volume", volume.Id, volume.Name, volume.AccountId,
                    $"Disconnecting volume {volume.Name} from {initiator} was asked for.");
                return new NewOperation(OperationKinds.VolumeDisconnect, "volume", volume.Id, volume.AccountId, OperationInput.Write(new AccessInput(access.Id)));
            },
            stop);
    }
}

/// <summary>GET /volumes/{ref}/connections/{initiator}: what to log in with, secrets included; leaves an event.</summary>
public sealed class GetConnection(HeadgateDatabase database, SecretBox box, TimeProvider time)
{
    public Task<Outcome<Connection>> ExecuteAsync(Caller caller, string reference, string initiator, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return database.WriteAsync<Outcome<Connection>>(
            async (db, cancel) =>
            {
                var found = await db.FindVolumeAsync(caller, reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<Volume>.Done { Value: var volume }) return found.Problem!;
                var access = await db.VolumeAccesses
                    .SingleOrDefaultAsync(a => a.VolumeId == volume.Id && a.InitiatorName == initiator, cancel).ConfigureAwait(false);
                if (access is null) return ConnectionFaults.NotConnected(volume, initiator);
                if (await InitiatorOwnership.ProblemAsync(db, caller, volume, initiator, cancel).ConfigureAwait(false) is { } foreign) return foreign;
                if (access.SealedConnection is null || access.State is not AccessState.Granted)
                    return new Fault("connection-not-ready",
                        $"Volume {volume.Name} is {access.State.ToString().ToLowerInvariant()} for {initiator}; wait for the operation to end.", Recovery.RetryWithBackoff);
                db.Record(time.GetUtcNow(), caller.Actor, "volume.connection-shown", "volume", volume.Id, volume.Name, volume.AccountId,
                    $"The connection of volume {volume.Name} for {initiator} was shown to {caller.Actor}.");
                return SealedConnection.Open(box, access);
            },
            stop);
    }
}

internal static class ConnectionFaults
{
    public static Fault NotConnected(Volume volume, string initiator) => new("connection-not-found",
        $"Volume {volume.Name} is not connected to {initiator}; connect it with `headgate volume connect`.", Recovery.FixRequest);
}
