using Headgate.Domain;
using Headgate.Secrets;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Operations.Volumes;

/// <summary>Volumes that are made when they are connected first.</summary>
internal static class LazyOperations
{
    public static IEnumerable<OperationDefinition> All(ArrayDirectory arrays, SecretBox box) =>
    [
        new(OperationKinds.VolumeAllocate,
        [
            VolumeOperations.BeginCreate(),
            new Conclude("reserve", context => async (db, now, stop) =>
            {
                var volume = await db.ApplyAsync(context.SubjectId, new VolumeCommand.ConfirmAllocated(), stop).ConfigureAwait(false);
                db.Tell(now, context.Operation, volume, "volume.allocated", $"Volume {volume.Name} of {volume.Size} is reserved; it is made when it is connected first.");
            }),
        ]),
        new(OperationKinds.VolumeMakeAndConnect,
        [
            new Begin("recorded", Failed), new ProvisionLun(arrays), VolumeOperations.ConfirmCreate(arrays), new GrantAccess(arrays, box),
        ]),
    ];

    /// <summary>What was made is taken away again by then, nobody having written to it, and the volume waits for another attempt.</summary>
    private static StepCommit Failed(StepContext context) => async (db, now, stop) =>
    {
        var accessId = context.Input<AccessInput>().AccessId;
        if (await db.VolumeAccesses.SingleOrDefaultAsync(a => a.Id == accessId, stop).ConfigureAwait(false) is { } access) db.VolumeAccesses.Remove(access);
        var volume = await db.ReportAsync(context.SubjectId, new VolumeCommand.ReportProvisionFailed(context.Cause), stop).ConfigureAwait(false);
        db.Tell(now, context.Operation, volume, "volume.connect-failed",
            $"Volume {volume.Name} could not be made and connected, and stays reserved: {context.Cause.Message}", EventSeverity.Error);
    };
}
