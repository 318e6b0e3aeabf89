using System.Globalization;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Ceph;

// Snapshots. They belong to their image and go with it. A handle is IMAGE/SNAPSHOT, both Ceph's ids.
internal sealed partial class CephDriver : ISnapshots
{
    public ValueTask<Outcome<SnapshotView>> CreateSnapshotAsync(
        ObjectKey key, ObjectKey volumeKey, VolumeHandle volume, string name, CancellationToken stop) => store.RunAsync(Turn.Of(volumeKey, volume.Value), call =>
    {
        using var image = Needed(call, volumeKey, volume, forWriting: true);
        var owner = Claims.Take(call, key.ToString(), image.Id);
        if (owner != image.Id) throw new StopHere(Faults.KeyReused(key, $"then of image {owner}, now of {image.Id}"));
        if (Taken(image, key) is not { } snapshot)
        {
            image.CreateSnapshot(Marks.SnapshotName(key));
            snapshot = Taken(image, key) ?? throw new StopHere(Faults.Unexpected($"The cluster took snapshot {key} but does not list it."), isUnknown: true);
        }
        return View(image, snapshot);
    }, stop);

    public ValueTask<Outcome<SnapshotView?>> FindSnapshotAsync(ObjectKey key, VolumeHandle volume, CancellationToken stop) =>
        store.RunAsync<SnapshotView?>(Turn.OfImage(volume.Value), call =>
        {
            using var image = Image.FindById(call, volume.Value);
            return image is not null && Taken(image, key) is { } snapshot ? View(image, snapshot) : null;
        }, stop);

    public ValueTask<Outcome<Nothing>> RevertAsync(
        ObjectKey volumeKey, VolumeHandle volume, ObjectKey key, SnapshotHandle snapshot, CancellationToken stop) => store.RunAsync(Turn.Of(volumeKey, volume.Value), call =>
    {
        using var image = Needed(call, volumeKey, volume, forWriting: true);
        if (Taken(image, key) is not { } source || HandleOf(image, source) != snapshot) throw new StopHere(Faults.SnapshotNotFound(key, snapshot));
        if (image.Watchers().Count > 1) // this server is one
        {
            throw new StopHere(Faults.InUse(
                "A client has the volume open; its file system would not survive the change. Disconnect it first; one that died holds on for 30 s."));
        }
        var size = image.Size;
        image.Rollback(source.Name);
        if (image.Size < size) image.Resize(size); // rolled back to the snapshot's size as well; what was sold is the size
        return default(Nothing);
    }, stop);

    public ValueTask<Outcome<Nothing>> DeleteSnapshotAsync(ObjectKey key, SnapshotHandle snapshot, CancellationToken stop) => store.RunAsync(Turn.OfImage(snapshot.Value.Split('/')[0]), call =>
    {
        var (imageId, snapshotId) = Parse(snapshot);
        using var image = Image.FindById(call, imageId, forWriting: true);
        var found = image?.Snapshots().Where(s => s.Id == snapshotId).Select(s => (ImageSnapshot?)s).FirstOrDefault();
        if (found is { } there)
        {
            if (there.Name != Marks.SnapshotName(key)) throw new StopHere(Faults.WrongVolume(key, snapshot.Value, Marks.KeyOfSnapshot(there.Name)));
            RemoveSnapshot(call, image!, there);
        }
        if (Claims.Find(call, key.ToString()) == imageId) Claims.Release(call, key.ToString());
        return default(Nothing);
    }, stop);

    private static ImageSnapshot? Taken(Image image, ObjectKey key) =>
        image.Snapshots().Where(s => s.Name == Marks.SnapshotName(key)).Select(s => (ImageSnapshot?)s).FirstOrDefault();

    private static SnapshotView View(Image image, ImageSnapshot snapshot) => new(
        HandleOf(image, snapshot), Marks.KeyOfSnapshot(snapshot.Name), new VolumeHandle(image.Id), new ByteSize((long)snapshot.Size),
        image.SnapshotTime(snapshot.Id));

    private static SnapshotHandle HandleOf(Image image, ImageSnapshot snapshot) =>
        new($"{image.Id}/{snapshot.Id.ToString(CultureInfo.InvariantCulture)}");

    private static (string Image, ulong Snapshot) Parse(SnapshotHandle handle) =>
        handle.Value.Split('/') is [{ Length: > 0 } image, var number] && ulong.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? (image, id)
            : throw new StopHere(Faults.InvalidArgument($"'{handle.Value}' is not a snapshot of a Ceph pool."));

    private static void RemoveSnapshot(CephCall call, Image image, ImageSnapshot snapshot)
    {
        if (!image.TryUnprotectSnapshot(snapshot.Name))
            throw call.Refused(Faults.Busy($"A clone is still being made from snapshot {snapshot.Name} of image {image.Name}; repeat it when it is done."));
        image.RemoveSnapshot(snapshot.Name);
    }

    /// <summary>The step before deleting an image: ours, once it is known that there are no others (<see cref="RefuseToDelete"/>).</summary>
    private static void RemoveSnapshots(CephCall call, string imageId)
    {
        using var image = Image.FindById(call, imageId, forWriting: true);
        if (image is null) return;
        foreach (var snapshot in image.Snapshots().Where(s => Marks.IsOurSnapshot(s.Name)))
        {
            RemoveSnapshot(call, image, snapshot);
            if (Marks.KeyOfSnapshot(snapshot.Name) is { } key) Claims.Release(call, key.ToString());
        }
    }
}
