using System.Text.Json;
using Headgate.Domain;
using Headgate.Primitives;
using Headgate.Secrets;
using Headgate.Storage.Sdk;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Operations.Volumes;

/// <summary>How a connection is kept: sealed, since it carries CHAP secrets or a key.</summary>
public static class SealedConnection
{
    /// <summary>For the row of grant <paramref name="accessId"/>.</summary>
    public static string Seal(SecretBox box, Guid accessId, Connection connection)
    {
        ArgumentNullException.ThrowIfNull(box);
        var kept = connection switch
        {
            Connection.Iscsi iscsi => new Kept(Iscsi: iscsi),
            Connection.Local local => new Kept(Local: local),
            Connection.Rbd rbd => new Kept(Rbd: rbd),
            _ => throw new ArgumentOutOfRangeException(nameof(connection)),
        };
        return box.Seal(JsonSerializer.Serialize(kept), Owner(accessId));
    }

    /// <summary>From the row.</summary>
    public static Connection Open(SecretBox box, VolumeAccess access)
    {
        ArgumentNullException.ThrowIfNull(box);
        ArgumentNullException.ThrowIfNull(access);
        var kept = JsonSerializer.Deserialize<Kept>(box.Open(access.SealedConnection!, Owner(access.Id)))!;
        return (Connection?)kept.Iscsi ?? (Connection?)kept.Rbd ?? kept.Local!;
    }

    private static string Owner(Guid accessId) => $"access/{accessId}/connection";

    private sealed record Kept(Connection.Iscsi? Iscsi = null, Connection.Local? Local = null, Connection.Rbd? Rbd = null);
}

/// <summary>Lets one initiator in, and keeps what it needs to log in.</summary>
internal sealed class GrantAccess(ArrayDirectory arrays, SecretBox box) : IOperationStep
{
    public string Name => "grant-access";

    public async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var accessId = context.Input<AccessInput>().AccessId;
        var target = await arrays.VolumeAsync(context.SubjectId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedVolume>.Done { Value: var volume })
            return Retry.NotDone(target, context.Attempt);
        if (await arrays.AccessAsync(accessId, stop).ConfigureAwait(false) is not { } access)
            return new StepResult.GiveUp(new Fault("access-gone", "The grant was taken away while it was being made.", Recovery.FixRequest));
        var request = new AccessRequest(access.InitiatorName, volume.Pool.RequireChap);
        var granted = await volume.Driver.GrantAccessAsync(volume.Key, volume.Handle, request, stop).ConfigureAwait(false);
        return Retry.After(granted, context.Attempt, connection => new StepResult.Advance(
            $"granted to {access.InitiatorName}",
            async (db, now, cancel) =>
            {
                var row = await db.VolumeAccesses.SingleAsync(a => a.Id == accessId, cancel).ConfigureAwait(false);
                db.Put(row with { State = AccessState.Granted, SealedConnection = SealedConnection.Seal(box, row.Id, connection) });
                db.Tell(now, context.Operation, volume.Volume, "volume.connected",
                    $"Volume {volume.Volume.Name} was connected to {row.InitiatorName}.");
            }));
    }

    public async ValueTask<StepResult> UndoAsync(StepContext context, CancellationToken stop)
    {
        var access = await arrays.AccessAsync(context.Input<AccessInput>().AccessId, stop).ConfigureAwait(false);
        if (access is null) return new StepResult.Advance("nothing was there");
        // This operation records Granted with its own end, so the grant is an earlier one's that was only to be repeated.
        if (access.State is AccessState.Granted) return new StepResult.Advance("was granted before and stays so");
        var target = await arrays.VolumeAsync(context.SubjectId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedVolume>.Done { Value: var volume })
            return Retry.NotUndone(target, context.Attempt);
        var revoked = await Revocation.OfAsync(volume, access.InitiatorName, stop).ConfigureAwait(false);
        return Retry.AfterUndo(revoked, context.Attempt, _ => new StepResult.Advance("revoked"));
    }
}

/// <summary>Takes an initiator's access away.</summary>
internal static class Revocation
{
    /// <summary>Done as well when the volume itself is gone: nobody sees it then.</summary>
    public static async Task<Outcome<Nothing>> OfAsync(ReachedVolume volume, string initiatorName, CancellationToken stop)
    {
        var revoked = await volume.Driver.RevokeAccessAsync(volume.Key, volume.Handle, initiatorName, stop).ConfigureAwait(false);
        return revoked is Outcome<Nothing>.Refused { Fault.Code: FaultCodes.VolumeNotFound } ? default(Nothing) : revoked;
    }
}

/// <summary>Takes away one grant and its row.</summary>
internal sealed class RevokeAccess(ArrayDirectory arrays) : ForwardStep("revoke-access")
{
    public override async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var access = await arrays.AccessAsync(context.Input<AccessInput>().AccessId, stop).ConfigureAwait(false);
        if (access is null) return new StepResult.Advance("was gone already");
        var target = await arrays.VolumeAsync(context.SubjectId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedVolume>.Done { Value: var volume })
            return Retry.NotDone(target, context.Attempt);
        var revoked = await Revocation.OfAsync(volume, access.InitiatorName, stop).ConfigureAwait(false);
        return Retry.After(revoked, context.Attempt, _ => new StepResult.Advance(
            $"revoked from {access.InitiatorName}",
            async (db, now, cancel) =>
            {
                if (await db.VolumeAccesses.SingleOrDefaultAsync(a => a.Id == access.Id, cancel).ConfigureAwait(false) is { } row)
                    db.VolumeAccesses.Remove(row);
                db.Tell(now, context.Operation, volume.Volume, "volume.disconnected",
                    $"Volume {volume.Volume.Name} was disconnected from {access.InitiatorName}.");
            }));
    }
}

/// <summary>Takes away all grants of a volume. Those taken away stay away when a later one fails.</summary>
internal sealed class RevokeAllAccess(ArrayDirectory arrays) : ForwardStep("revoke-access")
{
    public override async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var accesses = await arrays.AccessesAsync(context.SubjectId, stop).ConfigureAwait(false);
        if (accesses.Count == 0) return new StepResult.Advance("nobody had access");
        var target = await arrays.VolumeAsync(context.SubjectId, stop).ConfigureAwait(false);
        if (target is not Outcome<ReachedVolume>.Done { Value: var volume })
            return Retry.NotDone(target, context.Attempt);
        foreach (var access in accesses)
        {
            var revoked = await Revocation.OfAsync(volume, access.InitiatorName, stop).ConfigureAwait(false);
            if (!revoked.IsDone) return Retry.NotDone(revoked, context.Attempt);
        }
        return new StepResult.Advance($"revoked from {accesses.Count} initiator(s)", async (db, _, cancel) =>
            db.VolumeAccesses.RemoveRange(
                await db.VolumeAccesses.Where(a => a.VolumeId == context.SubjectId).ToListAsync(cancel).ConfigureAwait(false)));
    }
}
