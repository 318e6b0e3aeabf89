using Headgate.Domain;
using Headgate.Operations;
using Headgate.Persistence;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using Volume = Headgate.Domain.Volume;
using VolumeView = Headgate.Storage.Sdk.VolumeView;

namespace Headgate.Control;

/// <summary>The promises of a volume, read back now, with what it was served. A problem says why a part is not known.</summary>
public sealed record VolumeQosDetails(
    Volume Volume, IReadOnlyList<Promise> Promises, VolumeStatistics? Measured, string? MeasuredProblem);

/// <summary>GET /volumes/{ref}/qos: requested, granted and by whom, applied, measured.</summary>
public sealed class GetVolumeQos(HeadgateDatabase database, ArrayDirectory arrays)
{
    public async Task<Outcome<VolumeQosDetails>> ExecuteAsync(Caller caller, string reference, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        var found = await database.ReadAsync((db, cancel) => db.FindVolumeAsync(caller, reference, cancel), stop).ConfigureAwait(false);
        if (found is not Outcome<Volume>.Done { Value: var volume }) return found.Problem!;
        if (volume.Handle is null) return new VolumeQosDetails(volume, volume.Promises, null, "The volume is not on its storage.");

        var reached = await arrays.VolumeAsync(volume.Id, stop).ConfigureAwait(false);
        if (reached is not Outcome<ReachedVolume>.Done { Value: var there })
            return new VolumeQosDetails(volume, Unknown(volume), null, reached.Problem!.Message);
        var read = await there.Driver.FindAsync(there.Key, stop).ConfigureAwait(false);
        var promises = read is Outcome<VolumeView?>.Done { Value: { Problem: null } view } ? volume.Promises.WithApplied(view.Qos) : Unknown(volume);
        if (there.Driver.Facet<IStatistics>() is not { } statistics)
            return new VolumeQosDetails(volume, promises, null, $"Provider {there.Pool.Provider} does not measure volumes.");
        var measured = await statistics.GetVolumeStatisticsAsync(there.Handle, stop).ConfigureAwait(false);
        return measured is Outcome<VolumeStatistics>.Done { Value: var figures }
            ? new VolumeQosDetails(volume, promises, figures, null)
            : new VolumeQosDetails(volume, promises, null, measured.Problem!.Message);
    }

    private static IReadOnlyList<Promise> Unknown(Volume volume) => [.. volume.Promises.Select(p => p with { Applied = null })];
}
