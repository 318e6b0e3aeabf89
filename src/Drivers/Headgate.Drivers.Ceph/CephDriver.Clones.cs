using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Ceph;

// A clone is made from a protected snapshot and then flattened: it is done when it shares nothing with its source. A linked
// one would be quicker, but its user would need to read the source's objects, present and later ones, of perhaps another
// tenant; and the source could not be deleted.
//
// Its record is begun before anything else and says on which image a passing snapshot may be. So a call that is repeated goes on
// where it stopped, and one that is not, because its operation was given up, is found and deleted with all that it left.
internal sealed partial class CephDriver : IClones
{
    public ValueTask<Outcome<VolumeView>> CloneAsync(
        ObjectKey key, VolumeSpec spec, VolumeHandle source, SnapshotHandle? snapshot, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var origin = snapshot is { } taken ? taken.Value : source.Value;
        return store.RunAsync(Turn.Of(key), call =>
        {
            if (Earlier(call, key, spec, origin) is { } earlier) return earlier;
            Check(spec);
            using var original = Image.FindById(call, source.Value, forWriting: true) ?? throw new StopHere(Faults.VolumeNotFound(key, source));
            if (EntryOf(call, original.Id, original.Name) is not { Volume.IsWhole: true }) throw new StopHere(Faults.VolumeNotFound(key, source));
            var given = snapshot is { } handle ? SnapshotToClone(original, key, handle) : (ImageSnapshot?)null;
            var least = given is { } there ? (long)there.Size : original.Size;
            if (QosMapping.Rounded(spec.Size).Bytes < least) throw new StopHere(Faults.Shrink(spec.Size, new ByteSize(least)));
            Begin(call, key, RecordOf(spec, origin) with { Passing = given is null ? original.Id : "" });
            try
            {
                Copy(call, key, original, given?.Name);
            }
            catch (StopHere failed) when (failed.Fault.Code is not (FaultCodes.NoReply or FaultCodes.Unreachable))
            {
                throw TakenBack(call, key, original, isPassing: given is null) ? new StopHere(failed.Fault) : failed;
            }
            using var clone = Need(Image.Find(call, Marks.ImageName(key), forWriting: true), key);
            return Finish(call, clone, key, spec, origin);
        }, stop);
    }

    /// <summary>The image, sharing nothing with <paramref name="original"/>. Every step finds itself done when it was.</summary>
    private static void Copy(CephCall call, ObjectKey key, Image original, string? given)
    {
        var from = given ?? Marks.CopyName(key);
        if (given is null) original.CreateSnapshot(from); // one that an interrupted call left is used again
        original.ProtectSnapshot(from);
        Images.TryClone(call, original.Name, from, Marks.ImageName(key));
        using (var clone = Need(Image.Find(call, Marks.ImageName(key), forWriting: true), key))
        {
            if (clone.HasParent) clone.Flatten();
        }
        original.TryUnprotectSnapshot(from); // another clone of it may be under way: then that one's call does it
        if (given is null) original.RemoveSnapshot(from);
    }

    /// <summary>
    /// A copy that the cluster refused for good (no space, a quota) leaves nothing: no image, no passing snapshot, no record. False
    /// when another server is at the same copy, whose it then is.
    /// </summary>
    private static bool TakenBack(CephCall call, ObjectKey key, Image original, bool isPassing)
    {
        if (!Images.TryRemove(call, Marks.ImageName(key))) return false;
        if (isPassing) DropPassing(call, key, original.Id);
        Records.Remove(call, key);
        call.HasTakenBack();
        return true;
    }

    /// <summary>Takes the passing snapshot of the clone with that key from the image, if it is there.</summary>
    private static void DropPassing(CephCall call, ObjectKey key, string imageId)
    {
        if (imageId.Length == 0 || Image.Look(call, imageId) is not { } looked) return; // gone with its image, or not to be read
        using (looked)
        {
            if (looked.Snapshots().All(s => s.Name != Marks.CopyName(key))) return;
        }
        using var image = Image.FindById(call, imageId, forWriting: true);
        image?.TryUnprotectSnapshot(Marks.CopyName(key));
        image?.RemoveSnapshot(Marks.CopyName(key));
    }

    private static ImageSnapshot SnapshotToClone(Image original, ObjectKey key, SnapshotHandle handle)
    {
        var (imageId, snapshotId) = Parse(handle);
        return imageId == original.Id && original.Snapshots().Where(s => s.Id == snapshotId).Select(s => (ImageSnapshot?)s).FirstOrDefault() is { } found
            ? found
            : throw new StopHere(Faults.SnapshotNotFound(key, handle));
    }
}
