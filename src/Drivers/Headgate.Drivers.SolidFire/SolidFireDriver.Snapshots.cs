using System.Globalization;
using Headgate.Element;
using Headgate.Element.Contracts;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.SolidFire;

// Snapshots. They belong to their volume: purging it purges them.
internal sealed partial class SolidFireDriver : ISnapshots
{
    public ValueTask<Outcome<SnapshotView>> CreateSnapshotAsync(
        ObjectKey key, ObjectKey volumeKey, VolumeHandle volume, string name, CancellationToken stop) => RunAsync(async call =>
    {
        var source = await ArrayVolumes.NeedAsync(call, volumeKey, volume).ConfigureAwait(false);
        if (await KeptSnapshotAsync(call, key, source.VolumeID).ConfigureAwait(false) is { } earlier) return View(earlier);
        await call.SendAsync(ElementMethods.CreateSnapshot, new CreateSnapshotParams
        {
            VolumeID = source.VolumeID, Name = Marks.Name(key, name), Attributes = Marks.OfSnapshot(config.PoolId, key),
        }).ConfigureAwait(false);
        call.HasChanged();
        return View(await KeptSnapshotAsync(call, key, source.VolumeID).ConfigureAwait(false)
            ?? throw new StopHere(Faults.Unexpected($"The cluster took snapshot {key} but does not list it."), isUnknown: true));
    }, stop);

    public ValueTask<Outcome<SnapshotView?>> FindSnapshotAsync(ObjectKey key, VolumeHandle volume, CancellationToken stop) =>
        RunAsync<SnapshotView?>(async call =>
        {
            var found = await WithKeyAsync(call, key).ConfigureAwait(false);
            return found.FirstOrDefault(s => s.VolumeID.ToString(CultureInfo.InvariantCulture) == volume.Value) is { } snapshot ? View(snapshot) : null;
        }, stop);

    public ValueTask<Outcome<Nothing>> RevertAsync(
        ObjectKey volumeKey, VolumeHandle volume, ObjectKey key, SnapshotHandle snapshot, CancellationToken stop) => RunAsync(async call =>
    {
        var target = await ArrayVolumes.NeedAsync(call, volumeKey, volume).ConfigureAwait(false);
        var source = await OwnSnapshotAsync(call, key, snapshot).ConfigureAwait(false);
        if (source is null || source.VolumeID != target.VolumeID) throw new StopHere(Faults.SnapshotNotFound(key, snapshot));
        var sessions = (await call.SendAsync(ElementMethods.ListISCSISessions, new Empty()).ConfigureAwait(false)).Sessions;
        if (sessions.FirstOrDefault(s => s.VolumeID == target.VolumeID) is { } session)
        {
            throw new StopHere(Faults.InUse(
                $"Initiator {session.InitiatorName} is logged in to the volume; its file system would not survive the change. Disconnect it first."));
        }
        await call.SendAsync(ElementMethods.RollbackToSnapshot, new RollbackToSnapshotParams
        {
            VolumeID = target.VolumeID, SnapshotID = source.SnapshotID, SaveCurrentState = false,
        }).ConfigureAwait(false);
        return default(Nothing);
    }, stop);

    public ValueTask<Outcome<Nothing>> DeleteSnapshotAsync(ObjectKey key, SnapshotHandle snapshot, CancellationToken stop) => RunAsync(async call =>
    {
        if (await OwnSnapshotAsync(call, key, snapshot).ConfigureAwait(false) is not { } found) return default(Nothing);
        await DestroyAsync(call, found).ConfigureAwait(false);
        return default;
    }, stop);

    private static SnapshotView View(Snapshot snapshot) => new(
        new SnapshotHandle(snapshot.SnapshotID.ToString(CultureInfo.InvariantCulture)),
        Marks.KeyOf(snapshot),
        new VolumeHandle(snapshot.VolumeID.ToString(CultureInfo.InvariantCulture)),
        new ByteSize(snapshot.TotalSize),
        snapshot.CreateTime);

    private static async Task<IReadOnlyList<Snapshot>> WithKeyAsync(ArrayCall call, ObjectKey key) =>
        [.. (await call.SendAsync(ElementMethods.ListSnapshots, new ListSnapshotsParams()).ConfigureAwait(false))
            .Snapshots.Where(s => Marks.KeyOf(s) == key).OrderBy(s => s.SnapshotID)];

    /// <summary>As with volumes: of several with one key the lowest ID stays, and a key serves one volume only.</summary>
    private static async Task<Snapshot?> KeptSnapshotAsync(ArrayCall call, ObjectKey key, long volumeId)
    {
        var found = await WithKeyAsync(call, key).ConfigureAwait(false);
        if (found.FirstOrDefault(s => s.VolumeID != volumeId) is { } other)
            throw new StopHere(Faults.KeyReused(key, $"then of volume {other.VolumeID}, now of {volumeId}"));
        foreach (var extra in found.Skip(1)) await DestroyAsync(call, extra).ConfigureAwait(false);
        return found.Count > 0 ? found[0] : null;
    }

    /// <summary>The snapshot that the handle names, when it is the one made with the key; null when it is gone.</summary>
    private static async Task<Snapshot?> OwnSnapshotAsync(ArrayCall call, ObjectKey key, SnapshotHandle handle)
    {
        if (!long.TryParse(handle.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var id) || id == 0) return null;
        var answer = await call.TryAsync(ElementMethods.ListSnapshots, new ListSnapshotsParams { SnapshotID = id }).ConfigureAwait(false);
        if (answer.Is(ElementErrorNames.SnapshotIdDoesNotExist)) return null;
        var found = answer.Match(list => list, error => throw call.Refused(ElementMethods.ListSnapshots, error))
            .Snapshots.FirstOrDefault(s => s.SnapshotID == id);
        if (found is not null && Marks.KeyOf(found) != key)
            throw new StopHere(Faults.WrongVolume(key, handle.Value, Marks.KeyOf(found)));
        return found;
    }

    private static async Task DestroyAsync(ArrayCall call, Snapshot snapshot)
    {
        var deleted = await call.TryAsync(ElementMethods.DeleteSnapshot, new SnapshotParams { SnapshotID = snapshot.SnapshotID }).ConfigureAwait(false);
        if (deleted.Error is { } error && !deleted.Is(ElementErrorNames.SnapshotIdDoesNotExist))
            throw call.Refused(ElementMethods.DeleteSnapshot, error);
    }
}
