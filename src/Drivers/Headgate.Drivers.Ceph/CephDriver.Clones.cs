using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Ceph;

// A clone is made from a protected snapshot and then flattened: it is done when it shares nothing with its source. A linked
// one would be quicker, but its user would need to read the source's objects, present and later ones, of perhaps another
// tenant; and the source could not be deleted. The mark is written last, so a call that is repeated goes on where it stopped.
internal sealed partial class CephDriver : IClones
{
    public ValueTask<Outcome<VolumeView>> CloneAsync(
        ObjectKey key, VolumeSpec spec, VolumeHandle source, SnapshotHandle? snapshot, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var origin = snapshot is { } taken ? taken.Value : source.Value;
        return store.RunAsync(key, call =>
        {
            if (Earlier(call, key, spec, origin) is { } earlier) return earlier;
            Check(spec);
            using var original = Image.FindById(call, source.Value, forWriting: true) ?? throw new StopHere(Faults.VolumeNotFound(key, source));
            if (Marks.Read(original.Id, original.ReadMetadata()) is null) throw new StopHere(Faults.VolumeNotFound(key, source));
            var from = snapshot is { } handle ? SnapshotToClone(original, key, handle) : PassingSnapshot(original, key);
            if (QosMapping.Rounded(spec.Size).Bytes < (long)from.Size)
            {
                if (snapshot is null) DropPassing(original, key);
                throw new StopHere(Faults.Shrink(spec.Size, new ByteSize((long)from.Size)));
            }
            original.ProtectSnapshot(from.Name);
            Images.TryClone(call, original.Name, from.Name, Marks.ImageName(key));
            using var clone = Need(Image.Find(call, Marks.ImageName(key), forWriting: true), key);
            if (clone.HasParent) clone.Flatten();
            original.TryUnprotectSnapshot(from.Name); // another clone of it may be under way: then that one's call does it
            if (snapshot is null) DropPassing(original, key);
            return Finish(call, clone, key, spec, origin);
        }, stop);
    }

    private static ImageSnapshot SnapshotToClone(Image original, ObjectKey key, SnapshotHandle handle)
    {
        var (imageId, snapshotId) = Parse(handle);
        return imageId == original.Id && original.Snapshots().Where(s => s.Id == snapshotId).Select(s => (ImageSnapshot?)s).FirstOrDefault() is { } found
            ? found
            : throw new StopHere(Faults.SnapshotNotFound(key, handle));
    }

    private static ImageSnapshot PassingSnapshot(Image original, ObjectKey key)
    {
        var name = Marks.CopyName(key);
        original.CreateSnapshot(name); // one that an interrupted call left is used again
        return original.Snapshots().First(s => s.Name == name);
    }

    private static void DropPassing(Image original, ObjectKey key)
    {
        original.TryUnprotectSnapshot(Marks.CopyName(key));
        original.RemoveSnapshot(Marks.CopyName(key));
    }
}
